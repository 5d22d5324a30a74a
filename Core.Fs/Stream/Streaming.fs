namespace HybridReplica.Core

/// Verbs of the replica from the beginning of the stream on.
module internal Streaming =

    open Endings

    let private send (request: Request) = Command.Send(WireForm.Array, request)

    let private keep stream (state: State) =
        { state with Stream = ValueSome stream }

    // A 2.6 master knows nothing of acknowledgements, whoever talks to it.
    let private acknowledge limit (stream: StreamState) (state: State) =
        let told = stream.Told limit
        let state = keep told.WithoutWhatIsGiven state

        match state.Settings.Dialect with
        | Dialect.Redis6 when stream.IsResumable || stream.IsMarked -> state, [ send told.Acknowledgement ]
        | Dialect.Redis6
        | Dialect.Redis26
        | Dialect.Redis26Lenient -> state, []

    let private acknowledgeNow (state: State) =
        match state.Phase, state.Stream with
        | Phase.Streaming, ValueSome stream -> acknowledge stream.Scan.Safe stream state
        | _ -> state, []

    // What the next PSYNC asks for.
    let private resumable (state: State) : Position voption =
        match state.Stream with
        | ValueSome stream when stream.IsResumable && not (state.Settings.Follows ResumePolicy.FullOnly) ->
            ValueSome stream.SafePosition
        | _ -> ValueNone

    let private enterStream stream (state: State) =
        { enter Phase.Streaming (heard state) with
            Stream = ValueSome stream
            HasJoined = true
            Damage = ValueNone
        }

    /// Ends the connection, and sees to it that the next one goes on where this one was.
    let fail fault (state: State) =
        match state.Phase with
        | Phase.Streaming -> Endings.fail fault { state with Resume = resumable state }
        | _ -> Endings.fail fault state

    /// The stream begins where the snapshot ends. A master that streamed the snapshot may be waiting for a word before
    /// it goes on (`repl_start_cmd_stream_on_ack`, 7.0.15); what it hears is repeated every second.
    let beginBehind (snapshot: Snapshot) (state: State) =
        let unknown = Position.AtFullResync(ReplicationId.Unknown, Offset 0L)
        let promised = ValueOption.defaultValue unknown state.Promised

        // A snapshot that does not say so begins in the first database (`replicationCreateMasterClient`, 6.0.16).
        let position =
            { promised with
                Database = ValueSome(ValueOption.defaultValue 0 state.StreamDatabase)
            }

        let stream =
            { StreamState.At(position, state.Promised.IsSome, ValueNone) with
                IsMarked = snapshot.Framing.IsUntil
            }

        let announcements =
            tell (Notice.SnapshotReceived(snapshot, position)) state
            @ [
                Command.Log(LogEvent.Streaming position)
                // An archive is ready when the snapshot is listed in it.
                if state.Archive.IsNone then
                    Command.Notify(Notification.Status "The snapshot is here, and the stream is followed.")
                    Command.Notify Notification.Ready
            ]

        let state = enterStream stream state

        match state.CutOff with
        | ValueNone -> acknowledgeNow state |> after announcements
        | ValueSome fault ->
            { state with Resume = resumable state }
            |> keep { stream with IsAlive = true }
            |> settle (Ending.Retry fault)
            |> after announcements

    /// The stream goes on where it was. What was received behind the safe position comes again: under the same id it is
    /// the same, and is passed over; under another one it may not be, and is handed over again.
    let resume (position: Position) (id: ReplicationId) (state: State) =
        let known =
            match state.Stream with
            | ValueSome stream -> stream
            | ValueNone ->
                { StreamState.At(position, true, ValueSome position.Offset) with
                    Durable = state.Archive |> ValueOption.bind _.Synced
                }

        let again = known.Scan.BytesBehindSafe

        let stream =
            if id = known.Id then
                { known with Repeated = again }
            else
                { (if again > 0L then known.Rewound else known) with
                    Id = id
                    EarlierIds = known.Id :: known.EarlierIds
                }

        let state =
            enterStream
                { stream with
                    MustRewind = false
                    Wanted = ValueNone
                }
                state

        let torn (archive: ArchiveState) =
            { archive with
                IsTorn = archive.IsTorn || stream.MustRewind
            }

        acknowledgeNow
            { state with
                Archive = ValueOption.map torn state.Archive
            }
        |> after (tell (Notice.Resumed(stream.SafePosition, stream.MustRewind)) state)

    // What arrives.

    /// Whether the stream was really looked at further.
    let isFurther (scan: StreamScan) (state: State) =
        state.Stream
        |> ValueOption.exists (fun stream -> scan.Offset > stream.Scan.Offset)

    // Something new came: whatever was wrong is over.
    let private alive (state: State) = { state with Attempt = 1; Silence = 0 }

    /// More of the stream is at the front of the window. Who asks how much was applied is answered at once, with what
    /// was applied before the question.
    let advance (scan: StreamScan) (state: State) =
        match state.Stream with
        | ValueNone -> state, []
        | ValueSome stream ->
            let next = stream.Advance scan
            let bytes = int (scan.BytesSince stream.Scan)

            let deliver =
                if state.Archive.IsSome then
                    Command.Archive(ArchiveCommand.Append(bytes, next.SafePosition))
                else
                    Command.Deliver bytes

            if scan.IsAsked then
                let wanting =
                    { next with
                        Wanted = ValueSome scan.Asked
                    }

                acknowledge scan.Asked wanting (alive state) |> after [ deliver ]
            else
                alive (keep next state), [ deliver ]

    /// Whether so many bytes are to come again.
    let mayRepeat bytes (state: State) =
        state.Stream
        |> ValueOption.exists (fun stream -> bytes > 0 && int64 bytes <= stream.Repeated)

    /// What came before comes again.
    let skip bytes (state: State) =
        let skipped (stream: StreamState) =
            { stream with
                Repeated = stream.Repeated - int64 bytes
            }

        { heard state with
            Stream = ValueOption.map skipped state.Stream
        },
        []

    /// What cannot be in a stream ends the connection. It may have been broken on its way, and so the same place is
    /// tried once more, before everything is copied.
    let breakOff trouble (state: State) =
        match state.Stream with
        | ValueNone -> fail (Fault.StreamMalformed trouble) state
        | ValueSome stream ->
            let isSecond = stream.BrokenAt = ValueSome stream.Scan.Safe
            let fault = Fault.StreamMalformed trouble
            let log = [ Command.Log(LogEvent.StreamBroken(trouble, stream.SafePosition)) ]

            let state =
                state
                |> keep
                    { stream.Rewound with
                        BrokenAt = ValueSome stream.Scan.Safe
                    }

            (if not isSecond then
                 fail fault state
             elif state.Settings.Follows ResumePolicy.PartialOnly then
                 leave (Ending.Finish(Outcome.Failed fault)) state
             else
                 Endings.fail fault { state with Resume = ValueNone })
            |> after log

    // What the consumer says.

    // An answer that the master waits for does not have to wait for the next second.
    let private answerIfAwaited (before: StreamState) (stream: StreamState) (state: State) =
        let isMore = stream.Applied > before.Applied || stream.Durable > before.Durable

        if state.AwaitsAcknowledgement && isMore then
            acknowledge stream.Scan.Safe stream state
        else
            keep stream state, []

    let private note (position: Position) change (state: State) =
        match state.Stream with
        | ValueSome stream when stream.Knows position.Id && position.Offset <= stream.Scan.Safe ->
            answerIfAwaited stream (change stream) state
        | _ -> state, []

    let private further (position: Position) known =
        ValueSome(max position.Offset (ValueOption.defaultValue (Offset 0L) known))

    /// The consumer has applied what lies in front of a position. What it says of another history, or of what was not
    /// received, is not passed on.
    let applied (position: Position) (state: State) =
        state
        |> note position (fun stream ->
            { stream with
                Applied = further position stream.Applied
            })

    /// The consumer has it on disk, and so has applied it.
    let madeDurable (position: Position) (state: State) =
        state
        |> note position (fun stream ->
            { stream with
                Applied = further position stream.Applied
                Durable = further position stream.Durable
            })

    /// The consumer is too slow, or its disk is full: nothing is received until there is room.
    let stall trouble (state: State) =
        { state with IsStalled = true },
        Command.Log(LogEvent.SpoolFilled trouble)
        :: tell (Notice.SpoolFilled trouble) state

    /// There is room again. What the master said meanwhile is heard now.
    let goOn (state: State) =
        { state with
            IsStalled = false
            Silence = (if state.IsDeaf then 0 else state.Silence)
        },
        [ Command.Log LogEvent.SpoolDrained ]

    /// The snapshot is what the master sent, and the consumer cannot read it: nor could it read the next.
    let unreadable fault (state: State) =
        fail (Fault.SnapshotUnreadable fault) state

    // Time.

    /// A second without trouble.
    let live (state: State) =
        match state.Phase, state.Stream with
        | Phase.Streaming, ValueSome stream -> { state with Attempt = 1 } |> keep { stream with IsAlive = true }
        | _ -> state

    /// So many seconds more since the full resyncs; those of long ago are forgotten.
    let age seconds (state: State) =
        match state.Settings.Follow with
        | ValueSome following when not state.FullResyncs.IsEmpty ->
            { state with
                FullResyncs =
                    state.FullResyncs
                    |> List.filter (fun age -> age <= following.Period - seconds)
                    |> List.map ((+) seconds)
            }
        | _ -> state

    /// What the master hears every second: an acknowledgement or, while our own disk is busy with the snapshot, a
    /// newline.
    let signOfLife (state: State) =
        match state.Phase with
        | Phase.Streaming -> acknowledgeNow state
        | Phase.Checking _
        | Phase.Publishing _ when state.IsLinked -> state, [ Command.Send(WireForm.Inline, Request.Newline) ]
        | _ -> state, []

    /// REPLICAOF NO ONE. The master hears once more how much was applied.
    let stop (state: State) =
        let state, lastWord = acknowledgeNow state
        Endings.stop state |> after lastWord
