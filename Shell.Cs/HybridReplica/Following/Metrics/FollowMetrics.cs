using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>The numbers of one follower: counted as things happen, and worked out when somebody asks.</summary>
/// <remarks>
/// The loop and the consumer each write fields of their own, and any thread may read: what the model knows is kept as
/// the state that it was last in.
/// </remarks>
sealed class FollowMetrics : IReplicaObserver, IDisposable
{
    // Enough to tell a lag of an hour to within seconds.
    const int MostTimes = 1024;

    readonly TimeProvider _time;
    readonly Func<long> _buffered;
    readonly Func<long> _spooled;
    readonly Lock _gate = new();
    ReceiptTimes _times = new(MostTimes);

    State? _state;
    long _origin;
    long _heard;
    long _bytes;
    long _commands;
    long _connections;
    long _fullResyncs;
    long _partialResyncs;

    /// <param name="master">The master's address, without user and password.</param>
    /// <param name="time">The clock.</param>
    /// <param name="buffered">How many bytes wait for the consumer.</param>
    /// <param name="spooled">How many of them are in the file.</param>
    public FollowMetrics(string master, TimeProvider time, Func<long> buffered, Func<long> spooled)
    {
        Master = new("master", master);
        _time = time;
        _buffered = buffered;
        _spooled = spooled;
        _heard = time.GetTimestamp();
        ReplicaMeter.Add(this);
    }

    /// <summary>The tag of all its measurements.</summary>
    public KeyValuePair<string, object?> Master { get; }

    /// <summary>For the loop: something happened.</summary>
    public void Observe(Event happened, State state, IReadOnlyList<Command> commands)
    {
        Volatile.Write(ref _state, state);
        if (!IsHeard(happened))
            return;

        Volatile.Write(ref _heard, _time.GetTimestamp());
        if (happened.IsConnected)
            Count(ref _connections, 1);
        if (happened.IsStreamed)
            Mark();
    }

    /// <summary>For the loop: bytes came, of the stream or of a snapshot. Those do not count.</summary>
    public void Received(int bytes)
    {
        if (_state is not { Phase: { IsReceiving: true } or { IsChecking: true } })
            Count(ref _bytes, bytes);
    }

    /// <summary>For the loop: the consumer is told something.</summary>
    public void Told(Notice notice)
    {
        if (notice.IsFullResync)
            Count(ref _fullResyncs, 1);
        if (notice.IsResumed)
            Count(ref _partialResyncs, 1);
        if (notice is Notice.SnapshotReceived received)
        {
            Volatile.Write(ref _origin, received.position.Offset.Bytes);
            // Another history, and other offsets.
            lock (_gate)
                _times = new(MostTimes);
        }
    }

    /// <summary>For the consumer: a command was found.</summary>
    public void Decoded(CommandKind kind)
    {
        if (kind == CommandKind.Data)
            Count(ref _commands, 1);
    }

    /// <summary>Bytes of the stream received.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Commands handed to the consumer.</summary>
    public long Commands => Volatile.Read(ref _commands);

    /// <summary>Connections after the first.</summary>
    public long Reconnects => Math.Max(0, Volatile.Read(ref _connections) - 1);

    /// <summary>Full resyncs, the first included.</summary>
    public long FullResyncs => Volatile.Read(ref _fullResyncs);

    /// <summary>Partial resyncs.</summary>
    public long PartialResyncs => Volatile.Read(ref _partialResyncs);

    /// <summary>Bytes that wait for the consumer.</summary>
    public long BytesBuffered => _buffered();

    /// <summary>How many of them are in the file.</summary>
    public long BytesSpooled => _spooled();

    /// <summary>How things stand now.</summary>
    public ReplicaStatus Status(HealthBounds bounds)
    {
        var state = Volatile.Read(ref _state);
        var isConnected = state is { IsLinked: true, Phase.IsConnecting: false };
        var sinceHeard = _time.GetElapsedTime(Volatile.Read(ref _heard));
        var status = new ReplicaStatus
        {
            Health = bounds.Judge(isConnected, sinceHeard, null, TimeSpan.Zero),
            IsConnected = isConnected,
            SinceHeard = sinceHeard,
        };
        if (state is not { Stream.IsSome: true })
            return status;

        var stream = state.Stream.Value;
        var received = stream.Scan.Offset.Bytes;
        var applied = BytesOf(stream.SettledApplied);
        var lag = Math.Max(0, received - (applied ?? Volatile.Read(ref _origin)));
        var lagTime = lag == 0 ? TimeSpan.Zero : Age(received - lag);
        return status with
        {
            Health = bounds.Judge(isConnected, sinceHeard, lag, lagTime),
            Position = stream.IsResumable ? stream.SafePosition : null,
            OffsetReceived = received,
            OffsetApplied = applied,
            OffsetDurable = BytesOf(stream.SettledDurable),
            LagBytes = lag,
            LagTime = lagTime,
        };
    }

    /// <summary>Takes the follower out of the metrics: one that is over is not reported.</summary>
    public void Dispose() => ReplicaMeter.Remove(this);

    // Each field has one thread that writes it.
    static void Count(ref long field, long more) => Volatile.Write(ref field, field + more);

    static bool IsHeard(Event happened) =>
        happened.IsStreamed
        || happened.IsArrived
        || happened.IsReplied
        || happened.IsLineBegun
        || happened.IsConnected
        || happened.IsRepeated
        || happened.IsSnapshotBegun
        || happened.IsMarkReached;

    static long? BytesOf(FSharpValueOption<Offset> offset) => offset.IsSome ? offset.Value.Bytes : null;

    void Mark()
    {
        if (_state is not { Stream.IsSome: true } state)
            return;

        var stream = state.Stream.Value;
        lock (_gate)
        {
            _times.Add(stream.Scan.Offset.Bytes, _time.GetUtcNow());
            // Times that nobody will ask for are not kept.
            if (BytesOf(stream.SettledApplied) is { } applied)
                _times.Before(applied + 1);
        }
    }

    // For how long the byte behind an offset has been here.
    TimeSpan Age(long offset)
    {
        DateTimeOffset since;
        lock (_gate)
            since = _times.Before(offset + 1);
        var now = _time.GetUtcNow();
        return since == default || since > now ? TimeSpan.Zero : now - since;
    }
}
