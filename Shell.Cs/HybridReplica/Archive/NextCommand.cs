using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Finds the first command that is left out of what is restored.</summary>
static class NextCommand
{
    /// <summary>Finds it, or why it cannot be read. Neither: the archive holds none behind the cut.</summary>
    public static (ArchivedCommand? Next, ArchiveFault? Fault) Behind(
        ArchiveFolderAccess files,
        ArchiveLook look,
        RestorePlan plan,
        StoredSegment? last,
        IndexEntry? cut
    )
    {
        try
        {
            if (last is not null && cut is { } place && Read(last, place) is { } next)
                return (next, null);
            if (last?.Fault is { } fault)
                return (null, fault);

            if (SegmentBehind(look, plan) is not { } segment)
                return default;
            using var behind = StoredSegment.Open(files, segment);
            var first = Read(behind, behind.Find(plan.Offset.Bytes));
            return (first, first is null ? behind.Fault : null);
        }
        catch (ArchiveException exception)
        {
            // What is behind the moment may well be damaged, and is not needed for it.
            return (null, exception.Fault);
        }
    }

    // It may have another id, but then it begins where the history ends that the moment belongs to.
    static ArchiveSegment? SegmentBehind(ArchiveLook look, RestorePlan plan)
    {
        var ends = false;
        foreach (var part in Restoring.Stream(look.Found))
        {
            var isOurs = part.Segment.Start.Id.Equals(plan.Id);
            var begins = part.Segment.Start.Offset.Equals(plan.Offset) && part.To.Bytes > plan.Offset.Bytes;
            if (begins && (isOurs || ends))
                return part.Segment;
            ends = part.To.Equals(plan.Offset) && (isOurs || ends);
        }

        return null;
    }

    static ArchivedCommand? Read(StoredSegment stored, IndexEntry place)
    {
        var reader = stored.ReaderFrom(place, ArchivedCommand.MostWords);
        while (reader.Next())
        {
            if (reader.Scan.Part == SegmentPart.Command)
                return ArchivedCommand.Of(reader, stored.TimeAt(reader));
        }

        return null;
    }
}
