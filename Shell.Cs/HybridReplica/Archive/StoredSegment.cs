using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A segment that is open for reading, with what its index knows of it.</summary>
sealed class StoredSegment : IDisposable
{
    readonly List<IndexEntry> _marks;

    StoredSegment(ArchiveSegment segment, ArchiveFileReader file, IndexEntry[] entries)
    {
        Segment = segment;
        File = file;
        Entries = entries;
        _marks = [.. entries];
        if (entries is [.., var last] && IsWholeAt(last))
            End = last;
        else
            ReadRest();
        Marks = [.. _marks];
    }

    /// <summary>What the manifest says of it.</summary>
    public ArchiveSegment Segment { get; }

    /// <summary>Its file.</summary>
    public ArchiveFileReader File { get; }

    /// <summary>The size of its file in bytes, when it was opened.</summary>
    public long Length => File.Length;

    /// <summary>The entries of its index.</summary>
    public IndexEntry[] Entries { get; }

    /// <summary>
    /// The same, and what its annotations say of the rest if the index does not reach to the end. The checksum of these
    /// is not known.
    /// </summary>
    public IndexEntry[] Marks { get; }

    /// <summary>Where its last whole command outside of transactions ends.</summary>
    public IndexEntry End { get; private set; }

    /// <summary>Why it cannot be read further. Null: it can, or that is its end.</summary>
    public ArchiveFault? Fault { get; private set; }

    /// <summary>Opens a segment.</summary>
    /// <param name="files">The files of the archive.</param>
    /// <param name="segment">The segment.</param>
    /// <exception cref="ArchiveException">It is not there, or cannot be read.</exception>
    public static StoredSegment Open(ArchiveFolderAccess files, ArchiveSegment segment)
    {
        // What the index knows is in the file by the time that is opened.
        var entries = ReadIndex(files, ArchiveNames.Index(segment.File));
        var file =
            files.TryOpen(segment.File)
            ?? throw new ArchiveException(ArchiveFault.NewSegmentDamaged(segment.File, 0, SegmentDamage.Missing));
        try
        {
            return new(segment, file, [.. entries.TakeWhile(entry => entry.Byte <= file.Length)]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // As far as it is what was written.
    static List<IndexEntry> ReadIndex(ArchiveFolderAccess files, string name)
    {
        using var index = files.TryOpen(name);
        var entries = new List<IndexEntry>();
        if (index is null)
            return entries;

        var reader = new IndexReader(index);
        while (reader.TryNext(out var entry) && reader.DamagedAt is null)
            entries.Add(entry);
        return entries;
    }

    /// <summary>Reads it from a mark on, or from its beginning if that is -1.</summary>
    public CommandReader ReaderFrom(int mark, long end, int words = 64, SegmentChecksum? checksum = null) =>
        new(File, ScanFrom(mark), end, words) { Checksum = checksum };

    /// <summary>Reads it from a place on.</summary>
    public CommandReader ReaderFrom(IndexEntry place, int words) =>
        new(File, SegmentScan.From(Segment.Start.Id, place), Length, words);

    /// <summary>Finds the place at an offset, without reading more than what is between two marks.</summary>
    /// <exception cref="ArchiveException">
    /// It cannot be cut there, and the fault says where it can; or it cannot be read as far as that.
    /// </exception>
    public IndexEntry Find(long offset)
    {
        if (offset == End.Offset.Bytes)
            return End;
        if (offset > End.Offset.Bytes)
            throw new ArchiveException(Fault ?? EndsEarly(offset));

        var mark = ArchiveIndex.LastAtOrBefore(Marks, Offset.NewOffset(offset));
        if (mark >= 0 && Marks[mark].Offset.Bytes == offset)
            return Marks[mark];

        var reader = ReaderFrom(mark, End.Byte);
        while (reader.Scan.Safe.Offset.Bytes < offset || !reader.Scan.IsBegun)
        {
            if (!reader.Next())
                throw new ArchiveException(EndsEarly(offset));
        }

        if (reader.Scan.Safe.Offset.Bytes > offset)
            throw new ArchiveException(Inside(offset, reader));
        return Place(reader.Scan, TimeBefore(offset));
    }

    static ArchiveFault Inside(long offset, CommandReader reader)
    {
        var before = reader.Before.Safe.Offset.Bytes;
        var after = reader.Scan.Safe.Offset.Bytes;
        return reader.Before.Transaction.IsSome
            ? ArchiveFault.NewInsideTransaction(offset, before, after)
            : ArchiveFault.NewNotOnABoundary(offset, before, after);
    }

    ArchiveFault EndsEarly(long offset) =>
        ArchiveFault.NewSegmentDamaged(
            Segment.File,
            End.Byte,
            SegmentDamage.NewEndsEarly(Segment.End.IsSome ? Segment.End.Value : Offset.NewOffset(offset))
        );

    /// <summary>
    /// When the last bytes in front of an offset were received, in milliseconds of unix time. Null: that is not known.
    /// </summary>
    public long? TimeBefore(long offset)
    {
        var mark = ArchiveIndex.LastAtOrBefore(Marks, Offset.NewOffset(offset - 1));
        return mark < 0 ? null : Marks[mark].ReceivedAt;
    }

    /// <summary>
    /// When the part was received that a reader read last, in milliseconds of unix time, or a little before. Null: that
    /// is not known.
    /// </summary>
    public long? TimeAt(CommandReader reader)
    {
        var mark = ArchiveIndex.LastAtOrBefore(Marks, reader.Before.Offset);
        var said = reader.Before.Timestamp is { IsSome: true, Value: var seconds } ? seconds * 1000 : 0;
        var time = Math.Max(said, mark < 0 ? 0 : Marks[mark].ReceivedAt);
        return time == 0 ? null : time;
    }

    SegmentScan ScanFrom(int mark) =>
        mark < 0 ? SegmentScan.At(Segment.Start) : SegmentScan.From(Segment.Start.Id, Marks[mark]);

    bool IsWholeAt(IndexEntry last) =>
        Segment.End.IsSome && last.Offset.Bytes == Segment.End.Value.Bytes && last.Byte == Length;

    // The index does not reach to the end: the segment is still written, or the index is not what it was.
    void ReadRest()
    {
        var scan = Entries is [.., var last] ? SegmentScan.From(Segment.Start.Id, last) : SegmentScan.At(Segment.Start);
        var reader = new CommandReader(File, scan, Length);
        try
        {
            while (reader.Next())
            {
                if (reader.Scan is { Part: SegmentPart.Annotation, Timestamp.IsSome: true })
                    Mark(reader.Scan);
            }
        }
        catch (ArchiveException exception) when (exception.Fault.IsSegmentDamaged)
        {
            Fault = exception.Fault;
        }

        End = Place(reader.Scan, _marks is [.., var mark] ? mark.ReceivedAt : null);
        if (Fault is null && Segment.End is { IsSome: true, Value: var ended })
            Fault = AtEnd(ended);
    }

    ArchiveFault? AtEnd(Offset ended)
    {
        if (End.Offset.Bytes < ended.Bytes)
            return EndsEarly(ended.Bytes);
        if (End.Offset.Bytes > ended.Bytes)
            return ArchiveFault.NewSegmentDamaged(Segment.File, End.Byte, SegmentDamage.NewGoesOn(ended));
        return null;
    }

    void Mark(SegmentScan scan)
    {
        var time = scan.Timestamp.Value * 1000;
        if (_marks.Count == 0 || time > _marks[^1].ReceivedAt)
            _marks.Add(Place(scan, time));
    }

    static IndexEntry Place(SegmentScan scan, long? time) =>
        new(scan.Safe.Offset, scan.SafeByte, time ?? 0, scan.Safe.Database.Value, checksum: 0);

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}
