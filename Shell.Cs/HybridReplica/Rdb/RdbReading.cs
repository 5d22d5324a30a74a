namespace HybridReplica;

/// <summary>An RDB that is read while it is enumerated, once.</summary>
public abstract class RdbReading<T> : IAsyncEnumerable<T>
{
    int _isBegun;

    private protected RdbReading() { }

    /// <summary>What came of it. Null: it has not come to its end.</summary>
    public RdbResult? Result { get; private protected set; }

    /// <summary>Begins to read.</summary>
    /// <exception cref="InvalidOperationException">It was enumerated before.</exception>
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isBegun, 1) == 1)
            throw new InvalidOperationException("An RDB is read once; begin another reading.");

        return Begin(cancellationToken);
    }

    private protected abstract IAsyncEnumerator<T> Begin(CancellationToken cancellationToken);
}
