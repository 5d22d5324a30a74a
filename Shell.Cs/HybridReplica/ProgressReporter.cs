using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// Turns steps into progress: one report for each new state and, while the snapshot comes, a few a second.
/// </summary>
sealed class ProgressReporter(IProgress<SnapshotProgress> progress, TimeProvider time) : IReplicaObserver
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    long _lastReport;
    SnapshotProgress _last;

    public void Observe(Event happened, State state, IReadOnlyList<Command> commands)
    {
        // Bytes come too often to look at each time, and nothing else changes while they come.
        if (happened.IsArrived && state.Phase.IsReceiving && time.GetElapsedTime(_lastReport) < Interval)
            return;

        var now = ProgressOf(state);
        if (now == _last)
            return;

        _last = now;
        _lastReport = time.GetTimestamp();
        progress.Report(now);
    }

    SnapshotProgress ProgressOf(State state)
    {
        var transfer = state.Phase switch
        {
            Phase.Receiving receiving => receiving.transfer,
            Phase.Checking checking => checking.transfer,
            _ => null,
        };
        return state.Phase switch
        {
            _ when transfer is not null => new(
                state.ReplState,
                state.Attempt,
                transfer.Taken,
                TotalOf(transfer.Framing)
            ),
            Phase.ReadingHead head => new(state.ReplState, state.Attempt, 0, TotalOf(head.framing)),
            // What was received stays so while it is put in its place.
            Phase.Publishing or Phase.Ended { outcome.IsSnapshotKept: true } => _last with
            {
                ReplState = state.ReplState,
            },
            _ => new(state.ReplState, state.Attempt, 0, null),
        };
    }

    static long? TotalOf(Remainder framing) => framing is Remainder.Counted counted ? counted.bytes : null;
}
