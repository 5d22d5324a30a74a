using HybridReplica.Core;
using Microsoft.FSharp.Core;
using Microsoft.Win32.SafeHandles;

namespace HybridReplica;

/// <summary>The segment that is written, and its index.</summary>
/// <remarks>
/// One thread appends. Another may flush meanwhile. All exceptions are those that <see cref="FileTroubles"/> knows;
/// what is behind the last whole command after one is cut when the segment is opened the next time.
/// </remarks>
sealed class SegmentFile : IDisposable
{
    readonly SafeFileHandle _file;
    readonly IndexFile _index;
    readonly ReceiptClock _clock;
    readonly byte[] _line = new byte[SegmentLines.Longest];

    // The end of the file, and of the last whole command outside of transactions, in front of lines that are ours.
    SegmentPoint _end;
    SegmentPoint _safe;
    int _database;

    // When the bytes behind the safe end began to come, and the second of the last annotation.
    long _safeAt;
    FSharpValueOption<long> _annotated;

    /// <param name="file">The segment, open.</param>
    /// <param name="index">Its index, open.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="end">The end of the file, which is the end of a command.</param>
    /// <param name="database">The database that is selected there.</param>
    /// <param name="annotated">The last second of unix time that a line in it names.</param>
    public SegmentFile(
        SafeFileHandle file,
        IndexFile index,
        ReceiptClock clock,
        SegmentPoint end,
        int database,
        FSharpValueOption<long> annotated
    )
    {
        _file = file;
        _index = index;
        _clock = clock;
        _end = _safe = end;
        _database = database;
        _annotated = annotated;
        _safeAt = index.Last.ReceivedAt;
    }

    /// <summary>Creates a segment and its index, with nothing in it but the choice of its database, on disk.</summary>
    public static SegmentFile Create(string path, in Position start, ReceiptClock clock)
    {
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var database = start.Database.Value;
            var line = SelectLine(database);
            RandomAccess.Write(file, line, fileOffset: 0);
            var end = new SegmentPoint(start.Offset.Bytes, 0, 0).BehindOurs(line);
            var index = IndexFile.Create(ArchiveNames.Index(path), EntryAt(end, clock.Now(), database));
            var segment = new SegmentFile(file, index, clock, end, database, FSharpValueOption<long>.None);
            segment.Flush();
            return segment;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The offset up to which there are whole commands outside of transactions.</summary>
    public long SafeOffset => _safe.Offset;

    /// <summary>Appends what the master sent.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="safe">Where the last whole command outside of transactions ends, in them or in front.</param>
    public void Append(ReadOnlySpan<byte> bytes, in Position safe)
    {
        var now = _clock.Now();
        var whole = (int)Math.Clamp(safe.Offset.Bytes - _end.Offset, 0, bytes.Length);
        // In front of these bytes or, where that is inside of a command, behind the last that is whole in them.
        var isBetween = _end.Offset == _safe.Offset;
        if ((isBetween || whole > 0) && IsStampDue(isBetween ? _end.Offset : safe.Offset.Bytes, now))
        {
            var front = isBetween ? 0 : whole;
            AppendThese(bytes[..front], front, safe, now);
            Stamp(now);
            bytes = bytes[front..];
            whole -= front;
        }

        AppendThese(bytes, whole, safe, now);
    }

    void AppendThese(ReadOnlySpan<byte> bytes, int whole, in Position safe, long now)
    {
        Write(bytes);
        if (whole > 0)
        {
            _safe = _end = _end.Behind(bytes[..whole]);
            _safeAt = now;
            _database = safe.Database.Value;
        }

        _end = _end.Behind(bytes[whole..]);
    }

    void Write(ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, _end.Byte);

    bool IsStampDue(long offset, long now) =>
        IndexRules.IsEntryDue(_index.Last, Offset.NewOffset(offset), now) || IsAnnotationDue(now);

    bool IsAnnotationDue(long now) => IndexRules.IsAnnotationDue(_annotated, now);

    // What comes behind this point comes now. Where nothing came since the last line of ours, the point is in front of
    // that line.
    void Stamp(long now)
    {
        _index.Add(EntryAt(_safe, now, _database));
        _safeAt = now;
        if (!IsAnnotationDue(now))
            return;

        var seconds = now / 1000;
        var line = _line.AsSpan(0, SegmentLines.WriteAnnotation(seconds, _line));
        Write(line);
        _end = _end.BehindOurs(line);
        _annotated = FSharpValueOption<long>.Some(seconds);
    }

    /// <summary>
    /// Puts the safe end into the index: what is on disk is to be under a checksum that is on disk as well.
    /// </summary>
    public void Mark()
    {
        if (_index.Last.Offset.Bytes < _safe.Offset)
            _index.Add(EntryAt(_safe, _safeAt, _database));
    }

    /// <summary>Makes sure that what is in it is on disk.</summary>
    /// <exception cref="UnsyncedException">It cannot be synced.</exception>
    public void Flush()
    {
        try
        {
            _index.Flush();
            FileSync.Run(_file);
        }
        catch (Exception exception) when (FileTroubles.IsOne(exception))
        {
            throw new UnsyncedException(exception);
        }
    }

    /// <summary>
    /// Cuts what is behind the last whole command, completes the index, and makes sure that all of it is on disk.
    /// </summary>
    public void Complete()
    {
        // A write that failed may have left something behind the end as well.
        if (RandomAccess.GetLength(_file) > _safe.Byte)
            RandomAccess.SetLength(_file, _safe.Byte);
        _end = _safe;
        Mark();
        Flush();
    }

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        _index.Dispose();
        _file.Dispose();
    }

    /// <summary>The line that a segment begins with.</summary>
    public static byte[] SelectLine(int database)
    {
        var room = new byte[SegmentLines.Longest];
        return room[..SegmentLines.WriteSelect(database, room)];
    }

    /// <summary>The entry for a point.</summary>
    public static IndexEntry EntryAt(in SegmentPoint point, long receivedAt, int database) =>
        new(Offset.NewOffset(point.Offset), point.Byte, receivedAt, database, point.Checksum);
}
