using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Bytes between a thread that writes and a thread that reads: in memory, and in a file if there are too many.
/// </summary>
/// <remarks>
/// Bytes go into the ring, else into the spool, else into the overflow, and as long as there are any in a later one
/// none go into an earlier one: so the oldest byte is always in the first that is not empty.
/// </remarks>
/// <param name="sizes">How much it holds.</param>
/// <param name="spoolFolder">Where the file is created, once it is needed.</param>
sealed class ByteStore(BufferSizes sizes, string spoolFolder) : IDisposable
{
    // For the spool and the overflow, but not for reading and writing the file.
    readonly Lock _gate = new();
    readonly MemoryRing _ring = new(sizes.Memory);
    Spool? _spool;
    MemoryRing? _overflow;
    bool _isSpooling;
    bool _isDisposed;

    /// <summary>How many bytes are in the file. Any thread may ask.</summary>
    public long BytesSpooled => Math.Max(0, Volatile.Read(ref _spool)?.Count ?? 0);

    /// <summary>Whether there are bytes for which neither the ring nor the file had room. Any thread may ask.</summary>
    public bool HasOverflow => Volatile.Read(ref _overflow) is not null;

    /// <summary>Whether the file may not have room for the next piece. Any thread may ask.</summary>
    public bool IsFull => HasOverflow || Volatile.Read(ref _spool) is { } spool && spool.Room < sizes.Piece;

    /// <summary>Writes the bytes.</summary>
    /// <returns>What is wrong with the disk, if they should have gone there. They are in the overflow then.</returns>
    public FileTrouble? Write(ReadOnlySpan<byte> bytes) =>
        BytesSpooled == 0 && !HasOverflow && _ring.TryWrite(bytes) ? null : WriteBehind(bytes);

    /// <summary>For the reader: how many bytes can be read at once, if there are any.</summary>
    public long CountAtOnce => Oldest()?.Count ?? 0;

    /// <summary>Reads the oldest bytes, no more than can be read at once.</summary>
    /// <exception cref="IOException">The file cannot be read. The bytes are still there.</exception>
    /// <exception cref="ObjectDisposedException">The bytes are gone.</exception>
    public void Read(Span<byte> destination)
    {
        var source = Oldest();
        ObjectDisposedException.ThrowIf(source is null, this);
        source.Read(destination);
        if (source != _ring)
            RemoveEmpty();
    }

    /// <summary>
    /// Removes the file and gives up what was not read, also while somebody reads or writes. What is written later goes
    /// nowhere.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            // Whoever reads or writes in it just now holds it open until that is done.
            _spool?.Dispose();
            _spool = null;
            _overflow = null;
        }
    }

    IByteQueue? Oldest()
    {
        if (_ring.Count > 0)
            return _ring;

        lock (_gate)
            return _spool is { Count: > 0 } ? _spool : _overflow;
    }

    FileTrouble? WriteBehind(ReadOnlySpan<byte> bytes)
    {
        Spool? spool;
        lock (_gate)
        {
            spool = _spool;
            _isSpooling = !_isDisposed && _overflow is null && bytes.Length <= (spool?.Room ?? sizes.Spool);
            if (!_isSpooling)
            {
                Overflow(bytes);
                return null;
            }
        }

        var trouble = TrySpool(bytes, ref spool);
        Spool? useless;
        lock (_gate)
        {
            _isSpooling = false;
            if (trouble is not null)
                Overflow(bytes);
            useless = _isDisposed ? spool : Keep(spool);
        }

        useless?.Dispose();
        return trouble;
    }

    FileTrouble? TrySpool(ReadOnlySpan<byte> bytes, ref Spool? spool)
    {
        try
        {
            spool ??= Spool.Create(spoolFolder, sizes.Spool);
            spool.Write(bytes);
            return null;
        }
        catch (ObjectDisposedException)
        {
            // Nobody wants the bytes any more.
            return null;
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            return FileTroubles.Of(exception);
        }
    }

    void Overflow(ReadOnlySpan<byte> bytes)
    {
        if (_isDisposed)
            return;

        var overflow = _overflow ?? new(Array.MaxLength);
        if (!overflow.TryWrite(bytes))
            throw new InvalidOperationException("Somebody writes on and on, though the store is full.");
        Volatile.Write(ref _overflow, overflow);
    }

    void RemoveEmpty()
    {
        Spool? useless;
        lock (_gate)
        {
            if (_overflow is { Count: 0 })
                Volatile.Write(ref _overflow, null);
            useless = _isSpooling ? null : Keep(_spool);
        }

        useless?.Dispose();
    }

    // Keeps a file, or gives it back because it was read to its end: then its space is for the disk again.
    Spool? Keep(Spool? spool)
    {
        var isEmpty = spool is { Count: 0 };
        Volatile.Write(ref _spool, isEmpty ? null : spool);
        return isEmpty ? spool : null;
    }
}
