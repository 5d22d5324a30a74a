using System.Threading.Tasks.Sources;

namespace HybridReplica;

/// <summary>A wait that is used again and again, by one waiter at a time, and so is paid for once.</summary>
/// <remarks>Whoever ends a wait has claimed it before: nobody else can, and the next one cannot have begun.</remarks>
sealed class ReusableWait : IValueTaskSource
{
    // The waiter goes on in a thread of the pool: whoever ends the wait has other things to do.
    ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    CancellationTokenRegistration _stopping;
    int _isPending;

    /// <summary>Begins a wait, which can be claimed from now on. The one before must have been awaited.</summary>
    public void Begin()
    {
        _core.Reset();
        Volatile.Write(ref _isPending, 1);
    }

    /// <summary>The wait that was begun.</summary>
    public ValueTask Task(CancellationToken stop)
    {
        var task = new ValueTask(this, _core.Version);
        _stopping = stop.UnsafeRegister(
            static (wait, stop) =>
            {
                if (((ReusableWait)wait!).TryClaim())
                    ((ReusableWait)wait).Fail(new OperationCanceledException(stop));
            },
            this
        );
        return task;
    }

    /// <summary>Whether somebody waits, and is now ours to release.</summary>
    public bool TryClaim() => Volatile.Read(ref _isPending) == 1 && Interlocked.Exchange(ref _isPending, 0) == 1;

    /// <summary>Ends the wait that was claimed.</summary>
    public void Release() => _core.SetResult(true);

    /// <summary>Ends the wait that was claimed, with an exception.</summary>
    public void Fail(Exception exception) => _core.SetException(exception);

    void IValueTaskSource.GetResult(short token)
    {
        _stopping.Dispose();
        _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => _core.OnCompleted(continuation, state, token, flags);
}
