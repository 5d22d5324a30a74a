namespace HybridReplica;

/// <summary>
/// Counts whole seconds since it was made, and those not settled yet. It never drifts: it asks the clock.
/// </summary>
sealed class Metronome : IDisposable
{
    static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    readonly TimeProvider _time;
    readonly CancellationToken _stop;
    readonly long _start;
    readonly ITimer _timer;
    readonly CancellationTokenRegistration _stopping;
    long _settled;
    volatile TaskCompletionSource _next = Unfinished();

    public Metronome(TimeProvider time, CancellationToken stop)
    {
        _time = time;
        _stop = stop;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stopping = stop.UnsafeRegister(static metronome => ((Metronome)metronome!).Ring(), this);
        Wind();
    }

    /// <summary>The time since the metronome was made.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>Whole seconds that have passed and are not settled yet.</summary>
    public int Due => (int)Math.Min(int.MaxValue, (long)Elapsed.TotalSeconds - _settled);

    /// <summary>So many seconds are settled.</summary>
    public void Settle(int seconds) => _settled += seconds;

    /// <summary>Of the seconds that are due, all but one are settled.</summary>
    public void Forgive() => _settled += Math.Max(0, Due - 1);

    /// <summary>Completes when a second is due, or it is time to stop; the same task until then.</summary>
    public Task NextAsync()
    {
        if (_next.Task.IsCompleted)
        {
            _next = Unfinished();
            Wind();
        }

        return _next.Task;
    }

    void Wind()
    {
        var wait = TimeSpan.FromSeconds(_settled + 1) - Elapsed + Resolution;
        _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        // Whoever wanted to stop a moment ago may have rung the bell before this one.
        if (_stop.IsCancellationRequested)
            Ring();
    }

    // Whoever waits goes on elsewhere: neither the timer nor the one who wants to stop has to do our work.
    static TaskCompletionSource Unfinished() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    void Ring() => _next.TrySetResult();

    public void Dispose()
    {
        _stopping.Dispose();
        _timer.Dispose();
    }
}
