using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>Reads a segment and its index, every byte of both, and compares them.</summary>
/// <param name="files">The files of the archive.</param>
/// <param name="progress">Hears of what is read.</param>
sealed class SegmentVerifier(ArchiveFolderAccess files, VerifyProgress progress)
{
    /// <summary>What is wrong with the segment, and with its index. It changes neither.</summary>
    /// <exception cref="ArchiveException">A file cannot be read.</exception>
    public (SegmentFound Found, IReadOnlyList<ArchiveFinding> Findings) Verify(ArchiveSegment segment)
    {
        // The index first: an entry is written when everything in front of it has been.
        var indexName = ArchiveNames.Index(segment.File);
        using var index = files.TryOpen(indexName);
        using var file = files.TryOpen(segment.File);
        var start = SegmentCheck.At(segment);
        if (file is null)
            return (start.Outcome, [Missing(segment)]);

        var reader = index is null ? null : new IndexReader(index);
        var check = Compare(start, file, reader);
        progress.Add(indexName, index?.Length ?? 0);
        return (
            check.Outcome,
            [.. check.Findings, .. IndexFindings(indexName, segment, index, reader, check.IsIndexed)]
        );
    }

    SegmentCheck Compare(SegmentCheck check, ArchiveFileReader file, IndexReader? index)
    {
        IndexEntry? beyond = null;
        while (index is not null && index.TryNext(out var entry))
        {
            if (entry.Byte > file.Length)
            {
                beyond = entry;
                continue;
            }

            check = SegmentCheck.Meet(Advance(check, file, entry.Byte), entry);
        }

        check = Advance(check, file, file.Length);
        return SegmentCheck.Finish(
            check,
            file.Length,
            beyond is { } last ? FSharpValueOption<IndexEntry>.NewValueSome(last) : default
        );
    }

    // As far as it can be looked at, and no further than that.
    SegmentCheck Advance(SegmentCheck check, ArchiveFileReader file, long until)
    {
        var from = check.Byte;
        while (check.Byte < until && !check.IsBroken)
        {
            var window = file.Window(check.Byte, until);
            var next = SegmentCheck.Advance(check, window);
            progress.Add(file.File, next.Byte - check.Byte);
            var isOver = next.Byte == check.Byte;
            check = next;
            if (isOver)
                break;
        }

        if (check.Byte < until)
            progress.Add(file.File, until - Math.Max(check.Byte, from));
        return check;
    }

    static ArchiveFinding Missing(ArchiveSegment segment) =>
        new(
            ArchiveFault.NewSegmentDamaged(segment.File, 0, SegmentDamage.Missing),
            segment.File,
            0,
            0,
            FSharpValueOption<Offset>.NewValueSome(segment.Start.Offset),
            segment.End
        );

    static IEnumerable<ArchiveFinding> IndexFindings(
        string name,
        ArchiveSegment segment,
        ArchiveFileReader? index,
        IndexReader? reader,
        bool isIndexed
    )
    {
        if (index is null || reader is null)
            yield return Damaged(name, 0, 0, IndexDamage.Missing);
        else if (reader.DamagedAt is { } damagedAt)
            yield return Damaged(name, damagedAt, reader.DamagedUntil, IndexDamage.Broken);
        // While it is written, it is behind its segment, and its end may be cut.
        else if (segment.IsSealed && (reader.IsTorn || !isIndexed))
            yield return Damaged(name, index.Length, index.Length, IndexDamage.Short);
    }

    static ArchiveFinding Damaged(string name, long from, long until, IndexDamage damage) =>
        new(ArchiveFault.NewIndexDamaged(name, from, damage), name, from, until, default, default);
}
