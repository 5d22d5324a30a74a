namespace HybridReplica.Core

/// What a supervisor such as systemd is told (`sd_notify`).
[<RequireQualifiedAccess>]
type Notification =
    /// `STATUS=…`
    | Status of text: string
    /// `READY=1`
    | Ready
    /// `WATCHDOG=1`: we are alive.
    | Watchdog

/// What the shell is to do, in order, before it reports anything else. Commands are plain values: bytes stay where they
/// are, and a command only says how many of them it is about.
[<RequireQualifiedAccess>]
type Command =
    // The socket.

    /// Open a connection and number it. Answered later by `Connected` or `ConnectFailed` with that number.
    | Dial of link: int
    /// Send a request. Answered by nothing, or by `Disconnected`.
    | Send of form: WireForm * request: Request
    /// Close the connection, or give up opening it. What was received and not yet looked at is forgotten.
    | HangUp

    // The target.

    /// See whether the target can be written at all. Answered by `TargetReady` or `FileFailed(Check, …)`.
    | CheckTarget
    /// Create a temporary file beside the target, under a fresh name. Answered by `TemporaryCreated` or
    /// `FileFailed(Create, …)`.
    | CreateTemporary
    /// The first `bytes` of the receive window go to the temporary file, or to the pipe, and into the check of the
    /// snapshot. Answered by nothing, by `StreamDatabase` where the snapshot names one, or by `FileFailed(Write, …)`.
    | Take of bytes: int
    /// Start to sync to disk what was taken so far, while more is taken. If that fails, one of the next commands
    /// about the file is answered by `FileFailed(Sync, …)`.
    | SyncBehind
    /// Say what the bytes taken amount to. Answered by `SnapshotChecked`.
    | CheckSnapshot
    /// Start to sync the temporary file to disk. Answered later by `Synced` or `FileFailed(Sync, …)`.
    | Sync
    /// Rename the temporary file over the target. Answered by `Renamed` or `FileFailed(Rename, …)`.
    | Rename
    /// Sync the folder of the target to disk. Answered by `FolderSynced` or `FileFailed(SyncFolder, …)`.
    | SyncFolder
    /// Close and remove the temporary file, if there is one. Answered by `TemporaryDeleted`, also if there is none, or
    /// by `FileFailed(Delete, …)`.
    | DeleteTemporary

    // Whoever consumes the stream.

    /// The first `bytes` of the receive window are stream or, if the snapshot is wanted, snapshot: hand them over.
    /// Answered by nothing, or by `SpoolFilled` and later `SpoolDrained`.
    | Deliver of bytes: int
    /// Hand this over, behind all that was handed over before.
    | Tell of notice: Notice

    // The archive.

    /// Do this with the folder of the archive.
    | Archive of command: ArchiveCommand

    // Whoever keeps data downstream of this replica.

    /// Close the connections of replicas that follow this one: what they have will not fit what comes.
    | DisconnectReplicas
    /// Forget the stream kept for such replicas, for the same reason.
    | DropBacklog

    // Whoever is watching.

    /// Tell the supervisor.
    | Notify of notification: Notification
    /// Write to the log.
    | Log of entry: LogEvent
    /// It is over. Always last, and once.
    | Finish of outcome: Outcome
