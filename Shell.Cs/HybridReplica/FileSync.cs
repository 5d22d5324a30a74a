using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HybridReplica;

/// <summary>
/// Makes sure that what was written to a file is on disk. <see cref="RandomAccess.FlushToDisk"/> says nothing if that
/// fails (.NET 10), so the C library is asked as well.
/// </summary>
static partial class FileSync
{
    const int Eintr = 4;
    const int Einval = 22;

    /// <summary>Syncs a file. What cannot be synced by its nature, as a pipe, is left alone.</summary>
    /// <exception cref="IOException">It may not be on disk.</exception>
    public static void Run(SafeFileHandle file)
    {
        // On macOS this goes on to the disk itself, which fsync(2) does not there.
        if (!OperatingSystem.IsLinux())
            RandomAccess.FlushToDisk(file);
        if (OperatingSystem.IsWindows())
            return;

        while (Fsync(file) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Einval)
                return;
            if (error != Eintr)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);
}
