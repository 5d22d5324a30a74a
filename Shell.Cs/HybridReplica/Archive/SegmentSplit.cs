using HybridReplica.Core;
using Microsoft.Win32.SafeHandles;

namespace HybridReplica;

/// <summary>Makes a segment out of the end of another.</summary>
/// <remarks>All exceptions are those that <see cref="FileTroubles"/> knows.</remarks>
static class SegmentSplit
{
    const int PieceSize = 256 << 10;

    /// <summary>Makes it, with its index, and makes sure that both are on disk.</summary>
    /// <param name="source">The full path of the segment to take it from, which is sealed.</param>
    /// <param name="sourceStart">Where that begins.</param>
    /// <param name="part">The full path of the segment to create.</param>
    /// <param name="start">Where it is to begin.</param>
    /// <returns>
    /// Whether there is a new segment: there is none if no command ends there, outside of transactions, or if the
    /// source is not what its index says.
    /// </returns>
    public static bool Run(string source, in Position sourceStart, string part, in Position start)
    {
        var indexPath = ArchiveNames.Index(source);
        var entries = File.Exists(indexPath) ? ArchiveIndex.Read(File.ReadAllBytes(indexPath)).Entries : [];
        using var from = File.OpenHandle(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (
            SegmentReading.CountOfRight(from, entries) is not (> 0 and var count)
            || count < entries.Length
            || entries[^1].Byte != RandomAccess.GetLength(from)
            || Find(from, entries, sourceStart, start.Offset) is not { } place
        )
            return false;

        using var to = File.OpenHandle(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        var database = start.Database.Value;
        var line = SegmentFile.SelectLine(database);
        RandomAccess.Write(to, line, fileOffset: 0);
        var end = new SegmentPoint(start.Offset.Bytes, 0, 0).BehindOurs(line);
        using var index = IndexFile.Create(
            ArchiveNames.Index(part),
            SegmentFile.EntryAt(end, TimeAt(entries, start.Offset), database)
        );

        var shift = end.Byte - place;
        var checksum = end.Checksum;
        foreach (var entry in entries.Where(entry => entry.Byte > place))
        {
            checksum = Copy(from, to, place, entry.Byte, shift, checksum);
            place = entry.Byte;
            index.Add(new(entry.Offset, entry.Byte + shift, entry.ReceivedAt, entry.Database, checksum));
        }

        index.Flush();
        FileSync.Run(to);
        return true;
    }

    // Everything from the offset on was received then or later.
    static long TimeAt(IndexEntry[] entries, Offset offset) =>
        ArchiveIndex.LastAtOrBefore(entries, offset) is >= 0 and var last ? entries[last].ReceivedAt : 0;

    // Where in the file begins what is behind the offset. Null: that is inside of a command or a transaction.
    static long? Find(SafeFileHandle file, IndexEntry[] entries, in Position start, Offset offset)
    {
        var scan = ArchiveIndex.LastAtOrBefore(entries, offset) is >= 0 and var last
            ? SegmentScan.From(start.Id, entries[last])
            : SegmentScan.At(start);
        var piece = new byte[PieceSize];
        while (scan.Offset.Bytes < offset.Bytes)
        {
            var length = RandomAccess.Read(file, piece, scan.Byte);
            var next = SegmentScanner.ScanWindow(
                scan,
                NextOf(scan, piece.AsSpan(0, length), start, offset),
                out var trouble
            );
            if (next.Byte == scan.Byte || trouble is not null)
                return null;
            scan = next;
        }

        return scan.Safe.Offset.Equals(offset) ? scan.SafeByte : null;
    }

    // What can be looked at without going too far: a line that is ours and does not count, or no more than is missing.
    static ReadOnlySpan<byte> NextOf(SegmentScan scan, ReadOnlySpan<byte> piece, in Position start, Offset offset)
    {
        var most =
            !scan.IsBegun ? SegmentFile.SelectLine(start.Database.Value).Length
            : scan.IsBetween && piece.StartsWith("#"u8) ? piece.IndexOf((byte)'\n') + 1
            : offset.Bytes - scan.Offset.Bytes;
        return piece[..(int)Math.Min(most, piece.Length)];
    }

    static ulong Copy(SafeFileHandle from, SafeFileHandle to, long at, long end, long shift, ulong checksum)
    {
        var piece = new byte[PieceSize];
        while (at < end)
        {
            var length = RandomAccess.Read(from, piece.AsSpan(0, (int)Math.Min(end - at, PieceSize)), at);
            if (length == 0)
                throw new EndOfStreamException();
            RandomAccess.Write(to, piece.AsSpan(0, length), at + shift);
            checksum = Crc64.update(checksum, piece.AsSpan(0, length));
            at += length;
        }

        return checksum;
    }
}
