using HybridReplica.Core;

namespace HybridReplica.Cli.Archive;

/// <summary>What a run of <c>archive</c> is asked to do.</summary>
sealed record RecordPlan
{
    public required string Folder { get; init; }
    public required string Name { get; init; }
    public required long SegmentSize { get; init; }
    public required TimeSpan? SegmentAge { get; init; }
    public required FsyncPolicy Fsync { get; init; }
    public required Retention Keep { get; init; }
    public required TimeSpan? BaseEvery { get; init; }
    public string? Transcript { get; init; }

    /// <summary>The same for the library.</summary>
    public ArchiveOptions Options =>
        new()
        {
            SegmentSize = SegmentSize,
            SegmentAge = SegmentAge,
            Fsync = Fsync,
            Keep = Keep,
            BaseEvery = BaseEvery,
        };
}
