namespace HybridReplica;

/// <summary>What the checksum of a snapshot says.</summary>
public enum SnapshotChecksum
{
    /// <summary>It fits the bytes.</summary>
    Verified,

    /// <summary>There is none: the master saves without one, or its format is older than version 5.</summary>
    Absent,
}

/// <summary>How the end of a snapshot was recognised.</summary>
public enum SnapshotPayload
{
    /// <summary>By its length, named in advance (<c>$&lt;length&gt;</c>).</summary>
    Counted,

    /// <summary>By the mark behind it (<c>$EOF:&lt;mark&gt;</c>, diskless replication).</summary>
    Eof,
}

/// <summary>A snapshot that was fetched.</summary>
/// <param name="Bytes">Its size in bytes.</param>
/// <param name="Checksum">What its checksum says.</param>
/// <param name="RdbVersion">The first bytes of the file: <c>REDIS0010</c>, <c>VALKEY080</c>.</param>
/// <param name="ReplicationId">
/// The master's history it belongs to. Null: the master was asked with SYNC, which does not say.
/// </param>
/// <param name="Offset">Where it stands in that history, in bytes. Null: as above.</param>
/// <param name="Dialect">The dialect that was spoken: <c>redis6</c>, <c>redis26</c> or <c>redis26-lenient</c>.</param>
/// <param name="Payload">How its end was recognised.</param>
/// <param name="Duration">The time the whole call took, all attempts and pauses included.</param>
/// <param name="Path">The full path of the file. Null: it went to a stream.</param>
public sealed record SnapshotInfo(
    long Bytes,
    SnapshotChecksum Checksum,
    string RdbVersion,
    string? ReplicationId,
    long? Offset,
    string Dialect,
    SnapshotPayload Payload,
    TimeSpan Duration,
    string? Path
);
