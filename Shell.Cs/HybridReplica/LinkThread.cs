namespace HybridReplica;

/// <summary>A thread of its own for the calls of one connection, because they block.</summary>
/// <remarks>
/// Measured: with asynchronous receives, the threads of the pool that look out for work between two of them take
/// more time than the work. Whoever awaits a call goes on here as well, so a snapshot goes from the socket to the
/// file on one thread.
/// </remarks>
sealed class LinkThread : IDisposable
{
    readonly object _gate = new();
    Action? _call;
    bool _isOver;

    public LinkThread() => new Thread(Run) { IsBackground = true, Name = "HybridReplica link" }.Start();

    /// <summary>Makes a call on the thread. Only when it is done may the next one be made.</summary>
    public Task<T> CallAsync<T>(Func<T> call)
    {
        var result = new TaskCompletionSource<T>();
        lock (_gate)
        {
            _call = () => Complete(result, call);
            Monitor.Pulse(_gate);
        }

        return result.Task;
    }

    static void Complete<T>(TaskCompletionSource<T> result, Func<T> call)
    {
        T value;
        try
        {
            value = call();
        }
        catch (Exception exception)
        {
            result.SetException(exception);
            return;
        }

        result.SetResult(value);
    }

    void Run()
    {
        while (Next() is { } call)
            call();
    }

    Action? Next()
    {
        lock (_gate)
        {
            while (_call is null && !_isOver)
                Monitor.Wait(_gate);

            var call = _call;
            _call = null;
            return call;
        }
    }

    /// <summary>Lets the thread end, once the call under way is done. It is not waited for.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.Pulse(_gate);
        }
    }
}
