using HybridReplica.Core;
using Microsoft.FSharp.Core;
using Microsoft.Win32.SafeHandles;

namespace HybridReplica;

/// <summary>Brings the segment that was written last, and its index, back into order.</summary>
/// <remarks>
/// What the index has a checksum for is what was written, if the checksum is right. What is behind that is looked at
/// command by command. Only where the machine may have been started anew, or a sync failed, it is not trusted: what
/// was not synced then may be holes in the middle of values, which no look can find. What is kept then is written once
/// more: behind a failed sync it may be in memory alone, and taken for written.
/// </remarks>
static class SegmentRecovery
{
    // A segment in which nothing but its database was selected is shorter than that, in bytes.
    const int EmptySegment = 64;
    const string Damaged = ".damaged";

    /// <summary>Recovers a segment.</summary>
    /// <param name="path">The full path of its file.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="isTrusted">Whether all that was written is there, synced or not.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="Exception">One of those that <see cref="FileTroubles"/> knows.</exception>
    public static RecoveredSegment Run(string path, in Position start, bool isTrusted, ReceiptClock clock)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            return Recover(file, path, start, isTrusted, clock) ?? Renew(file, path, start, clock);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static RecoveredSegment? Recover(
        SafeFileHandle file,
        string path,
        in Position start,
        bool isTrusted,
        ReceiptClock clock
    )
    {
        var indexPath = ArchiveNames.Index(path);
        var bytes = File.Exists(indexPath) ? File.ReadAllBytes(indexPath) : [];
        var entries = ArchiveIndex.Read(bytes).Entries;
        var count = SegmentReading.CountOfRight(file, entries);

        var length = RandomAccess.GetLength(file);

        // An index of which nothing is left says nothing about what is there, and neither does an entry beyond the end.
        var isContradicted = count < entries.Length && entries[count].Byte <= length;
        var isBehindTrusted = count == 0 || (isTrusted && !isContradicted);
        var origin = count == 0 ? SegmentScan.At(start) : SegmentScan.From(start.Id, entries[count - 1]);
        var found = SegmentReading.Scan(
            file,
            origin,
            count == 0 ? 0 : entries[count - 1].Checksum,
            isBehindTrusted ? long.MaxValue : origin.Byte
        );
        if (!found.Scan.IsBegun)
            return null;

        // What is damaged and goes may still be worth a look.
        if (isContradicted)
            File.Copy(path, path + Damaged, overwrite: true);
        RandomAccess.SetLength(file, found.Scan.SafeByte);

        clock.AtLeast(count == 0 ? 0 : entries[count - 1].ReceivedAt);
        var index =
            count == 0
                ? Rebuilt(indexPath, found, start, clock)
                : IndexFile.Open(indexPath, bytes, count, entries[count - 1]);
        foreach (var entry in found.Annotated)
        {
            if (entry.ReceivedAt >= index.Last.ReceivedAt)
                index.Add(entry);
        }

        clock.AtLeast(index.Last.ReceivedAt);
        var safe = found.Scan.Safe;
        var end = new SegmentPoint(safe.Offset.Bytes, found.Scan.SafeByte, found.SafeChecksum);
        if (index.Last.Offset.Bytes < end.Offset)
            index.Add(SegmentFile.EntryAt(end, clock.Now(), safe.Database.Value));

        if (!isTrusted)
        {
            SegmentReading.WriteAgain(file, found.Scan.SafeByte);
            index.WriteAgain();
        }

        var segment = new SegmentFile(file, index, clock, end, safe.Database.Value, FSharpValueOption<long>.None);
        segment.Flush();
        return new(segment, safe, length - end.Byte);
    }

    // The times are lost, but for the seconds in the annotations.
    static IndexFile Rebuilt(string path, in ScannedSegment found, in Position start, ReceiptClock clock)
    {
        var database = start.Database.Value;
        var line = SegmentFile.SelectLine(database);
        var first = found.Annotated.Count > 0 ? found.Annotated[0].ReceivedAt : clock.Now();
        return IndexFile.Create(
            path,
            SegmentFile.EntryAt(new SegmentPoint(start.Offset.Bytes, 0, 0).BehindOurs(line), first, database)
        );
    }

    // Not even its database can be read. If there is more, somebody may want to have a look at it.
    static RecoveredSegment Renew(SafeFileHandle file, string path, in Position start, ReceiptClock clock)
    {
        var length = RandomAccess.GetLength(file);
        file.Dispose();
        if (length > EmptySegment)
            File.Move(path, path + Damaged, overwrite: true);
        return new(SegmentFile.Create(path, start, clock), start, length);
    }
}

/// <summary>A segment that can be appended to again.</summary>
/// <param name="Segment">The segment, open.</param>
/// <param name="Position">Where it ends.</param>
/// <param name="Cut">How many bytes behind that are gone.</param>
readonly record struct RecoveredSegment(SegmentFile Segment, Position Position, long Cut);
