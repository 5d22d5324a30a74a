using HybridReplica.Core;
using Microsoft.Win32.SafeHandles;

namespace HybridReplica.Cli.Follow;

/// <summary>The position file of a run, which belongs to it alone.</summary>
sealed class StateFile : IDisposable
{
    readonly SafeFileHandle _lock;

    StateFile(FilePositionStore store, SafeFileHandle taken, StoredPosition? stored)
    {
        Store = store;
        _lock = taken;
        Stored = stored;
    }

    /// <summary>Stores the next ones.</summary>
    public FilePositionStore Store { get; }

    /// <summary>What it held at the beginning. Null: there was no file.</summary>
    public StoredPosition? Stored { get; }

    /// <summary>The position it held at the beginning.</summary>
    public Position? Position => Stored?.Position;

    /// <summary>Reads it, and keeps other runs from using it, until it is disposed of or the process ends.</summary>
    public static async Task<StateFile> OpenAsync(string path, CancellationToken stop)
    {
        var store = new FilePositionStore(path);
        // The file itself is replaced each time, and a lock on it would go with it.
        var taken = Take(store.Path + ".lock", path);
        try
        {
            return new(store, taken, await store.LoadStoredAsync(stop));
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Makes the output what it was when the position was stored.</summary>
    public async Task PrepareAsync(FollowOutput output, CancellationToken stop)
    {
        if (!output.CanCut)
            return;

        if (Stored?.OutputLength is not { } length)
        {
            // What is written before there is a position has to be cut off too.
            await Store.StoreAsync(new StoredPosition(Position, output.Length), stop);
            return;
        }

        if (output.Length < length)
            throw FollowException.Shorter(output, length, Store.Path);
        output.CutTo(length);
    }

    public void Dispose() => _lock.Dispose();

    static SafeFileHandle Take(string path, string state)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsTaken(exception))
        {
            throw new UsageException($"Another process follows with the state {state}");
        }
    }

    // EWOULDBLOCK of Linux and of macOS, and ERROR_SHARING_VIOLATION.
    static bool IsTaken(IOException exception) =>
        OperatingSystem.IsWindows() ? (exception.HResult & 0xFFFF) == 32 : exception.HResult is 11 or 35;
}
