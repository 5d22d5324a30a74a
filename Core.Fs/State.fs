namespace HybridReplica.Core

open System.Diagnostics.CodeAnalysis
open System.Runtime.InteropServices

/// A snapshot that was found damaged.
type Damage =
    {
        /// How much of it there was, in bytes.
        Taken: int64
        /// What was wrong with it.
        Verdict: RdbVerdict
    }

    /// Whether it is damage of the same kind at the same place. What a checksum says differs each time.
    member internal this.IsLike(other: Damage) =
        match this.Verdict, other.Verdict with
        | RdbVerdict.ChecksumMismatch _, RdbVerdict.ChecksumMismatch _ -> this.Taken = other.Taken
        | _ -> this = other

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
        /// The database in which its stream begins, if it says so.
        StreamDatabase: int voption
        /// What is known of the stream. None: nothing, or nothing any more.
        Stream: StreamState voption
        /// What is known of the archive. None: nothing is archived.
        Archive: ArchiveState voption
        /// Whether there is no room for more of the stream.
        IsStalled: bool
        /// Whether the stream was reached before.
        HasJoined: bool
        /// Seconds since each of the last full resyncs, the latest first.
        FullResyncs: int list
        /// The damage of the last snapshot, if it was damaged.
        Damage: Damage voption
        /// Why the connection was lost while the snapshot it brought was put in its place.
        CutOff: Fault voption
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
            Resume =
                if settings.Follows ResumePolicy.FullOnly then
                    ValueNone
                else
                    settings.Resume
            Promised = ValueNone
            StreamDatabase = ValueNone
            Stream = ValueNone
            Archive = settings.Archive |> ValueOption.map (fun _ -> ArchiveState.Initial)
            IsStalled = false
            HasJoined = false
            FullResyncs = []
            Damage = ValueNone
            CutOff = ValueNone
            Attempt = 1
            Silence = 0
            LineAge = ValueNone
            Elapsed = 0
            Jitter = settings.Retry.Seed
        }

    /// Where the snapshot stands, if the master said so, and the database that it names.
    member internal this.SnapshotPosition: Position voption =
        this.Promised
        |> ValueOption.map (fun position ->
            { position with
                Database = this.StreamDatabase
            })

    /// Whether the master's stream is followed when the snapshot is in its place.
    member internal this.IsFollowing = this.Settings.Follow.IsSome

    /// Whether what the master says next has to wait, because there is no room for it at the consumer.
    member internal this.IsDeaf: bool =
        match this.Phase with
        | Phase.Streaming -> this.IsStalled || this.Archive |> ValueOption.exists _.IsBusy
        | Phase.Receiving _ -> this.IsStalled && this.Settings.WantsSnapshot
        | _ -> false

    // Whether the end of a command is waited for, so that the next segment can begin there.
    member private this.WantsBoundary: bool =
        match this.Archive, this.Settings.Archive with
        | ValueSome archive, ValueSome settings -> archive.WantsBoundary settings
        | _ -> false

    /// What to look for at the front of the receive window.
    member this.Expects: Expectation =
        match this.Phase with
        | _ when this.IsDeaf -> Expectation.Nothing
        | Phase.Streaming ->
            match this.Stream with
            | ValueSome stream when stream.Repeated > 0L -> Expectation.Repeated stream.Repeated
            | ValueSome stream when this.WantsBoundary -> Expectation.StreamToBoundary stream.Scan
            | ValueSome stream -> Expectation.Stream stream.Scan
            | ValueNone -> Expectation.Nothing
        | Phase.Asking(Step.Ping, _) when this.Settings.Dialect <> Dialect.Redis6 ->
            Expectation.Line(Limits.PreambleLine, this.LineAge.IsSome)
        | Phase.Asking _ -> Expectation.Line(Limits.HandshakeLine, this.LineAge.IsSome)
        | Phase.AwaitingPreamble -> Expectation.Line(Limits.PreambleLine, this.LineAge.IsSome)
        | Phase.ReadingHead _ -> Expectation.SnapshotHead
        | Phase.Receiving transfer -> Expectation.Snapshot transfer.Remainder
        | Phase.Idle
        | Phase.OpeningArchive
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
        | Phase.Receiving _
        | Phase.Streaming -> true
        // Who only wants the snapshot has hung up by then.
        | Phase.Checking _
        | Phase.Publishing _ -> this.IsFollowing && this.CutOff.IsNone
        | Phase.Idle
        | Phase.OpeningArchive
        | Phase.CheckingTarget
        | Phase.Discarding _
        | Phase.Resting _
        | Phase.Ended _ -> false

    /// Whether the master waits for something to be acknowledged.
    member this.AwaitsAcknowledgement: bool =
        match this.Phase, this.Stream with
        | Phase.Streaming, ValueSome stream -> stream.Wanted.IsSome
        | _ -> false

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
        | Phase.Asking(Step.RdbOnly, _)
        | Phase.Asking(Step.FilterAll, _) -> during "RECEIVE_CAPA"
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
        | Phase.OpeningArchive
        | Phase.CheckingTarget
        | Phase.Discarding(Ending.Retry _)
        | Phase.Resting _ -> always "CONNECT"
        | Phase.Streaming
        | Phase.Ended(Outcome.Resumed _) -> always "CONNECTED"
        | Phase.Idle
        | Phase.Discarding(Ending.Finish _)
        | Phase.Ended _ -> always "NONE"
