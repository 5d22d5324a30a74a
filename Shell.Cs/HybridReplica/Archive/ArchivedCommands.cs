using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Commands around a moment.</summary>
/// <param name="Id">The replication id of the history that the moment belongs to.</param>
/// <param name="Offset">The replication offset of the moment.</param>
/// <param name="Before">Those that are whole by then, the oldest first.</param>
/// <param name="After">Those behind that, the oldest first, from the one on in which the moment lies.</param>
public sealed record ArchivedCommands(
    ReplicationId Id,
    long Offset,
    IReadOnlyList<ArchivedCommand> Before,
    IReadOnlyList<ArchivedCommand> After
);
