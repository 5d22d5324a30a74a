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
    readonly byte[] _boot;
    bool _isDoubted;

    ArchiveLock(FileStream file, bool isNew)
    {
        _file = file;
        _isNew = isNew;
        _boot = File.Exists(BootId) ? File.ReadAllBytes(BootId) : [];
        var last = new byte[LongestBootId];
        var length = RandomAccess.Read(file.SafeFileHandle, last, fileOffset: 0);
        IsTrusted = _boot.Length > 0 && _boot.AsSpan().SequenceEqual(last.AsSpan(0, length));
    }

    /// <summary>
    /// Whether everything that was written is there, synced or not: the machine was not started anew since the archive
    /// was in order, and no sync failed. Where nobody can say, the answer is no.
    /// </summary>
    public bool IsTrusted { get; private set; }

    /// <summary>
    /// What is written from now on can be trusted for as long as the machine runs: all that was there before is in
    /// order and on disk.
    /// </summary>
    /// <exception cref="Exception">One of those that <see cref="FileTroubles"/> knows.</exception>
    public void Trust()
    {
        if (IsTrusted || _isDoubted || _boot.Length == 0)
            return;

        RandomAccess.SetLength(_file.SafeFileHandle, 0);
        RandomAccess.Write(_file.SafeFileHandle, _boot, fileOffset: 0);
        IsTrusted = true;
    }

    /// <summary>
    /// Does something that syncs files. If a sync fails, nothing is trusted any more that no index vouches for, by
    /// whoever archives next either: the system may have dropped what it could not write, and say nothing the next
    /// time.
    /// </summary>
    /// <exception cref="Exception">What <paramref name="work"/> throws.</exception>
    public void Watch(Action work)
    {
        try
        {
            work();
        }
        catch (UnsyncedException)
        {
            Doubt();
            throw;
        }
    }

    // This is read on the same boot or not at all, so it need not be synced.
    void Doubt()
    {
        _isDoubted = true;
        IsTrusted = false;
        try
        {
            RandomAccess.SetLength(_file.SafeFileHandle, 0);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            // That a sync failed is being reported, and weighs more.
        }
    }

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
