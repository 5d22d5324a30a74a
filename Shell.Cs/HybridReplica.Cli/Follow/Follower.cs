using System.Diagnostics;
using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>
/// Takes the events of the stream and brings them to the output, in batches: a batch is committed when nothing more
/// is there at once, so that WAIT and WAITAOF on the master are quick, and otherwise when it is large or old enough.
/// </summary>
sealed class Follower
{
    /// <summary>Buffered bytes that are written, though not committed.</summary>
    const int Chunk = 256 * 1024;

    /// <summary>The most bytes, and the longest time, between two commits of a stream that does not pause.</summary>
    const int Batch = 8 * 1024 * 1024;
    const long BatchMilliseconds = 200;

    /// <summary>The time that is left, once it has to end, to a disk or a reader that is slow.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    readonly OutputBuffer _buffer;
    readonly OutputJournal _journal;
    readonly StreamWriting _writing;
    readonly FollowLimits _limits;
    readonly FollowTally _tally;
    readonly Action<ReplicaEvent> _notice;
    long _committedAt = Environment.TickCount64;

    public Follower(
        OutputBuffer buffer,
        OutputJournal journal,
        StreamWriting writing,
        FollowLimits limits,
        FollowTally tally,
        Action<ReplicaEvent> notice
    )
    {
        _buffer = buffer;
        _journal = journal;
        _writing = writing;
        _limits = limits;
        _tally = tally;
        _notice = notice;
    }

    /// <summary>Follows until a limit is reached or somebody interrupts it.</summary>
    /// <param name="follow">Begins to follow at a position.</param>
    /// <param name="from">The position. Null: none.</param>
    /// <param name="interrupted">Ends it: everything taken so far is written, committed and acknowledged.</param>
    public async Task<FollowEnd> RunAsync(
        Func<Position?, CancellationToken, IAsyncEnumerable<ReplicaEvent>> follow,
        Position? from,
        CancellationToken interrupted
    )
    {
        var clock = Stopwatch.StartNew();
        _writing.Begin(from);
        using var leave = new CancellationTokenSource();
        using var patience = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        await using var hurry = stop.Token.Register(() => patience.CancelAfter(Patience));
        if (_limits.Time is { } time)
            stop.CancelAfter(time);

        FollowReason reason;
        var events = follow(from, leave.Token).GetAsyncEnumerator(CancellationToken.None);
        Task pending = Task.CompletedTask;
        try
        {
            try
            {
                reason =
                    await TakeAllAsync()
                    ?? (interrupted.IsCancellationRequested ? FollowReason.Interrupted : FollowReason.Time);
            }
            catch (Exception exception)
                when (exception is ReplicaException or FailureException { Failure.ExitCode: not ExitCode.Disk })
            {
                // What came before it is right, and need not come again.
                await SettleAsync(patience.Token);
                throw;
            }

            await SettleAsync(patience.Token);
        }
        finally
        {
            await LeaveAsync(events, pending, leave);
        }

        return new(reason, _journal.Position, clock.Elapsed);

        async Task<FollowReason?> TakeAllAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                var next = events.MoveNextAsync();
                if (!next.IsCompleted)
                {
                    var waiting = next.AsTask();
                    pending = waiting;
                    await CommitAsync(patience.Token);
                    if (!await IsBeforeAsync(waiting, stop.Token))
                        return null;
                    next = new(waiting);
                }

                if (!await next)
                    return null;
                if (await TakeAsync(events.Current, patience.Token) is { } reached)
                    return reached;
            }

            return null;
        }
    }

    // Null: no limit is reached.
    async ValueTask<FollowReason?> TakeAsync(ReplicaEvent happened, CancellationToken patience)
    {
        _notice(happened);
        _writing.Take(happened);
        if (_writing.IsSafe)
        {
            if (_limits.Commands is { } commands && _tally.Commands >= commands)
                return FollowReason.Limit;
            if (_limits.Offset is { } offset && _journal.Position is { } position && position.Offset.Bytes >= offset)
                return FollowReason.Offset;
        }

        if (_journal.Uncommitted >= Batch || Environment.TickCount64 - _committedAt >= BatchMilliseconds)
            await CommitAsync(patience);
        else if (_buffer.Length >= Chunk)
            await _journal.FlushAsync(patience);
        return null;
    }

    async ValueTask CommitAsync(CancellationToken patience)
    {
        await _journal.CommitAsync(patience);
        _committedAt = Environment.TickCount64;
    }

    // The end: what was begun and is not whole is not left in the output.
    async ValueTask SettleAsync(CancellationToken patience)
    {
        _ = _writing.TakeBack(DateTimeOffset.UtcNow);
        await CommitAsync(patience);
    }

    static async Task<bool> IsBeforeAsync(Task waiting, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        return await Task.WhenAny(waiting, stopped.Task) == waiting;
    }

    // Nobody disposes of an enumerator that is still moving.
    static async ValueTask LeaveAsync(
        IAsyncEnumerator<ReplicaEvent> events,
        Task pending,
        CancellationTokenSource leave
    )
    {
        if (!pending.IsCompleted)
            await leave.CancelAsync();
        await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await events.DisposeAsync();
    }
}
