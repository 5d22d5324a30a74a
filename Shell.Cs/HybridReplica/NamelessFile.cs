namespace HybridReplica;

/// <summary>
/// Files without a name, which only we can read: nothing is left of one once it is closed, and so even if we are
/// killed.
/// </summary>
static class NamelessFile
{
    /// <summary>Creates one. On Windows it has a name, and goes when it is closed.</summary>
    /// <param name="folder">The folder whose disk it is to be on.</param>
    /// <param name="extension">What its name ends in as long as it has one.</param>
    /// <exception cref="Exception">One of those that <see cref="FileTroubles"/> knows.</exception>
    public static FileStream Create(string folder, string extension)
    {
        var path = Path.Combine(folder, $"hybrid-replica-{Environment.ProcessId}-{Guid.NewGuid():N}{extension}");
        var file = new FileStream(path, Options());
        try
        {
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static FileStreamOptions Options()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (OperatingSystem.IsWindows())
            options.Options = FileOptions.DeleteOnClose;
        else
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
