using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace HybridReplica;

/// <summary>
/// The metrics of all replicas of this process that follow or archive a master (docs/metrics.md). They cost next to
/// nothing while nobody listens.
/// </summary>
public static class ReplicaMeter
{
    /// <summary>The name of the meter, for whoever collects metrics.</summary>
    public const string Name = "HybridReplica";

    static ImmutableArray<FollowMetrics> _followers = [];
    static ImmutableArray<ArchiveMetrics> _archives = [];

    // There is one meter for all of them, because collectors take meters of one name for the same.
    static readonly Meter Meter = CreateMeter();

    static readonly Histogram<double> SyncDuration = Meter.CreateHistogram<double>(
        "hybridreplica.archive.sync.duration",
        "s",
        "How long it took until what was appended to an archive was on disk."
    );

    internal static void Add(FollowMetrics follower) =>
        ImmutableInterlocked.Update(ref _followers, static (all, one) => all.Add(one), follower);

    internal static void Remove(FollowMetrics follower) =>
        ImmutableInterlocked.Update(ref _followers, static (all, one) => all.Remove(one), follower);

    internal static void Add(ArchiveMetrics archive) =>
        ImmutableInterlocked.Update(ref _archives, static (all, one) => all.Add(one), archive);

    internal static void Remove(ArchiveMetrics archive) =>
        ImmutableInterlocked.Update(ref _archives, static (all, one) => all.Remove(one), archive);

    /// <summary>What was appended to an archive is on disk, after so long.</summary>
    internal static void Synced(TimeSpan duration, KeyValuePair<string, object?> master) =>
        SyncDuration.Record(duration.TotalSeconds, master);

    static Meter CreateMeter()
    {
        var meter = new Meter(Name, typeof(ReplicaMeter).Assembly.GetName().Version?.ToString(3));

        void Gauge<T>(string name, string unit, string description, Func<FollowMetrics, T?> read)
            where T : struct =>
            meter.CreateObservableGauge($"hybridreplica.{name}", () => Each(read), unit, description);

        void Status<T>(string name, string unit, string description, Func<ReplicaStatus, T?> read)
            where T : struct => Gauge(name, unit, description, follower => read(follower.Status(HealthBounds.Default)));

        void Counter(string name, string unit, string description, Func<FollowMetrics, long?> read) =>
            meter.CreateObservableCounter($"hybridreplica.{name}", () => Each(read), unit, description);

        Status(
            "offset.received",
            "By",
            "Offset in the master's history up to which was received.",
            s => s.OffsetReceived
        );
        Status("offset.applied", "By", "Offset up to which was acknowledged as applied.", s => s.OffsetApplied);
        Status("offset.durable", "By", "Offset up to which was acknowledged as on disk.", s => s.OffsetDurable);
        Status("lag.size", "By", "What was received and not acknowledged as applied.", s => s.LagBytes);
        Status("lag.time", "s", "For how long the oldest byte of that has been here.", LagSeconds);
        Gauge<long>(
            "buffer.size",
            "By",
            "What waits for the consumer, in memory or in the file.",
            f => f.BytesBuffered
        );
        Gauge<long>("spool.size", "By", "What waits for the consumer in the file.", f => f.BytesSpooled);
        Counter("received", "By", "Bytes of the stream received.", f => f.Bytes);
        Counter("commands", "{command}", "Commands handed to the consumer.", f => f.Commands);
        Counter("reconnects", "{connection}", "Connections made after the first.", f => f.Reconnects);
        Counter("resyncs.full", "{resync}", "Full resyncs, the first included.", f => f.FullResyncs);
        Counter("resyncs.partial", "{resync}", "Partial resyncs.", f => f.PartialResyncs);
        AddArchives(meter);
        return meter;
    }

    static void AddArchives(Meter meter)
    {
        void Gauge(string name, string unit, string description, Func<ArchiveMetrics, long?> read) =>
            meter.CreateObservableGauge($"hybridreplica.archive.{name}", () => Each(read), unit, description);

        void Counter(string name, string unit, string description, Func<ArchiveMetrics, long?> read) =>
            meter.CreateObservableCounter($"hybridreplica.archive.{name}", () => Each(read), unit, description);

        Counter("appended", "By", "Bytes of the stream appended to an archive.", a => a.Bytes);
        Counter("segments.sealed", "{segment}", "Segments completed.", a => a.SegmentsSealed);
        Counter("bases.received", "{base}", "Bases received.", a => a.BasesReceived);
        Gauge("offset.written", "By", "Offset in the master's history up to which was written.", a => a.OffsetWritten);
        Gauge("offset.synced", "By", "Offset up to which is known to be on disk.", a => a.OffsetSynced);
        Gauge("lag.size", "By", "What was written and is not known to be on disk.", a => a.Lag);
        Gauge("size", "By", "What the bases and the stream in the segments amount to.", a => a.Status?.Bytes);
        Gauge("bases", "{base}", "Bases in an archive.", a => a.Status?.Bases);
        Gauge("segments", "{segment}", "Segments in an archive.", a => a.Status?.Segments);
    }

    // What is not known yet is not reported.
    static IEnumerable<Measurement<T>> Each<T>(Func<FollowMetrics, T?> read)
        where T : struct
    {
        foreach (var follower in _followers)
        {
            if (read(follower) is { } value)
                yield return new(value, follower.Master);
        }
    }

    static IEnumerable<Measurement<long>> Each(Func<ArchiveMetrics, long?> read)
    {
        foreach (var archive in _archives)
        {
            if (read(archive) is { } value)
                yield return new(value, archive.Master);
        }
    }

    static double? LagSeconds(ReplicaStatus status) => status.LagBytes is null ? null : status.LagTime.TotalSeconds;
}
