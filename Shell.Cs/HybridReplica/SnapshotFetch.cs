using HybridReplica.Core;
using Microsoft.Extensions.Logging;

namespace HybridReplica;

/// <summary>One call that fetches a snapshot: puts a session together, runs it, and says what came of it.</summary>
static class SnapshotFetch
{
    // Measured: a receive brings a few tens of KiB, from a master on the same host too. More room brings nothing.
    const int WindowSize = 256 << 10;

    public static async Task<SnapshotInfo> RunAsync(
        ReplicaOptions options,
        Func<TimeProvider, ISnapshotTarget> open,
        string? path,
        IProgress<SnapshotProgress>? progress,
        ILogger logger,
        CancellationToken stop
    )
    {
        var settings = options.ToSettings(path is null ? Destination.Pipe : Destination.File, resume: null);
        var address = MasterAddress.Read(options.Master);
        var trust = TrustOf(options);
        var time = options.TimeProvider;

        // However it ends, these see to it that neither a connection nor a temporary file is left.
        using var target = open(time);
        var link = new MasterLink(
            new Connector(address, options.BindAddress, trust),
            TimeSpan.FromSeconds(settings.ReplyTimeout)
        );
        await using var _ = link.ConfigureAwait(false);

        var window = new ReceiveWindow(WindowSize);
        using var metronome = new Metronome(time, stop);
        var session = new Session(
            settings,
            link,
            window,
            new CommandInterpreter(link, window, target, logger, stop),
            metronome,
            Observers(options, progress)
        );
        return await session.RunAsync(stop).ConfigureAwait(false) switch
        {
            Outcome.SnapshotKept kept => InfoOf(kept.snapshot, settings, metronome.Elapsed, path),
            Outcome.Failed failed => throw new ReplicaException(failed.fault),
            { IsStopped: true } => throw new OperationCanceledException(stop),
            var other => throw new InvalidOperationException($"A snapshot was asked for: {Wording.Outcome(other)}."),
        };
    }

    /// <summary>Whom TLS trusts, if it is spoken at all.</summary>
    /// <exception cref="ArgumentException">A file of certificates cannot be used; the message says why.</exception>
    public static TlsTrust? TrustOf(ReplicaOptions options) =>
        MasterAddress.Read(options.Master).IsTls ? new TlsTrust(options.Tls) : null;

    static List<IReplicaObserver> Observers(ReplicaOptions options, IProgress<SnapshotProgress>? progress)
    {
        var observers = new List<IReplicaObserver>();
        if (options.Observer is { } observer)
            observers.Add(observer);
        if (progress is not null)
            observers.Add(new ProgressReporter(progress, options.TimeProvider));
        return observers;
    }

    static SnapshotInfo InfoOf(Snapshot snapshot, Settings settings, TimeSpan duration, string? path)
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
            settings.Dialect.Name,
            snapshot.Framing.IsCounted ? SnapshotPayload.Counted : SnapshotPayload.Eof,
            duration,
            path
        );
    }
}
