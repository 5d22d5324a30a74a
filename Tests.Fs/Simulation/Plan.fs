namespace HybridReplica.Tests.Simulation

open HybridReplica.Core

/// A piece of what a master sends on one connection.
[<RequireQualifiedAccess>]
type MasterPiece =
    /// A line that is said, counted from 0.
    | Line of index: int
    /// A newline that keeps the replica patient.
    | Newline
    /// The line that announces the snapshot.
    | Announcement
    /// The snapshot.
    | Snapshot
    /// The mark behind it.
    | Mark

/// What can happen to a piece on its way.
[<RequireQualifiedAccess>]
type WireFault =
    /// It breaks off.
    | Cut of NetworkTrouble
    /// It stops for so many seconds, and goes on.
    | Stall of seconds: int
    /// Something else is found in it.
    | Garbage of characters: string
    /// A bit of it turns over.
    | Flip

/// What can go wrong in a conversation.
[<RequireQualifiedAccess>]
type Mishap =
    /// Connecting fails.
    | Unreachable of NetworkTrouble
    /// Connecting never ends.
    | Unanswered
    /// Something happens on the wire, at the byte that `point` leads to.
    | OnTheWire of piece: MasterPiece * point: uint64 * fault: WireFault
    /// The master cannot serve.
    | Unwilling of MasterCondition
    /// The file cannot be handled at this step, so many times in each attempt.
    | OnDisk of step: FileStep * trouble: FileTrouble * times: int

/// How a shell reports what its files did.
[<RequireQualifiedAccess>]
type ShellKind =
    /// Before anything else.
    | Prompt
    /// After a while, in which other things happen.
    | Tardy

/// What may come of a conversation, as far as its plan alone decides it.
[<RequireQualifiedAccess>]
type Prospect =
    /// What an honest master and a sound machine bring: a snapshot, or `+CONTINUE`.
    | Success
    /// A failure that is put down to one of these.
    | Failure of Blame list
    /// Success, or such a failure.
    | Doubt of Blame list

/// Everything about a conversation that is settled before it begins.
type Plan =
    {
        Seed: uint64
        Settings: Settings
        Master: MasterSettings
        /// What the master means to send.
        Snapshot: byte[]
        Mark: EofMark
        /// What goes wrong, each in so many of the first attempts.
        Mishaps: (Mishap * int) list
        /// What comes of it if no mishap strikes.
        Untroubled: Prospect
        Shell: ShellKind
        /// Most bytes that arrive at once, and most milliseconds between two arrivals.
        Chunk: int
        Latency: int
        /// Most milliseconds the disk takes.
        DiskTime: int
        /// Whether news of connections long given up comes in now and then.
        StaleNews: bool
        /// The number of events after which somebody asks to stop.
        StopAfter: int voption
    }

    /// Whether the master speaks PSYNC with us.
    member this.IsPsync =
        this.Settings.Dialect = Dialect.Redis6 && this.Master.Era.KnowsPsync

/// Small things that plans and judgements share.
[<AutoOpen>]
module Numbers =

    /// The count itself, in bytes.
    let bytesOf (Offset bytes) = bytes
