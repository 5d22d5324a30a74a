namespace HybridReplica.Core

open System.Diagnostics.CodeAnalysis
open System.Runtime.InteropServices

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
        | Discarding _ -> "Discarding"
        | Resting _ -> "Resting"
        | Ended _ -> "Ended"

/// All that a replica knows.
type State =
    {
        /// What it was told.
        Settings: Settings
        /// Where it is.
        Phase: Phase
        /// The number of the current connection, or of the next one. News of any other is old news.
        Link: int
        /// Whether a temporary file exists.
        HasTemporary: bool
        /// What PSYNC will ask to resume from.
        Resume: Position voption
        /// Where the snapshot that is coming stands, if the master said so.
        Promised: Position voption
        /// Which attempt this is, counted from 1.
        Attempt: int
        /// Seconds since the master was last heard.
        Silence: int
        /// Seconds since the line that is coming was begun. None: no line is begun.
        LineAge: int voption
        /// Seconds since the connection was asked for or, once a snapshot is promised, since then.
        Elapsed: int
        /// Where the jitter of the pauses stands.
        Jitter: uint64
    }

    /// A replica that has not begun.
    static member Initial(settings: Settings) : State =
        {
            Settings = settings
            Phase = Phase.Idle
            Link = 1
            HasTemporary = false
            Resume = settings.Resume
            Promised = ValueNone
            Attempt = 1
            Silence = 0
            LineAge = ValueNone
            Elapsed = 0
            Jitter = settings.Retry.Seed
        }

    /// What to look for at the front of the receive window.
    member this.Expects: Expectation =
        match this.Phase with
        | Phase.Asking(Step.Ping, _) when this.Settings.Dialect <> Dialect.Redis6 ->
            Expectation.Line(Limits.PreambleLine, this.LineAge.IsSome)
        | Phase.Asking _ -> Expectation.Line(Limits.HandshakeLine, this.LineAge.IsSome)
        | Phase.AwaitingPreamble -> Expectation.Line(Limits.PreambleLine, this.LineAge.IsSome)
        | Phase.ReadingHead _ -> Expectation.SnapshotHead
        | Phase.Receiving transfer -> Expectation.Snapshot transfer.Remainder
        | Phase.Idle
        | Phase.CheckingTarget
        | Phase.Connecting
        | Phase.Opening _
        | Phase.OpeningAgain _
        | Phase.Checking _
        | Phase.Publishing _
        | Phase.Discarding _
        | Phase.Resting _
        | Phase.Ended _ -> Expectation.Nothing

    /// Most bytes of the line that is looked for, its line end included.
    member internal this.LineLimit =
        match this.Expects with
        | Expectation.Line(limit, _) -> limit
        | _ -> Limits.PreambleLine

    /// Whether there is a connection, or one is being opened.
    member this.IsLinked =
        match this.Phase with
        | Phase.Connecting
        | Phase.Asking _
        | Phase.Opening _
        | Phase.OpeningAgain _
        | Phase.AwaitingPreamble
        | Phase.ReadingHead _
        | Phase.Receiving _ -> true
        | Phase.Idle
        | Phase.CheckingTarget
        | Phase.Checking _
        | Phase.Publishing _
        | Phase.Discarding _
        | Phase.Resting _
        | Phase.Ended _ -> false

    /// A line from the master as it may be told and kept: the answer to AUTH may quote the password. What kind of
    /// reply it is, its first character says, whatever the password.
    member internal this.Hide(line: string) : string =
        match this.Phase, this.Settings.Credentials with
        | Phase.Asking(Step.Auth, _), ValueSome credentials when line <> "" ->
            let hidden = credentials.Password.HideIn line
            let sign = line.Substring(0, 1)
            let isLost = not (hidden.StartsWith(sign, System.StringComparison.Ordinal))

            if isLost && "+-:$".Contains sign then
                sign + hidden
            else
                hidden
        | _ -> line

    /// Whether it is over.
    member this.HasEnded =
        match this.Phase with
        | Phase.Ended _ -> true
        | _ -> false

    /// How it ended, if it is over.
    member this.TryGetOutcome([<Out; NotNullWhen true>] outcome: byref<Outcome | null>) : bool =
        match this.Phase with
        | Phase.Ended ended ->
            outcome <- ended
            true
        | _ ->
            outcome <- null
            false

    /// The state of Redis' own machine that the phase stands for: `REPL_STATE_…` of 6.0, or `REDIS_REPL_…` of 2.6,
    /// which stays in RECEIVE_PONG until the transfer.
    member this.ReplState: string =
        let in60 name = "REPL_STATE_" + name
        let in26 name = "REDIS_REPL_" + name

        let during name =
            match this.Settings.Dialect with
            | Dialect.Redis6 -> in60 name
            | Dialect.Redis26
            | Dialect.Redis26Lenient -> in26 "RECEIVE_PONG"

        let always name =
            match this.Settings.Dialect with
            | Dialect.Redis6 -> in60 name
            | Dialect.Redis26
            | Dialect.Redis26Lenient -> in26 name

        match this.Phase with
        | Phase.Connecting -> always "CONNECTING"
        | Phase.Asking(Step.Ping, _) -> always "RECEIVE_PONG"
        | Phase.Asking(Step.Auth, _) -> during "RECEIVE_AUTH"
        | Phase.Asking(Step.ListeningPort, _) -> during "RECEIVE_PORT"
        | Phase.Asking(Step.AnnouncedAddress, _) -> during "RECEIVE_IP"
        | Phase.Asking(Step.Capabilities, _)
        | Phase.Asking(Step.AnnouncedVersion, _)
        | Phase.Asking(Step.RdbOnly, _) -> during "RECEIVE_CAPA"
        | Phase.Asking(Step.Psync, _)
        | Phase.Opening(_, Next.Sync)
        | Phase.Opening(_, Next.Preamble)
        | Phase.OpeningAgain(_, Next.Sync)
        | Phase.OpeningAgain(_, Next.Preamble) -> during "RECEIVE_PSYNC"
        | Phase.Opening(_, Next.Ask _)
        | Phase.OpeningAgain(_, Next.Ask _) -> during "SEND_PSYNC"
        | Phase.AwaitingPreamble
        | Phase.ReadingHead _
        | Phase.Receiving _
        | Phase.Checking _
        | Phase.Publishing _ -> always "TRANSFER"
        | Phase.CheckingTarget
        | Phase.Discarding(Ending.Retry _)
        | Phase.Resting _ -> always "CONNECT"
        | Phase.Ended(Outcome.Resumed _) -> always "CONNECTED"
        | Phase.Idle
        | Phase.Discarding(Ending.Finish _)
        | Phase.Ended _ -> always "NONE"
