namespace HybridReplica.Cli.Inspect;

/// <summary>A snapshot in a file.</summary>
/// <param name="path">The file.</param>
sealed class FileSource(string path) : SnapshotSource(path)
{
    public override Task<RdbResult> ReadAsync(
        Action<RdbEvent> visit,
        RdbReaderOptions options,
        IProgress<SnapshotProgress>? progress,
        CancellationToken stop
    )
    {
        Check();

        // Of a pipe nobody knows how much will come.
        var length = progress is null ? 0 : new FileInfo(Name).Length;
        options.Progress = Steps(progress, length > 0 ? length : null);
        return Task.Run(() => Read(visit, options, stop), CancellationToken.None);
    }

    RdbResult Read(Action<RdbEvent> visit, RdbReaderOptions options, CancellationToken stop)
    {
        try
        {
            return RdbReader.Read(Name, visit, options, stop);
        }
        catch (UnauthorizedAccessException)
        {
            throw Failed($"We are not allowed to read {Name}", "look at the permissions of the file and its folders");
        }
    }

    void Check()
    {
        // .NET would say that access to it is denied.
        if (Directory.Exists(Name))
            throw Failed($"{Name} is a folder", "name a file in it");
        if (!File.Exists(Name))
            throw Failed($"There is no file {Name}", "check the name; that of a master begins with redis://");
    }

    static FailureException Failed(string message, string advice) => new(new(ExitCode.Disk, "Disk", message, advice));
}
