namespace HybridReplica.Core

/// What the shell can report. Nothing else ever reaches the model.
[<RequireQualifiedAccess>]
type Event =
    /// Go.
    | Started

    // From the socket. The number is that of the connection, so that news of one long given up is known for what it is.

    /// The connection is there.
    | Connected of link: int
    /// There will be no connection.
    | ConnectFailed of link: int * trouble: NetworkTrouble
    /// A read or a write failed, or the master closed the connection and all that it sent has been looked at.
    | Disconnected of link: int * trouble: NetworkTrouble

    // From `Framing`, which looks at the front of the receive window.

    /// The first bytes of a line are there, its end is not.
    | LineBegun
    /// A whole line.
    | Replied of reply: Reply
    /// So many bytes without a line end; this is how they begin.
    | LineTooLong of beginning: string
    /// The snapshot has begun. None: not as an RDB does.
    | SnapshotBegun of version: RdbVersion voption
    /// So many bytes of the snapshot are at the front of the window.
    | Arrived of bytes: int
    /// The mark that ends the snapshot was at the front of the window, and is used up.
    | MarkReached
    /// The stream at the front of the window was looked at as far as that.
    | Streamed of scan: StreamScan
    /// So many bytes at the front of the window came before.
    | Repeated of bytes: int
    /// What comes next cannot be in a stream.
    | StreamMalformed of trouble: StreamTrouble

    // From the files.

    /// The target can be written.
    | TargetReady
    /// The temporary file is there, open and empty.
    | TemporaryCreated
    /// The snapshot says that its stream begins in this database (`repl-stream-db`). None of it: in the first.
    | StreamDatabase of database: int
    /// This is what the bytes taken amount to.
    | SnapshotChecked of verdict: RdbVerdict
    /// The temporary file is on disk.
    | Synced
    /// The temporary file is the target now.
    | Renamed
    /// The new name is on disk.
    | FolderSynced
    /// The temporary file is gone.
    | TemporaryDeleted
    /// A file could not be handled.
    | FileFailed of step: FileStep * trouble: FileTrouble

    // From whoever consumes the stream.

    /// It was applied up to there.
    | Applied of position: Position
    /// It was applied up to there, and that is on disk.
    | MadeDurable of position: Position
    /// There is no room for more of the stream. None: there is as much of it as there may be.
    | SpoolFilled of trouble: FileTrouble voption
    /// There is room again.
    | SpoolDrained
    /// It was handed over a whole snapshot, and cannot read it.
    | SnapshotUnreadable of fault: RdbFault

    // From the archive.

    /// This is to be said of the folder of the archive.
    | Archive of event: ArchiveEvent

    // From everywhere else.

    /// Whole seconds have passed.
    | Ticked of seconds: int
    /// Somebody asks us to stop (`REPLICAOF NO ONE`).
    | StopRequested

    /// The name of the case.
    member this.Name =
        match this with
        | Started -> "Started"
        | Connected _ -> "Connected"
        | ConnectFailed _ -> "ConnectFailed"
        | Disconnected _ -> "Disconnected"
        | LineBegun -> "LineBegun"
        | Replied _ -> "Replied"
        | LineTooLong _ -> "LineTooLong"
        | SnapshotBegun _ -> "SnapshotBegun"
        | Arrived _ -> "Arrived"
        | MarkReached -> "MarkReached"
        | Streamed _ -> "Streamed"
        | Repeated _ -> "Repeated"
        | StreamMalformed _ -> "StreamMalformed"
        | StreamDatabase _ -> "StreamDatabase"
        | Applied _ -> "Applied"
        | MadeDurable _ -> "MadeDurable"
        | SpoolFilled _ -> "SpoolFilled"
        | SpoolDrained -> "SpoolDrained"
        | SnapshotUnreadable _ -> "SnapshotUnreadable"
        | Archive _ -> "Archive"
        | TargetReady -> "TargetReady"
        | TemporaryCreated -> "TemporaryCreated"
        | SnapshotChecked _ -> "SnapshotChecked"
        | Synced -> "Synced"
        | Renamed -> "Renamed"
        | FolderSynced -> "FolderSynced"
        | TemporaryDeleted -> "TemporaryDeleted"
        | FileFailed _ -> "FileFailed"
        | Ticked _ -> "Ticked"
        | StopRequested -> "StopRequested"
