using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// Reads a segment part by part, from its beginning or from a place that its index knows. A command of any size goes
/// through the same memory.
/// </summary>
/// <param name="file">The segment.</param>
/// <param name="scan">Where to begin.</param>
/// <param name="end">The byte of the file at which to stop.</param>
/// <param name="words">Of how many words of a command the place is wanted.</param>
sealed class CommandReader(ArchiveFileReader file, SegmentScan scan, long end, int words = 64)
{
    const int BufferSize = 512 << 10;

    readonly ArgumentRange[] _ranges = new ArgumentRange[Math.Max(2, words)];
    readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    long _origin = scan.Byte;
    int _filled;
    SegmentScan _scan = scan;

    /// <summary>Hears of all bytes in their order, as they are read, if set.</summary>
    public SegmentChecksum? Checksum { get; init; }

    /// <summary>How far it was read.</summary>
    public SegmentScan Scan => _scan;

    /// <summary>How far it was read in front of the last part.</summary>
    public SegmentScan Before { get; private set; } = scan;

    /// <summary>Reads the next part. False: there is none, or it does not end.</summary>
    /// <exception cref="ArchiveException">What is there cannot be in a segment, or it cannot be read.</exception>
    public bool Next()
    {
        Before = _scan;
        while (true)
        {
            var window = new ReadOnlySpan<byte>(_buffer, 0, _filled)[(int)(_scan.Byte - _origin)..];
            var next = SegmentScanner.ScanNext(_scan, window, _ranges, out var trouble);
            if (trouble is not null)
                throw new ArchiveException(
                    ArchiveFault.NewSegmentDamaged(file.File, next.Byte, SegmentDamage.NewMalformed(trouble))
                );

            var moved = next.Byte > _scan.Byte;
            _scan = next;
            if (moved && next.Part != SegmentPart.Nothing)
                return true;
            if (!moved && !Fill())
                return false;
        }
    }

    /// <summary>How many words the command has whose place is known.</summary>
    public int KnownWords => (int)Math.Min(_scan.Words, _ranges.Length);

    /// <summary>The length of a word of the command that was read last.</summary>
    public int WordLength(int index) => _ranges[index].Length;

    /// <summary>The first bytes of a word of the command that was read last, as many as there is room for.</summary>
    public Span<byte> Word(int index, Span<byte> room)
    {
        var word = room[..Math.Min(room.Length, _ranges[index].Length)];
        Copy(WordByte(index), word);
        return word;
    }

    /// <summary>Where in the file a word of the command begins that was read last.</summary>
    public long WordByte(int index) => Before.Byte + _ranges[index].Start;

    /// <summary>Bytes of the file, which have been read before.</summary>
    public void Copy(long from, Span<byte> target)
    {
        if (from >= _origin && from + target.Length <= _origin + _filled)
        {
            _buffer.AsSpan((int)(from - _origin), target.Length).CopyTo(target);
            return;
        }

        while (target.Length > 0)
        {
            var count = file.Read(target, from);
            if (count == 0)
                throw new ArchiveException(ArchiveFault.NewSegmentDamaged(file.File, from, SegmentDamage.EndsInside));
            target = target[count..];
            from += count;
        }
    }

    // What of the command is here stays here, unless it is so large that it has to be read again for its words.
    bool Fill()
    {
        var wanted = _scan.Byte - Before.Byte <= BufferSize / 2 ? Before.Byte : _scan.Byte;
        var kept = (int)Math.Max(0, _origin + _filled - wanted);
        if (wanted > _origin)
            _buffer.AsSpan(_filled - kept, kept).CopyTo(_buffer);
        else
            wanted = _origin;

        _origin = wanted;
        _filled = kept;
        var room = _buffer.AsSpan(_filled);
        if (room.Length > end - _origin - _filled)
            room = room[..(int)Math.Max(0, end - _origin - _filled)];

        var count = room.IsEmpty ? 0 : file.Read(room, _origin + _filled);
        Checksum?.Advance(room[..count]);
        _filled += count;
        return count > 0;
    }
}
