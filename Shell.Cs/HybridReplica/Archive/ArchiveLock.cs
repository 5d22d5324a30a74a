namespace HybridReplica;

/// <summary>
/// Sees to it that one process at a time changes an archive. It is held as long as it is not disposed of, and not
/// longer than the process lives, whatever ends that.
/// </summary>
sealed class ArchiveLock : IDisposable
{
    /// <summary>The file in the folder of the archive that is locked. It stays there.</summary>
    public const string FileName = "archive.lock";

    const string BootId = "/proc/sys/kernel/random/boot_id";
    const int LongestBootId = 128;

    const int SharingViolation = 32; // ERROR_SHARING_VIOLATION
    const int LinuxWouldBlock = 11; // EWOULDBLOCK
    const int MacWouldBlock = 35; // EWOULDBLOCK

    readonly FileStream _file;
    readonly bool _isNew;

    ArchiveLock(FileStream file, bool isNew)
    {
        _file = file;
        _isNew = isNew;
        var boot = File.Exists(BootId) ? File.ReadAllBytes(BootId) : [];
        var last = new byte[LongestBootId];
        var length = RandomAccess.Read(file.SafeFileHandle, last, fileOffset: 0);
        IsSameBoot = boot.Length > 0 && boot.AsSpan().SequenceEqual(last.AsSpan(0, length));
        if (IsSameBoot)
            return;

        RandomAccess.SetLength(file.SafeFileHandle, 0);
        RandomAccess.Write(file.SafeFileHandle, boot, fileOffset: 0);
    }

    /// <summary>
    /// Whether the machine was not started anew since the lock was held the last time: then everything that was written
    /// is there, synced or not. Where nobody can say, the answer is no.
    /// </summary>
    public bool IsSameBoot { get; }

    /// <summary>Locks the archive. Null: somebody else has.</summary>
    /// <param name="folder">Its folder, which has to be there.</param>
    /// <exception cref="Exception">One of those that <see cref="FileTroubles"/> knows.</exception>
    public static ArchiveLock? TryTake(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var isNew = !File.Exists(path);
        FileStream file;
        try
        {
            file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException exception) when (IsTaken(exception))
        {
            return null;
        }

        try
        {
            return new(file, isNew);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static bool IsTaken(IOException exception) =>
        OperatingSystem.IsWindows() ? (exception.HResult & 0xFFFF) == SharingViolation
        : OperatingSystem.IsMacOS() ? exception.HResult == MacWouldBlock
        : exception.HResult == LinuxWouldBlock;

    /// <summary>Lets others have it, and leaves nothing in a folder that turned out to be no archive.</summary>
    public void Withdraw()
    {
        try
        {
            if (_isNew)
                File.Delete(_file.Name);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            // It does no harm where it is.
        }

        Dispose();
    }

    /// <summary>Lets others have it.</summary>
    public void Dispose() => _file.Dispose();
}
