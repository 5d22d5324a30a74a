using HybridReplica.Core;

namespace HybridReplica;

/// <summary>How things stand with an archive that is being written, at one moment.</summary>
public sealed record ArchiveStatus
{
    /// <summary>
    /// The state of Redis' own machine that stands for where we are: <c>REPL_STATE_CONNECTED</c> while the stream is
    /// written, <c>REPL_STATE_TRANSFER</c> while a base comes.
    /// </summary>
    public required string ReplState { get; init; }

    /// <summary>Which attempt to connect this is, counted from 1 since the last success.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// The end of what is written, between two commands and outside of transactions. Null: nothing is yet.
    /// </summary>
    public Position? Written { get; init; }

    /// <summary>
    /// How much of that is known to be on disk, as an offset in the master's history, in bytes. Null: nobody knows.
    /// </summary>
    public long? SyncedOffset { get; init; }

    /// <summary>Bytes of the stream written since the call began: what a rate is worked out of.</summary>
    public required long BytesWritten { get; init; }

    /// <summary>The name of the segment that is written. Null: there is none.</summary>
    public string? Segment { get; init; }

    /// <summary>Bytes of the stream in that segment.</summary>
    public long SegmentBytes { get; init; }

    /// <summary>Bytes received of the base that comes instead of the stream. Null: none does.</summary>
    public long? BaseBytesReceived { get; init; }

    /// <summary>Its size in bytes. Null: none comes, or the master has not named its size.</summary>
    public long? BaseBytesTotal { get; init; }

    /// <summary>Whether a base is being fetched beside the stream, because it is time for one.</summary>
    public required bool IsFetchingBase { get; init; }

    /// <summary>Bases in the archive.</summary>
    public required int Bases { get; init; }

    /// <summary>Segments in the archive.</summary>
    public required int Segments { get; init; }

    /// <summary>
    /// What the bases and the stream in the segments amount to, in bytes. The indexes beside the segments
    /// are not counted: 48 bytes for a tenth of a second in which something came, or for a sync.
    /// </summary>
    public required long Bytes { get; init; }

    /// <summary>The moment at which the newest base was received whole. Null: there is none.</summary>
    public DateTimeOffset? NewestBaseAt { get; init; }
}
