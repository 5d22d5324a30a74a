using HybridReplica.Core;
using Microsoft.Extensions.Logging;

namespace HybridReplica;

/// <summary>One call that fetches a snapshot: runs a session, and says what came of it.</summary>
static class SnapshotFetch
{
    public static async Task<SnapshotInfo> RunAsync(
        ReplicaOptions options,
        Func<TimeProvider, ISnapshotTarget> open,
        string? path,
        IProgress<SnapshotProgress>? progress,
        ILogger logger,
        CancellationToken stop
    )
    {
        var settings = options.ToSettings(path is null ? Destination.Pipe : Destination.File);
        var time = options.TimeProvider;
        var start = time.GetTimestamp();
        using var target = open(time);
        var outcome = await Session
            .RunAsync(
                options,
                settings,
                target,
                new Mailbox(),
                delivery: null,
                archive: null,
                Observers(options, progress),
                logger,
                stop
            )
            .ConfigureAwait(false);
        return outcome switch
        {
            Outcome.SnapshotKept kept => InfoOf(kept.snapshot, settings.Dialect, time.GetElapsedTime(start), path),
            Outcome.Failed failed => throw new ReplicaException(failed.fault),
            { IsStopped: true } => throw new OperationCanceledException(stop),
            var other => throw new InvalidOperationException($"A snapshot was asked for: {Wording.Outcome(other)}."),
        };
    }

    static List<IReplicaObserver> Observers(ReplicaOptions options, IProgress<SnapshotProgress>? progress)
    {
        var observers = new List<IReplicaObserver>();
        if (options.Observer is { } observer)
            observers.Add(observer);
        if (progress is not null)
            observers.Add(new ProgressReporter(progress, options.TimeProvider));
        return observers;
    }

    /// <summary>What is to be known of a snapshot that was kept.</summary>
    public static SnapshotInfo InfoOf(Snapshot snapshot, Dialect dialect, TimeSpan duration, string? path)
    {
        Position? position = snapshot.Position.IsSome ? snapshot.Position.Value : null;
        var (checksum, version) = snapshot.Verdict switch
        {
            RdbVerdict.Unchecked unchecked_ => (SnapshotChecksum.Absent, unchecked_.version),
            RdbVerdict.Verified verified => (SnapshotChecksum.Verified, verified.version),
            var other => throw new InvalidOperationException($"A damaged snapshot was kept: {other}."),
        };
        return new(
            snapshot.Size,
            checksum,
            version.ToString(),
            position?.Id.Text,
            position?.Offset.Bytes,
            dialect.Name,
            snapshot.Framing.IsCounted ? SnapshotPayload.Counted : SnapshotPayload.Eof,
            duration,
            path
        );
    }
}
