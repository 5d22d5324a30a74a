using System.Runtime.InteropServices;

namespace HybridReplica;

/// <summary>
/// Makes sure that the names in a folder are on disk. .NET opens no folders, so the C library is asked.
/// </summary>
static partial class FolderSync
{
    const int Ebadf = 9;
    const int Einval = 22;

    /// <summary>Syncs a folder. Windows has no such thing, and does not need it.</summary>
    /// <returns>The number of the error; 0 if there was none.</returns>
    public static int Run(string folder)
    {
        if (OperatingSystem.IsWindows())
            return 0;

        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError();

        var error = Fsync(descriptor) < 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Close(descriptor);
        // Some file systems cannot sync a folder, and say so in one of these ways (fsyncFileDir, 7.0.15).
        return error is Ebadf or Einval ? 0 : error;
    }

    /// <summary>Syncs the folder of a file.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="name">How people call the file.</param>
    /// <exception cref="IOException">It cannot be synced.</exception>
    public static void RunFor(string path, string name)
    {
        if (Run(Path.GetDirectoryName(path) ?? path) is not 0 and var error)
            throw new IOException(
                $"The folder of the {name} {path} cannot be synced: {Marshal.GetPInvokeErrorMessage(error)}",
                error
            );
    }

    // O_RDONLY is 0 everywhere.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
