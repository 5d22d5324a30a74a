namespace HybridReplica;

/// <summary>
/// Sees to it that one process at a time changes an archive. It is held as long as it is not disposed of, and not
/// longer than the process lives, whatever ends that.
/// </summary>
sealed class ArchiveLock : IDisposable
{
    /// <summary>The file in the folder of the archive that is locked. It stays there.</summary>
    public const string FileName = "archive.lock";

    const int SharingViolation = 32; // ERROR_SHARING_VIOLATION
    const int LinuxWouldBlock = 11; // EWOULDBLOCK
    const int MacWouldBlock = 35; // EWOULDBLOCK

    readonly FileStream _file;

    ArchiveLock(FileStream file) => _file = file;

    /// <summary>Locks the archive. Null: somebody else has.</summary>
    /// <param name="folder">Its folder, which has to be there.</param>
    /// <exception cref="Exception">One of those that <see cref="FileTroubles"/> knows.</exception>
    public static ArchiveLock? TryTake(string folder)
    {
        try
        {
            return new(
                new FileStream(
                    Path.Combine(folder, FileName),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    bufferSize: 0
                )
            );
        }
        catch (IOException exception) when (IsTaken(exception))
        {
            return null;
        }
    }

    static bool IsTaken(IOException exception) =>
        OperatingSystem.IsWindows() ? (exception.HResult & 0xFFFF) == SharingViolation
        : OperatingSystem.IsMacOS() ? exception.HResult == MacWouldBlock
        : exception.HResult == LinuxWouldBlock;

    /// <summary>Lets others have it.</summary>
    public void Dispose() => _file.Dispose();
}
