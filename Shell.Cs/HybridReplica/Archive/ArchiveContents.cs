using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What is in an archive, as its manifest, its indexes and the sizes of its files tell it.</summary>
/// <remarks>
/// Nothing is verified: that is what <see cref="ReplicaArchive.VerifyAsync"/> is for. Moments of which the time is not
/// known have none (<see cref="ArchivePoint.Time"/>).
/// </remarks>
public sealed record ArchiveContents
{
    /// <summary>Bases, each with the stream behind it, the oldest first. Empty: nothing is archived yet.</summary>
    public required IReadOnlyList<ArchivedGeneration> Generations { get; init; }

    /// <summary>
    /// The moments that can be restored if nothing is damaged, the oldest first. Between two ranges there is a gap.
    /// </summary>
    public required IReadOnlyList<RestorableRange> Ranges { get; init; }

    /// <summary>Where moments are missing between two generations.</summary>
    public required IReadOnlyList<ArchiveGap> Gaps { get; init; }

    /// <summary>
    /// The replication ids, in the order in which they were met, each with the offset at which it began.
    /// </summary>
    public required IReadOnlyList<ArchiveChainLink> Chain { get; init; }

    /// <summary>The oldest moment. Null: there is none.</summary>
    public ArchivePoint? Oldest => Ranges is [var first, ..] ? first.From : null;

    /// <summary>The newest moment. Null: there is none.</summary>
    public ArchivePoint? Newest => Ranges is [.., var last] ? last.To : null;

    /// <summary>The size of all bases, segments and indexes, in bytes.</summary>
    public long Bytes => Generations.Sum(generation => generation.Bytes);
}
