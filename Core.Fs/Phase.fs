namespace HybridReplica.Core

/// What to look for at the front of the receive window.
[<RequireQualifiedAccess>]
type Expectation =
    /// Nothing: what comes has to wait.
    | Nothing
    /// A line of at most `limit` bytes, its line end included. `begun` says that its first bytes were reported already.
    | Line of limit: int * begun: bool
    /// The bytes at the start of a snapshot that name its format. They are looked at and left where they are.
    | SnapshotHead
    /// Bytes of a snapshot.
    | Snapshot of remainder: Remainder
    /// The stream, from where it was looked at last.
    | Stream of scan: StreamScan
    /// The stream, from where it was looked at last, and no further than to the end of a command.
    | StreamToBoundary of scan: StreamScan
    /// So many bytes of the stream that came before.
    | Repeated of left: int64

/// What to do once the temporary file is there.
[<RequireQualifiedAccess>]
type Next =
    /// Ask for this step.
    | Ask of step: Step * later: Step list
    /// Send SYNC.
    | Sync
    /// Wait for the snapshot that is promised already.
    | Preamble

/// A snapshot on its way.
type Transfer =
    {
        /// How its end is recognised, as announced.
        Framing: Remainder
        /// What it says it is.
        Version: RdbVersion
        /// Bytes taken so far.
        Taken: int64
        /// Bytes taken since the file was last synced to disk.
        Unsynced: int64
    }

    /// What is still to come.
    member this.Remainder =
        match this.Framing with
        | Remainder.Counted bytes -> Remainder.Counted(bytes - this.Taken)
        | Remainder.Until _ -> this.Framing

/// How far a whole and checked snapshot is on its way to the target.
[<RequireQualifiedAccess>]
type PublishStep =
    | Syncing
    | Renaming
    | SyncingFolder

/// What comes after the temporary file is removed.
[<RequireQualifiedAccess>]
type Ending =
    /// The end.
    | Finish of outcome: Outcome
    /// A pause, and another attempt.
    | Retry of fault: Fault

/// Where the replica is in its conversation. Each phase knows the state of Redis it stands for: see `State.ReplState`.
[<RequireQualifiedAccess>]
type Phase =
    /// Nothing was asked of us yet.
    | Idle
    /// The archive is being opened.
    | OpeningArchive
    /// Whether the target can be written is being found out.
    | CheckingTarget
    /// A connection is being opened.
    | Connecting
    /// A request is out, its reply is awaited.
    | Asking of step: Step * later: Step list
    /// The temporary file is being created, for this many-th time.
    | Opening of tries: int * next: Next
    /// It could not be; the next try is a second away.
    | OpeningAgain of tries: int * next: Next
    /// A snapshot is promised or asked for, the line that announces it is awaited.
    | AwaitingPreamble
    /// The snapshot is announced, its first bytes are awaited.
    | ReadingHead of framing: Remainder
    /// The snapshot is coming.
    | Receiving of transfer: Transfer
    /// The snapshot is here, and being checked.
    | Checking of transfer: Transfer
    /// The snapshot is good, and being put in its place.
    | Publishing of step: PublishStep * snapshot: Snapshot
    /// The stream is coming.
    | Streaming
    /// The temporary file is being removed.
    | Discarding of ending: Ending
    /// Another attempt is so many seconds away.
    | Resting of seconds: int
    /// It is over. Nothing leads out of this phase.
    | Ended of outcome: Outcome

    /// The name of the case.
    member this.Name =
        match this with
        | Idle -> "Idle"
        | OpeningArchive -> "OpeningArchive"
        | CheckingTarget -> "CheckingTarget"
        | Connecting -> "Connecting"
        | Asking _ -> "Asking"
        | Opening _ -> "Opening"
        | OpeningAgain _ -> "OpeningAgain"
        | AwaitingPreamble -> "AwaitingPreamble"
        | ReadingHead _ -> "ReadingHead"
        | Receiving _ -> "Receiving"
        | Checking _ -> "Checking"
        | Publishing _ -> "Publishing"
        | Streaming -> "Streaming"
        | Discarding _ -> "Discarding"
        | Resting _ -> "Resting"
        | Ended _ -> "Ended"
