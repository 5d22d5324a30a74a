using System.Runtime.CompilerServices;
using HybridReplica.Core;
using Microsoft.Extensions.Logging;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>
/// One call that follows a master: the loop on one side, whoever enumerates the events on the other.
/// </summary>
sealed class Follower : IAsyncEnumerator<ReplicaEvent>
{
    readonly ReplicaOptions _options;
    readonly Position? _from;
    readonly ILogger _logger;
    readonly Action _ended;
    readonly CancellationToken _first;
    readonly CancellationToken _second;
    readonly CancellationTokenSource _cancellation;
    readonly CancellationTokenSource _stop;
    readonly Mailbox _mailbox = new();
    readonly StreamBuffer<Told> _buffer;
    readonly FollowMetrics _metrics;
    readonly CommandDecoder _decoder;
    readonly SnapshotDecoder? _snapshot;
    Task<Outcome>? _running;
    DateTimeOffset _snapshotBegan;
    RdbFault? _unreadable;
    bool _isDisposed;

    /// <param name="options">How to follow.</param>
    /// <param name="from">Where to resume, if anywhere.</param>
    /// <param name="logger">Where the log goes.</param>
    /// <param name="ended">Hears that this follower is over and cleaned up.</param>
    /// <param name="first">Stops it with an exception.</param>
    /// <param name="second">So does this.</param>
    /// <param name="disposing">Stops it, because the client is disposed.</param>
    public Follower(
        ReplicaOptions options,
        Position? from,
        ILogger logger,
        Action ended,
        CancellationToken first,
        CancellationToken second,
        CancellationToken disposing
    )
    {
        _options = options;
        _from = from;
        _logger = logger;
        _ended = ended;
        _first = first;
        _second = second;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(first, second);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_cancellation.Token, disposing);
        _buffer = new(BufferSizes.WithSpool(options.SpoolSize), options.SpoolFolder ?? Path.GetTempPath());
        _metrics = new(
            MasterAddress.Read(options.Master).ToString(),
            options.TimeProvider,
            () => _buffer.BytesBuffered,
            () => _buffer.BytesSpooled
        );
        _decoder = new(_buffer, options.LargeCommand, _metrics);
        _snapshot = options.Entries ? new(_buffer, options.EntryLimit) : null;
        if (from is { } position)
            _decoder.BeginAt(position);
    }

    public ReplicaEvent Current { get; private set; } = null!;

    /// <summary>The session. Null: it has not begun.</summary>
    public Task? Running => _running;

    /// <summary>What is to be said about it now.</summary>
    public FollowMetrics Metrics => _metrics;

    public void Acknowledge(in Position position, bool isDurable) => _mailbox.Acknowledge(position, isDurable);

    public ValueTask<bool> MoveNextAsync()
    {
        ThrowIfCancelled();
        return _running is not null && TryNext() ? new(true) : WaitAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<bool> WaitAsync()
    {
        _running ??= Task.Run(RunAsync, CancellationToken.None);
        while (true)
        {
            await WaitForMoreAsync().ConfigureAwait(false);
            if (TryNext())
                return true;
            if (_unreadable is not null || _buffer.IsAtEnd)
                return Conclude(await _running.ConfigureAwait(false));
        }
    }

    bool Conclude(Outcome outcome) =>
        outcome switch
        {
            // The session may have failed by itself before the consumer came to what cannot be read.
            Outcome.Failed failed => throw new ReplicaException(
                _unreadable is { } unreadable ? Fault.NewSnapshotUnreadable(unreadable) : failed.fault
            ),
            _ => Left(),
        };

    // The client was disposed under whoever enumerates, if nobody cancelled.
    bool Left()
    {
        ThrowIfCancelled();
        return false;
    }

    // Whoever cancelled finds his own token in the exception.
    void ThrowIfCancelled()
    {
        _first.ThrowIfCancellationRequested();
        _second.ThrowIfCancellationRequested();
    }

    async ValueTask WaitForMoreAsync()
    {
        try
        {
            await _buffer.WaitAsync(_cancellation.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ThrowIfCancelled();
            throw;
        }
    }

    bool TryNext()
    {
        if (_unreadable is not null)
            return false;

        // A notice has its place between the bytes: those in front of it come first.
        if ((_snapshot is { IsReading: true } ? _snapshot.TryNext() : _decoder.TryNext()) is { } received)
        {
            Current = received;
            return true;
        }

        if (!_buffer.TryTakeNotice(out var told) || EndsUnreadable(told.Notice))
            return false;
        Current = EventOf(told);
        return true;
    }

    // Whether nothing more is to be handed out: the snapshot is what the master sent, and cannot be read. What comes of
    // that the model says.
    bool EndsUnreadable(Notice notice)
    {
        switch (notice)
        {
            case Notice.SnapshotStarted:
                _snapshot?.Begin();
                return false;
            case { IsSpoolFilled: true }:
                return false;
            case Notice.SnapshotReceived when _snapshot?.End() is { } fault:
                _mailbox.Post(Event.NewSnapshotUnreadable(fault));
                _unreadable = fault;
                return true;
            default:
                _snapshot?.End();
                return false;
        }
    }

    ReplicaEvent EventOf(Told told)
    {
        ReplicaEvent happened;
        switch (told.Notice)
        {
            case Notice.FullResync full:
                _snapshotBegan = told.At;
                happened = new FullResync(full.reason);
                break;
            case Notice.SnapshotStarted started:
                happened = new SnapshotStarted
                {
                    Bytes = started.framing is Remainder.Counted counted ? counted.bytes : null,
                };
                break;
            case Notice.SnapshotReceived received:
                _decoder.BeginAt(received.position);
                happened = new SnapshotReceived(InfoOf(received.snapshot, told.At)) { Position = _decoder.Position };
                break;
            case Notice.Resumed resumed:
                if (resumed.isRewound)
                    _decoder.BeginAt(resumed.position);
                else
                    _decoder.Rename(resumed.position.Id);
                happened = new Resumed { IsRewound = resumed.isRewound, Position = resumed.position };
                break;
            case Notice.Disconnected gone:
                happened = new Disconnected(gone.fault, TimeSpan.FromSeconds(gone.seconds));
                break;
            case Notice.SpoolFilled filled:
                happened = new SpoolFilled(filled.trouble.IsSome ? filled.trouble.Value : null);
                break;
            default:
                throw new InvalidOperationException($"Nobody knows what to make of {told.Notice}.");
        }

        happened.ReceivedAt = told.At;
        return happened;
    }

    SnapshotInfo InfoOf(Snapshot snapshot, DateTimeOffset at) =>
        SnapshotFetch.InfoOf(snapshot, _options.Dialect, at - _snapshotBegan, FullPath);

    string? FullPath => _options.SnapshotPath is { } path ? Path.GetFullPath(path) : null;

    async Task<Outcome> RunAsync()
    {
        try
        {
            var time = _options.TimeProvider;
            using ISnapshotTarget target = FullPath is { } path ? new SnapshotFile(path, time) : new SnapshotNowhere();
            return await Session
                .RunAsync(
                    _options,
                    SettingsOfOptions.ForFollowing(_options, _from),
                    target,
                    _mailbox,
                    new Delivery(_buffer, _mailbox, time, _metrics),
                    archive: null,
                    _options.Observer is { } observer ? [_metrics, observer] : [_metrics],
                    _logger,
                    _stop.Token
                )
                .ConfigureAwait(false);
        }
        finally
        {
            _buffer.Complete();
        }
    }

    /// <summary>Tells the master once more how far it was applied, closes the connection, and cleans up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;

        await _stop.CancelAsync().ConfigureAwait(false);
        if (_running is not null)
            await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // The consumer goes on with a thread of the pool, and not with that of the connection.
        await Task.Yield();
        _buffer.Dispose();
        _metrics.Dispose();
        _stop.Dispose();
        _cancellation.Dispose();
        _ended();
    }
}
