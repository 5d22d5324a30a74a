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
        // .NET would say that access to it is denied.
        if (Directory.Exists(Name))
            throw new IOException($"What should be read is a folder: '{Name}'");

        // Of a pipe nobody knows how much will come.
        var length = progress is null ? 0 : new FileInfo(Name).Length;
        options.Progress = Steps(progress, length > 0 ? length : null);
        return Task.Run(() => RdbReader.Read(Name, visit, options, stop), CancellationToken.None);
    }
}
