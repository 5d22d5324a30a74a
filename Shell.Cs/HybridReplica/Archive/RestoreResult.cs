using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What was restored, and which moment that is, exactly.</summary>
/// <param name="Folder">
/// The full path of the folder with the files. A server that is started in the folder above it with
/// <c>--appendonly yes</c> loads them.
/// </param>
/// <param name="Base">The base that it begins with.</param>
/// <param name="BaseVersion">The format of the base.</param>
/// <param name="Servers">Which servers load it, such as <c>Redis 7.2 or later, or Valkey 7.2 or later</c>.</param>
/// <param name="Segments">How many segments there are behind the base.</param>
/// <param name="Bytes">The bytes of all files.</param>
/// <param name="Id">The replication id of the history that the moment belongs to.</param>
/// <param name="Offset">The replication offset: everything up to there is in it, and nothing behind.</param>
/// <param name="Database">The database selected there.</param>
/// <param name="Time">
/// When the last of it was received, or a little before. Null: nothing in the archive says so.
/// </param>
/// <param name="Next">The first command that is left out. Null: the archive holds none, or it cannot be read.</param>
/// <param name="NextFault">Why that command cannot be read. Null: it can, or there is none.</param>
/// <param name="Rewritten">How many commands were rewritten to say until when a key lives.</param>
/// <param name="PassedOver">Why newer bases were not used, the newest first.</param>
public sealed record RestoreResult(
    string Folder,
    ArchiveBase Base,
    RdbVersion BaseVersion,
    string Servers,
    int Segments,
    long Bytes,
    ReplicationId Id,
    long Offset,
    int Database,
    DateTimeOffset? Time,
    ArchivedCommand? Next,
    ArchiveFault? NextFault,
    long Rewritten,
    IReadOnlyList<ArchiveFault> PassedOver
);
