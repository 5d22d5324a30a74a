using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Says what the model knows of an archive as people want to hear it.</summary>
static class ArchiveStatuses
{
    /// <summary>How things stand.</summary>
    /// <param name="state">What the model knows.</param>
    /// <param name="bytesWritten">Bytes of the stream written so far.</param>
    public static ArchiveStatus Of(State state, long bytesWritten)
    {
        var archive = state.Archive.IsSome ? state.Archive.Value : ArchiveState.Initial;
        var transfer = TransferOf(state.Phase);
        var active = archive.Active.IsSome ? archive.Active.Value : null;
        var newest = archive.Archive.Newest?.Value.Base;
        return new()
        {
            ReplState = state.ReplState,
            Attempt = state.Attempt,
            Written = archive.Written.IsSome ? archive.Written.Value : null,
            SyncedOffset = archive.Synced.IsSome ? archive.Synced.Value.Bytes : null,
            BytesWritten = bytesWritten,
            Segment = active?.File,
            SegmentBytes = active is null ? 0 : WrittenIn(active, archive),
            BaseBytesReceived = transfer?.Taken,
            BaseBytesTotal = transfer?.Framing is Remainder.Counted counted ? counted.bytes : null,
            IsFetchingBase = archive.Fetch.IsUnderWay,
            Bases = archive.Archive.Generations.Length,
            Segments = archive.Archive.Generations.Sum(generation => generation.Segments.Length),
            Bytes = Size(archive),
            NewestBaseAt = newest is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(newest.ReceivedAt),
        };
    }

    static long Size(ArchiveState archive) =>
        archive.Archive.Generations.Sum(generation =>
            generation.Base.Size + generation.Segments.Sum(segment => SizeOf(segment, archive))
        );

    static long SizeOf(ArchiveSegment segment, ArchiveState archive) =>
        segment.IsSealed ? segment.End.Value.Bytes - segment.Start.Offset.Bytes : WrittenIn(segment, archive);

    static long WrittenIn(ArchiveSegment segment, ArchiveState archive) =>
        archive.Written.IsSome ? Math.Max(0, archive.Written.Value.Offset.Bytes - segment.Start.Offset.Bytes) : 0;

    static Transfer? TransferOf(Phase phase) =>
        phase switch
        {
            Phase.Receiving receiving => receiving.transfer,
            Phase.Checking checking => checking.transfer,
            _ => null,
        };
}
