namespace HybridReplica.Cli.Inspect;

/// <summary>A snapshot on standard input.</summary>
sealed class InputSource() : SnapshotSource("standard input")
{
    public override Task<RdbResult> ReadAsync(
        Action<RdbEvent> visit,
        RdbReaderOptions options,
        IProgress<SnapshotProgress>? progress,
        CancellationToken stop
    )
    {
        options.Progress = Steps(progress, total: null);
        return Task.Run(
            () => RdbReader.Read(Console.OpenStandardInput(), visit, options, stop),
            CancellationToken.None
        );
    }
}
