using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace HybridReplica;

/// <summary>
/// The metrics of all replicas of this process that follow a master (docs/metrics.md). They cost next to nothing while
/// nobody listens.
/// </summary>
public static class ReplicaMeter
{
    /// <summary>The name of the meter, for whoever collects metrics.</summary>
    public const string Name = "HybridReplica";

    static ImmutableArray<FollowMetrics> _followers = [];

    // There is one meter for all followers, because collectors take meters of one name for the same.
    static readonly Meter Meter = CreateMeter();

    internal static void Add(FollowMetrics follower) =>
        ImmutableInterlocked.Update(ref _followers, static (all, one) => all.Add(one), follower);

    internal static void Remove(FollowMetrics follower) =>
        ImmutableInterlocked.Update(ref _followers, static (all, one) => all.Remove(one), follower);

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
        return meter;
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

    static double? LagSeconds(ReplicaStatus status) => status.LagBytes is null ? null : status.LagTime.TotalSeconds;
}
