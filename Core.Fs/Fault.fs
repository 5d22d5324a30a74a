namespace HybridReplica.Core

/// Whose doing a fault is.
[<RequireQualifiedAccess>]
type Blame =
    /// The way to the master.
    | Network
    /// The master does not want to.
    | MasterRefused
    /// The master does not keep to the protocol.
    | MasterBroke
    /// The master does not say anything, or takes for ever.
    | MasterSilent
    /// The disk, or whatever the snapshot is written to.
    | Disk
    /// What was received.
    | Corrupt
    /// Nobody's: the history went on too far without us.
    | History
    /// The program that drives the model.
    | Shell

/// How a replica's session with its master can fail: one case for each cause, sorted by whose doing it is.
[<RequireQualifiedAccess>]
type Fault =
    // The network.

    /// No connection came about.
    | ConnectFailed of trouble: NetworkTrouble
    /// The connection was lost: a read or a write failed, or the master closed it.
    | Disconnected of trouble: NetworkTrouble
    /// Connecting took longer than the timeout, in seconds.
    | ConnectTimedOut of seconds: int

    // The master is silent.

    /// Not a byte came for longer than the timeout, in seconds.
    | Silence of seconds: int
    /// A reply was begun and not finished in so many seconds.
    | ReplyTooSlow of seconds: int
    /// The handshake took longer than so many seconds.
    | HandshakeTooLong of seconds: int
    /// The snapshot was promised and not announced in so many seconds.
    | PreparationTooLong of seconds: int

    // The master refuses.

    /// A step that cannot be done without was refused.
    | StepRefused of step: Step * reply: Reply
    /// The master cannot serve a replica now: it loads, is busy, has lost its own master or has too many clients.
    | MasterBusy of reply: Reply
    /// An error came where the snapshot should have been announced.
    | SnapshotRefused of reply: Reply

    // The master breaks the protocol.

    /// A reply that cannot be an answer to the step.
    | UnexpectedReply of step: Step * reply: Reply
    /// `+FULLRESYNC` without a replication id and an offset.
    | MalformedFullResync of reply: Reply
    /// `+CONTINUE`, though nothing was to be continued.
    | ContinueUnasked of reply: Reply
    /// A line that announces no snapshot: no length, or none above zero.
    | MalformedPreamble of reply: Reply
    /// A line longer than so many bytes; this is how it begins.
    | LineTooLong of limit: int * beginning: string
    /// Something in the stream that cannot be there.
    | StreamMalformed of trouble: StreamTrouble

    // The history.

    /// The master cannot go on from the position that was wanted, and nothing else was allowed. It offered a snapshot
    /// at another one.
    | Gap of wanted: Position * offered: Position
    /// Another full resync would be one too many in so many seconds.
    | TooManyFullResyncs of allowed: int * seconds: int

    // The data.

    /// What came is not a snapshot, or not the one that was sent.
    | SnapshotCorrupt of verdict: RdbVerdict
    /// The snapshot is what was sent, and its entries, which were asked for, cannot be read.
    | SnapshotUnreadable of fault: RdbFault

    // The disk.

    /// A file could not be handled.
    | File of step: FileStep * trouble: FileTrouble

    /// The folder of the archive could not be handled.
    | Archive of step: ArchiveStep * trouble: FileTrouble
    /// The folder cannot be used as an archive.
    | ArchiveRefused of trouble: ArchiveTrouble

    // The shell.

    /// An event was reported in a phase in which it cannot happen.
    | OutOfTurn of phase: string * event: string

/// How a replica's session ends.
[<RequireQualifiedAccess>]
type Outcome =
    /// The snapshot is where it was wanted.
    | SnapshotKept of snapshot: Snapshot
    /// The master goes on from the position: there is nothing to copy.
    | Resumed of position: Position
    /// Somebody asked us to stop.
    | Stopped
    /// It did not work.
    | Failed of fault: Fault

/// A snapshot that was kept.
and Snapshot =
    {
        /// Where it stands in the master's history. None: it was asked for with SYNC, which does not say.
        Position: Position voption
        /// Its size in bytes.
        Size: int64
        /// How its end was recognised; `Counted` holds the announced size.
        Framing: Remainder
        /// What its checksum says.
        Verdict: RdbVerdict
    }
