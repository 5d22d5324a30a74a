using HybridReplica.Core;

namespace HybridReplica;

/// <summary>How a master is archived.</summary>
/// <remarks>Options are read when a call begins. Times are kept in whole seconds; parts of a second are rounded up.
/// </remarks>
public sealed class ArchiveOptions
{
    /// <summary>
    /// The size from which on a segment is sealed and the next one begun, in bytes of the stream. It may grow larger by
    /// what is received at once, 256 KiB at most, and by one command or transaction. Default: 256 MiB.
    /// </summary>
    public long SegmentSize { get; set; } = ArchiveSettings.Default.SegmentSize;

    /// <summary>
    /// The age at which a segment is sealed and the next one begun, if there is anything in it. Null: any; then the
    /// index of a segment that hardly grows is large in the end. Default: 6 hours.
    /// </summary>
    public TimeSpan? SegmentAge { get; set; } = TimeSpan.FromHours(6);

    /// <summary>
    /// When what is written is synced to disk, and what the master is told of it (<c>WAIT</c>, <c>WAITAOF</c>).
    /// Default: once a second, as <c>appendfsync everysec</c>.
    /// </summary>
    public FsyncPolicy Fsync { get; set; } = ArchiveSettings.Default.Fsync;

    /// <summary>What is kept whenever there is a new base. Default: everything.</summary>
    public Retention Keep { get; set; } = ArchiveSettings.Default.Keep;

    /// <summary>
    /// The age of the newest base at which another one is fetched, over a connection of its own. Default: none; a base
    /// is only taken where the stream cannot be resumed.
    /// </summary>
    public TimeSpan? BaseEvery { get; set; }
}
