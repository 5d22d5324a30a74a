using HybridReplica.Core;

namespace HybridReplica;

/// <summary>An RDB that is read while it is enumerated, once.</summary>
public sealed class RdbReading<T> : IAsyncEnumerable<T>
{
    readonly Func<RdbSource> _open;
    readonly Func<RdbFeed, IRdbFinder<T>> _find;
    readonly CancellationToken _cancellation;
    int _isBegun;

    internal RdbReading(Func<RdbSource> open, Func<RdbFeed, IRdbFinder<T>> find, CancellationToken cancellation)
    {
        _open = open;
        _find = find;
        _cancellation = cancellation;
    }

    /// <summary>What came of it. Null: it has not come to its end.</summary>
    public RdbResult? Result { get; private set; }

    /// <summary>Begins to read.</summary>
    /// <exception cref="InvalidOperationException">It was enumerated before.</exception>
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isBegun, 1) == 1)
            throw new InvalidOperationException("An RDB is read once; begin another reading.");

        _cancellation.ThrowIfCancellationRequested();
        cancellationToken.ThrowIfCancellationRequested();
        return new Enumerator(this, _open(), cancellationToken);
    }

    // Not an iterator of the compiler's: what is in memory already is handed out without a detour.
    sealed class Enumerator : IAsyncEnumerator<T>
    {
        readonly RdbReading<T> _reading;
        readonly RdbSource _source;
        readonly IRdbFinder<T> _finder;
        readonly CancellationToken _second;
        readonly CancellationTokenSource _stop;

        public Enumerator(RdbReading<T> reading, RdbSource source, CancellationToken second)
        {
            _reading = reading;
            _source = source;
            _finder = reading._find(source.Feed);
            _second = second;
            _stop = CancellationTokenSource.CreateLinkedTokenSource(reading._cancellation, second);
        }

        public T Current => _finder.Found;

        public ValueTask<bool> MoveNextAsync()
        {
            var step = _finder.Next();
            return step == RdbStep.Token ? new(true) : MoveOnAsync(step);
        }

        async ValueTask<bool> MoveOnAsync(RdbStep step)
        {
            if (_reading.Result is not null)
                return false;

            while (step == RdbStep.NeedsMore)
            {
                await FillAsync().ConfigureAwait(false);
                step = _finder.Next();
            }

            if (step == RdbStep.Token)
                return true;

            _reading.Result = _source.Conclude();
            return false;
        }

        async ValueTask FillAsync()
        {
            try
            {
                _stop.Token.ThrowIfCancellationRequested();
                await _source.FillAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Whoever cancelled finds his own token in the exception.
                _reading._cancellation.ThrowIfCancellationRequested();
                _second.ThrowIfCancellationRequested();
                throw;
            }
        }

        public ValueTask DisposeAsync()
        {
            _stop.Dispose();
            _source.Dispose();
            return default;
        }
    }
}
