using System.IO.Pipelines;
using Microsoft.Extensions.Logging;

namespace HybridReplica.Cli.Inspect;

/// <summary>The snapshot that a master sends, looked at while it comes.</summary>
/// <param name="options">The master.</param>
/// <param name="logging">Where the log goes.</param>
sealed class MasterSource(ReplicaOptions options, ILoggerFactory logging)
    : SnapshotSource(MasterOptions.Show(options.Master))
{
    // What may wait to be looked at.
    const int Ahead = 4 << 20;

    /// <summary>Longer: the master hears that we leave.</summary>
    public override TimeSpan Patience => TimeSpan.FromSeconds(1);

    public override async Task<RdbResult> ReadAsync(
        Action<RdbEvent> visit,
        RdbReaderOptions reading,
        IProgress<SnapshotProgress>? progress,
        CancellationToken stop
    )
    {
        await using var replica = BackupCommand.Join(options, logging);
        var pipe = new Pipe(
            new(pauseWriterThreshold: Ahead, resumeWriterThreshold: Ahead / 2, useSynchronizationContext: false)
        );
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var fetching = FetchAsync(replica, pipe.Writer, progress, leaving.Token);
        try
        {
            var found = await Task.Run(
                () => RdbReader.Read(pipe.Reader.AsStream(), visit, reading, stop),
                CancellationToken.None
            );
            // The master may still have something to say: that the link is whole, or what is wrong with the checksum.
            await fetching;
            return found;
        }
        finally
        {
            await leaving.CancelAsync();
            await fetching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Whatever went wrong here is what the reader hears at its end.
    static async Task FetchAsync(
        ReplicaClient replica,
        PipeWriter writer,
        IProgress<SnapshotProgress>? progress,
        CancellationToken stop
    )
    {
        try
        {
            await replica.FetchSnapshotAsync(writer.AsStream(leaveOpen: true), progress, stop);
            await writer.CompleteAsync();
        }
        catch (Exception exception)
        {
            await writer.CompleteAsync(exception);
            throw;
        }
    }
}
