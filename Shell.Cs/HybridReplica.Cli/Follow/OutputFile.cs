using Microsoft.Win32.SafeHandles;

namespace HybridReplica.Cli.Follow;

/// <summary>A file that is appended to, and cut back where what was written is void.</summary>
sealed class OutputFile : FollowOutput
{
    readonly SafeFileHandle _file;
    bool _isSynced = true;
    bool _isNameSynced;

    OutputFile(string path, SafeFileHandle file)
    {
        Path = path;
        _file = file;
        Length = RandomAccess.GetLength(file);
    }

    public override string Name => Path;

    public override string Path { get; }

    public override bool CanCut => true;

    /// <summary>Opens a file, or creates it.</summary>
    public static OutputFile Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        // Others may read it meanwhile; that nobody else writes to it is for the state to see to.
        return new(full, File.OpenHandle(full, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite));
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        try
        {
            RandomAccess.Write(_file, bytes.Span, Length);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // What .NET makes of EFBIG.
            throw new IOException($"The file would be too large : '{Path}'", exception);
        }

        Length += bytes.Length;
        _isSynced = false;
        return default;
    }

    public override async ValueTask SyncAsync(CancellationToken stop)
    {
        if (_isSynced)
            return;

        await Task.Run(Sync, CancellationToken.None).WaitAsync(stop);
        _isSynced = true;
    }

    // A file that is new has to be there after a power failure, too.
    void Sync()
    {
        FileSync.Run(_file);
        if (_isNameSynced)
            return;

        FolderSync.RunFor(Path, "output");
        _isNameSynced = true;
    }

    public override void CutTo(long length)
    {
        if (length >= Length)
            return;

        RandomAccess.SetLength(_file, length);
        Length = length;
        _isSynced = false;
    }

    public override void Dispose() => _file.Dispose();
}
