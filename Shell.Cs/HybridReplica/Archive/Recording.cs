using HybridReplica.Core;
using Microsoft.Extensions.Logging;

namespace HybridReplica;

/// <summary>One call that archives a master.</summary>
static class Recording
{
    /// <summary>Archives until it is stopped, or cannot go on.</summary>
    /// <param name="folder">The full path of the folder of the archive.</param>
    /// <param name="options">Where the master is.</param>
    /// <param name="settings">What the model is told.</param>
    /// <param name="progress">Hears how things stand.</param>
    /// <param name="logger">Where the log goes.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="ReplicaException">It cannot go on.</exception>
    public static async Task RunAsync(
        string folder,
        ReplicaOptions options,
        Settings settings,
        IProgress<ArchiveStatus>? progress,
        ILogger logger,
        CancellationToken stop
    )
    {
        var time = options.TimeProvider;
        var mailbox = new Mailbox();
        // Each snapshot is given its own place before it is taken.
        using var snapshots = new SnapshotFile(folder, time);
        using var metrics = new ArchiveMetrics(MasterAddress.Read(options.Master).ToString(), time);
        var archive = new ArchiveFolder(
            folder,
            snapshots,
            mailbox,
            new BaseFetching(options, logger).RunAsync,
            metrics,
            time
        );
        await using var _ = archive.ConfigureAwait(false);

        var observers = new List<IReplicaObserver> { metrics };
        if (progress is not null)
            observers.Add(new ArchiveReporter(progress, metrics, time));
        if (options.Observer is { } observer)
            observers.Add(observer);

        var outcome = await Session
            .RunAsync(options, settings, snapshots, mailbox, delivery: null, archive, observers, logger, stop)
            .ConfigureAwait(false);
        switch (outcome)
        {
            case Outcome.Failed failed:
                throw new ReplicaException(failed.fault);
            case { IsStopped: true } when archive.ClosingTrouble is { } trouble:
                throw new ReplicaException(Fault.NewArchive(ArchiveStep.Seal, trouble));
            case { IsStopped: true }:
                return;
            default:
                throw new InvalidOperationException($"An archive has no end: {Wording.Outcome(outcome)}.");
        }
    }
}
