using HybridReplica.Core;

namespace HybridReplica;

/// <summary>The events of an RDB.</summary>
sealed class RdbEventReading(Func<RdbSource> open, CancellationToken cancellation) : RdbReading<RdbEvent>
{
    private protected override IAsyncEnumerator<RdbEvent> Begin(CancellationToken cancellationToken)
    {
        cancellation.ThrowIfCancellationRequested();
        cancellationToken.ThrowIfCancellationRequested();
        return new Enumerator(this, open(), cancellation, cancellationToken);
    }

    // Not an iterator of the compiler's: what is in memory already is handed out without a detour.
    sealed class Enumerator : IAsyncEnumerator<RdbEvent>
    {
        readonly RdbEventReading _reading;
        readonly RdbSource _source;
        readonly RdbFeed _feed;
        readonly CancellationToken _first;
        readonly CancellationToken _second;
        readonly CancellationTokenSource _stop;

        public Enumerator(RdbEventReading reading, RdbSource source, CancellationToken first, CancellationToken second)
        {
            _reading = reading;
            _source = source;
            _feed = source.Feed;
            _first = first;
            _second = second;
            _stop = CancellationTokenSource.CreateLinkedTokenSource(first, second);
            Current = new(_feed);
        }

        public RdbEvent Current { get; }

        public ValueTask<bool> MoveNextAsync()
        {
            var step = _feed.Next();
            return step == RdbStep.Token ? new(true) : MoveOnAsync(step);
        }

        async ValueTask<bool> MoveOnAsync(RdbStep step)
        {
            while (step == RdbStep.NeedsMore)
            {
                await FillAsync().ConfigureAwait(false);
                step = _feed.Next();
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
                _first.ThrowIfCancellationRequested();
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
