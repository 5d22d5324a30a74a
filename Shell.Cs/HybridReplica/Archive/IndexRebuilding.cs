using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// Writes the index of a segment anew: what can still be read of the old one, and otherwise the times that the segment
/// itself names (<c>#TS:</c>).
/// </summary>
/// <param name="files">The files of the archive.</param>
sealed class IndexRebuilding(ArchiveFolderAccess files)
{
    // Words of commands are of no interest here.
    readonly ArgumentRange[] _ranges = new ArgumentRange[2];
    readonly byte[] _entry = new byte[ArchiveIndex.EntrySize];

    /// <summary>Writes it to a file beside the old one, and syncs that to disk.</summary>
    /// <param name="segment">A segment with which nothing is wrong.</param>
    /// <param name="otherwise">The time of all of it, if neither the old index nor the segment says any.</param>
    /// <exception cref="ArchiveException">A file cannot be handled.</exception>
    public void Write(ArchiveSegment segment, long otherwise)
    {
        using var file = files.Open(segment.File);
        using var old = files.TryOpen(ArchiveNames.Index(segment.File));
        var received = FirstTime(segment, file, old) ?? otherwise;
        var name = ArchiveNames.TemporaryIndex(segment.File);
        ArchiveFolderAccess.Do(
            ArchiveAccess.Write,
            name,
            () =>
            {
                using var target = new FileStream(files.PathOf(name), FileMode.Create, FileAccess.Write);
                Write(target, segment, file, old is null ? null : new IndexReader(old), received);
                target.Flush();
                FileSync.Run(target.SafeFileHandle);
            }
        );
    }

    void Write(FileStream target, ArchiveSegment segment, ArchiveFileReader file, IndexReader? old, long received)
    {
        var header = new byte[ArchiveIndex.HeaderSize];
        var check = ArchiveIndex.WriteHeader(header);
        target.Write(header);

        var scan = SegmentScan.At(segment.Start);
        var known = Next(old);
        var checksum = 0UL;
        IndexEntry? last = null;
        while (true)
        {
            // The annotation is behind the entry, as the command is whose time it says.
            var place = scan;
            var window = file.Window(scan.Byte, file.Length);
            var next = SegmentScanner.ScanNext(scan, window, _ranges, out _);
            var isOver = next.Byte == scan.Byte;
            while (known is { } earlier && earlier.Byte < place.Byte)
                known = Next(old);

            var isKnown = known is { } here && here.Byte == place.Byte && here.Offset.Equals(place.Safe.Offset);
            var isTime = next.Part == SegmentPart.Annotation && next.Timestamp.IsSome;
            if (place.SafeByte > 0 && place.SafeByte == place.Byte && (isKnown || isTime || IsDue(last, place, isOver)))
            {
                var time =
                    isKnown ? known!.Value.ReceivedAt
                    : isTime ? next.Timestamp.Value * 1000
                    : received;
                received = Math.Max(received, time);
                last = new(place.Safe.Offset, place.Byte, received, place.Safe.Database.Value, checksum);
                check = ArchiveIndex.Write(last.Value, check, _entry);
                target.Write(_entry);
            }

            if (isOver)
                return;
            checksum = Crc64.update(checksum, window[..(int)(next.Byte - scan.Byte)]);
            scan = next;
        }
    }

    // A base that was fetched beside the stream was received later than what is behind it: its time is none of these.
    static long? FirstTime(ArchiveSegment segment, ArchiveFileReader file, ArchiveFileReader? old)
    {
        var known = Next(old is null ? null : new IndexReader(old))?.ReceivedAt;
        var reader = new CommandReader(file, SegmentScan.At(segment.Start), file.Length);
        while (reader.Next())
        {
            if (reader.Scan is { Part: SegmentPart.Annotation, Timestamp: { IsSome: true, Value: var seconds } })
                return Math.Min(known ?? long.MaxValue, seconds * 1000);
        }

        return known;
    }

    static bool IsDue(IndexEntry? last, SegmentScan place, bool isOver) =>
        last is not { } entry
        || place.Safe.Offset.Bytes - entry.Offset.Bytes >= IndexRules.EntryBytes
        || (isOver && entry.Byte < place.Byte);

    static IndexEntry? Next(IndexReader? reader) => reader is not null && reader.TryNext(out var entry) ? entry : null;
}
