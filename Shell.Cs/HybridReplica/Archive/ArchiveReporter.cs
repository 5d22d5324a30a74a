using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Turns steps into reports: one for each new state, and a few a second while bytes come.</summary>
sealed class ArchiveReporter(IProgress<ArchiveStatus> progress, ArchiveMetrics metrics, TimeProvider time)
    : IReplicaObserver
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    long _lastReport;
    ArchiveStatus? _last;

    public void Observe(Event happened, State state, IReadOnlyList<Command> commands)
    {
        // Bytes come too often to look at each time.
        var isFrequent = happened.IsArrived || happened.IsStreamed || happened.IsArchive;
        if (isFrequent && time.GetElapsedTime(_lastReport) < Interval)
            return;

        var now = ArchiveStatuses.Of(state, metrics.Bytes);
        if (now == _last)
            return;

        _last = now;
        _lastReport = time.GetTimestamp();
        progress.Report(now);
    }
}
