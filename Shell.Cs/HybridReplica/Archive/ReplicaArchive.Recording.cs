using HybridReplica.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridReplica;

public sealed partial class ReplicaArchive
{
    /// <summary>
    /// Archives a master: its snapshot, unless the archive can be gone on with, and from then on everything it sends,
    /// across lost connections, failovers and restarts.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The folder is created if it is not there. It is locked, and what the last call left unfinished is put in order,
    /// before the master is troubled.
    /// </para>
    /// <para>
    /// What is acknowledged to the master (<c>WAIT</c>) is written, and what is acknowledged as being on disk
    /// (<c>WAITAOF</c>) is synced, as <see cref="ArchiveOptions.Fsync"/> says. Whatever may pass is tried again: until
    /// the master has been joined, as often as <see cref="ReplicaOptions.Attempts"/> says, and for ever after that.
    /// </para>
    /// <para>
    /// Options for following that say what to do with the stream or the snapshot, such as
    /// <see cref="ReplicaOptions.SnapshotPath"/>, are not looked at. A supervisor that is named by
    /// <c>NOTIFY_SOCKET</c> is told when the first base is there, and every second that all is well
    /// (<c>WATCHDOG=1</c>).
    /// </para>
    /// </remarks>
    /// <param name="master">Where the master is, and how to behave towards it.</param>
    /// <param name="options">How to archive. Default: as <see cref="ArchiveOptions"/> says.</param>
    /// <param name="progress">Hears of each new state, and a few times a second of what is written.</param>
    /// <param name="loggerFactory">Where the log goes. Default: nowhere.</param>
    /// <param name="cancellationToken">
    /// Ends it, which is the only good end: the segment is completed and on disk, and the task completes.
    /// </param>
    /// <exception cref="ReplicaException">
    /// It cannot go on: the cause, whose doing it was, and what to try. The archive is valid up to what was written.
    /// </exception>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    public async Task RecordAsync(
        ReplicaOptions master,
        ArchiveOptions? options = null,
        IProgress<ArchiveStatus>? progress = null,
        ILoggerFactory? loggerFactory = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(master);
        var settings = SettingsOfOptions.ForArchiving(master, options ?? new(), Name);
        _ = TlsTrust.Of(master);
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("HybridReplica");

        // Away from the caller's thread and its context.
        await Task.Run(
                () => Recording.RunAsync(Folder, master, settings, progress, logger, cancellationToken),
                CancellationToken.None
            )
            .ConfigureAwait(false);
        // The caller goes on with a thread of the pool, and not with that of the connection.
        await Task.Yield();
    }
}
