using HybridReplica.Core;
using Microsoft.FSharp.Core;

namespace HybridReplica;

/// <summary>Finds the offset of a moment, and the history in which it is meant.</summary>
static class MomentSearch
{
    /// <summary>Finds it.</summary>
    /// <param name="files">The files of the archive.</param>
    /// <param name="look">What the archive holds; with times, if the moment is one.</param>
    /// <param name="moment">The moment.</param>
    /// <exception cref="ArchiveException">It is not in the archive, or that cannot be found out.</exception>
    public static (FSharpValueOption<ReplicationId> Id, Offset Offset) Find(
        ArchiveFolderAccess files,
        ArchiveLook look,
        Moment moment
    )
    {
        switch (moment)
        {
            case Moment.ToOffset { id: var id, offset: var offset }:
                return (id, Offset.NewOffset(offset));
            case Moment.ToTime { milliseconds: var time }:
                return OfTime(files, look, time);
            default:
                var newest = Checked(Restoring.Newest(look.Found));
                return (FSharpValueOption<ReplicationId>.NewValueSome(newest.Id), newest.Offset);
        }
    }

    static (FSharpValueOption<ReplicationId>, Offset) OfTime(ArchiveFolderAccess files, ArchiveLook look, long time)
    {
        switch (Checked(Restoring.PlaceOfTime(time, look.Found)))
        {
            case TimePlace.InSegment { segment: var segment }:
                using (var stored = StoredSegment.Open(files, segment))
                    return (FSharpValueOption<ReplicationId>.NewValueSome(segment.Start.Id), CutAt(stored, time));
            case TimePlace.AtBase { first: var first }:
                return (FSharpValueOption<ReplicationId>.NewValueSome(first.Position.Id), first.Position.Offset);
            default:
                throw new InvalidOperationException("There is no other place.");
        }
    }

    static Offset CutAt(StoredSegment stored, long time)
    {
        var mark = ArchiveIndex.FirstAfterTime(stored.Marks, time);
        if (mark < stored.Marks.Length)
            return stored.Marks[mark].Offset;
        return stored.Fault is null ? stored.End.Offset : throw new ArchiveException(stored.Fault);
    }

    /// <summary>What was found.</summary>
    /// <exception cref="ArchiveException">Nothing was.</exception>
    public static T Checked<T>(FSharpResult<T, ArchiveFault> result) =>
        result.IsOk ? result.ResultValue : throw new ArchiveException(result.ErrorValue);
}
