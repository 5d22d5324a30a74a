using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Finds the first command that is left out of what is restored.</summary>
static class NextCommand
{
    /// <summary>Finds it. Null: the archive holds none behind the cut, or none that can be read.</summary>
    public static ArchivedCommand? Behind(
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
                return next;

            if (SegmentBehind(look, plan) is not { } segment)
                return null;
            using var behind = StoredSegment.Open(files, segment);
            return Read(behind, behind.Find(plan.Offset.Bytes));
        }
        catch (ArchiveException)
        {
            // What is behind the moment may well be damaged, and is not needed for it.
            return null;
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
