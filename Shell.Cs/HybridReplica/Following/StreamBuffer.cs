using System.Diagnostics.CodeAnalysis;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// What was received and not handed out yet: bytes, and notices between them, in the order in which they came. What
/// does not fit into memory goes to a file.
/// </summary>
/// <remarks>One thread adds (the producer), one takes (the consumer). Neither waits for the other's copying or disk.
/// </remarks>
/// <param name="sizes">How much it holds.</param>
/// <param name="spoolFolder">Where the file is created, once it is needed.</param>
sealed class StreamBuffer<TNotice>(BufferSizes sizes, string spoolFolder) : IDisposable
    where TNotice : notnull
{
    readonly Lock _gate = new();
    readonly ByteStore _store = new(sizes, spoolFolder);
    readonly Queue<(long At, TNotice Notice)> _notices = new();
    readonly ReceiptTimes _times = new(most: 1 << 16);
    readonly ReusableWait _wait = new();

    TaskCompletionSource? _drained;
    long _added;
    long _taken;
    long _drainedAt;
    bool _isCompleted;
    bool _isDisposed;

    /// <summary>The bytes that wait for the consumer. Any thread may ask.</summary>
    public long BytesBuffered
    {
        get
        {
            // In this order it is never less than nothing.
            var taken = Volatile.Read(ref _taken);
            return Volatile.Read(ref _added) - taken;
        }
    }

    /// <summary>How many of them are in the file. Any thread may ask.</summary>
    public long BytesSpooled => _store.BytesSpooled;

    /// <summary>
    /// Whether the producer should add no more bytes, because the spool has no room for another piece, or the disk
    /// takes no more. It ends when half of what was there is taken, and with it all that had no place in the spool. Any
    /// thread may ask.
    /// </summary>
    public bool IsFull => Volatile.Read(ref _drained) is not null;

    /// <summary>Completes when the buffer is not full any more, or disposed. Any thread may ask.</summary>
    public Task Drained => Volatile.Read(ref _drained)?.Task ?? Task.CompletedTask;

    /// <summary>The producer adds bytes. They are never lost: what finds no other place is kept in memory.</summary>
    /// <param name="bytes">Copied before this returns.</param>
    /// <param name="receivedAt">When they were received.</param>
    /// <returns>What is wrong with the disk, if they should have gone there; the buffer is full then.</returns>
    public FileTrouble? Append(ReadOnlySpan<byte> bytes, DateTimeOffset receivedAt)
    {
        if (bytes.IsEmpty)
            return null;

        var trouble = _store.Write(bytes);
        bool isAwaited;
        lock (_gate)
        {
            Volatile.Write(ref _added, _added + bytes.Length);
            _times.Add(_added, receivedAt);
            if (_store.IsFull && !_isDisposed)
                BeginFullness();
            isAwaited = _wait.TryClaim();
        }

        if (isAwaited)
            _wait.Release();
        return trouble;
    }

    /// <summary>The producer adds a notice: it is taken right behind the bytes added before it.</summary>
    public void Add(TNotice notice)
    {
        bool isAwaited;
        lock (_gate)
        {
            _notices.Enqueue((_added, notice));
            isAwaited = _wait.TryClaim();
        }

        if (isAwaited)
            _wait.Release();
    }

    /// <summary>The producer adds nothing more. The consumer still finds what is there.</summary>
    public void Complete()
    {
        bool isAwaited;
        lock (_gate)
        {
            _isCompleted = true;
            isAwaited = _wait.TryClaim();
        }

        if (isAwaited)
            _wait.Release();
    }

    /// <summary>
    /// The consumer takes bytes, at most as many as there are before the next notice. It never waits.
    /// </summary>
    /// <returns>How many; 0 when a notice comes next, or nothing is there.</returns>
    /// <exception cref="IOException">The file cannot be read. The bytes are still there.</exception>
    /// <exception cref="ObjectDisposedException">What was there is gone.</exception>
    public int Read(Span<byte> destination)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var end = _notices.TryPeek(out var next) ? next.At : _added;
            var count = (int)Math.Min(destination.Length, end - _taken);
            if (count == 0)
                return 0;

            destination = destination[..(int)Math.Min(count, _store.CountAtOnce)];
            ReceivedAt = _times.Before(_taken + destination.Length);
        }

        _store.Read(destination);
        Volatile.Write(ref _taken, _taken + destination.Length);
        if (IsFull)
            EndFullnessOnceDrained();
        return destination.Length;
    }

    /// <summary>For the consumer: when the last byte was received that was read.</summary>
    public DateTimeOffset ReceivedAt { get; private set; }

    /// <summary>The consumer takes a notice, if one comes next.</summary>
    /// <exception cref="ObjectDisposedException">What was there is gone.</exception>
    public bool TryTakeNotice([MaybeNullWhen(false)] out TNotice notice)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_notices.TryPeek(out var next) && next.At == _taken)
            {
                notice = _notices.Dequeue().Notice;
                return true;
            }
        }

        notice = default;
        return false;
    }

    /// <summary>For the consumer: whether all is taken, and nothing more will come.</summary>
    public bool IsAtEnd
    {
        get
        {
            lock (_gate)
                return _isCompleted && IsEmpty;
        }
    }

    /// <summary>The consumer waits until bytes or a notice are there, or nothing more will come.</summary>
    /// <remarks>The wait must be awaited, once, before the next one.</remarks>
    /// <exception cref="OperationCanceledException">Somebody wants to stop.</exception>
    /// <exception cref="ObjectDisposedException">What was there is gone.</exception>
    public ValueTask WaitAsync(CancellationToken stop)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isCompleted || !IsEmpty)
                return default;

            _wait.Begin();
        }

        return _wait.Task(stop);
    }

    /// <summary>
    /// Removes the file and gives up what was not taken, also while producer and consumer are busy here. What the
    /// producer adds later goes nowhere.
    /// </summary>
    public void Dispose()
    {
        bool isAwaited;
        lock (_gate)
        {
            _isDisposed = true;
            EndFullness();
            isAwaited = _wait.TryClaim();
        }

        _store.Dispose();
        if (isAwaited)
            _wait.Fail(new ObjectDisposedException(GetType().Name));
    }

    bool IsEmpty => _added == _taken && _notices.Count == 0;

    void BeginFullness()
    {
        _drainedAt = BytesBuffered / 2;
        if (_drained is null)
            Volatile.Write(ref _drained, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    void EndFullnessOnceDrained()
    {
        lock (_gate)
        {
            if (!_store.HasOverflow && BytesBuffered <= _drainedAt)
                EndFullness();
        }
    }

    void EndFullness()
    {
        _drained?.SetResult();
        Volatile.Write(ref _drained, null);
    }
}
