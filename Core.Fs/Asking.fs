namespace HybridReplica.Core

/// Verbs of the replica from the first connection to the request that brings the snapshot.
module internal Asking =

    open Endings

    /// Makes sure that the target can be written before the master is troubled.
    let start (state: State) =
        match state.Settings.Destination with
        | _ when state.Archive.IsSome -> Archiving.openArchive state
        | Destination.File -> enter Phase.CheckingTarget state, [ Command.CheckTarget ]
        | Destination.Pipe
        | Destination.Nowhere -> dial state

    let private send request (state: State) =
        Command.Send(Handshake.form state.Settings.Dialect request, request)

    // 2.6 sends AUTH and REPLCONF and waits for their replies in one go, five seconds each (`sendSynchronousCommand`,
    // 2.6.17); any other reply is waited for as long as the master gives signs of life.
    let private lineAge step (state: State) =
        if state.Settings.Dialect <> Dialect.Redis6 && step <> Step.Ping then
            ValueSome 0
        else
            ValueNone

    let private ask (step, later) (state: State) =
        let request = Handshake.request state.Settings state.Resume step

        let log =
            match request with
            | Request.Psync(ValueSome position) -> [ Command.Log(LogEvent.TryingPartialResync position) ]
            | Request.Psync ValueNone -> [ Command.Log LogEvent.NoPositionToResume ]
            | _ -> []

        { enter (Phase.Asking(step, later)) state with
            LineAge = lineAge step state
        },
        log @ [ send request state ]

    let private awaitPreamble (state: State) =
        { enter Phase.AwaitingPreamble state with
            Elapsed = 0
        }

    let private follow next (state: State) =
        match next with
        | Next.Ask(step, later) -> ask (step, later) state
        | Next.Sync -> awaitPreamble state, [ send Request.Sync state ]
        | Next.Preamble -> awaitPreamble state, []

    /// Sees to it that there is a temporary file before anything is said that can only end in a snapshot.
    let private prepare next (state: State) =
        match state.Settings.Destination with
        | Destination.File when not state.HasTemporary ->
            ArchiveChanges.target (enter (Phase.Opening(1, next)) state)
            |> before [ Command.CreateTemporary ]
        | Destination.File
        | Destination.Pipe
        | Destination.Nowhere -> follow next state

    // Another full resync, unless there were too many of them lately.
    let private spend (state: State) : Result<State, Fault> =
        match state.Settings.Follow with
        | ValueSome following when state.FullResyncs.Length >= following.FullResyncs ->
            Error(Fault.TooManyFullResyncs(following.FullResyncs, following.Period))
        | ValueSome _ ->
            Ok
                { state with
                    FullResyncs = 0 :: state.FullResyncs
                    Stream = ValueNone
                }
        | ValueNone -> Ok state

    let private sync (state: State) =
        match spend state with
        | Ok state -> prepare Next.Sync state
        | Error fault -> fail fault state

    /// Settles the next thing on the list. When nothing is left to settle, SYNC.
    let proceed steps (state: State) =
        match steps with
        | [] -> sync state
        | Step.Psync :: later when state.Resume.IsNone ->
            // A master is not made to save for a snapshot that would be one too many.
            match spend state with
            | Ok _ -> prepare (Next.Ask(Step.Psync, later)) state
            | Error fault -> fail fault state
        | step :: later -> ask (step, later) state

    // Whoever follows this replica has data that will not fit what comes.
    let private forsakeFollowers = [ Command.DisconnectReplicas; Command.DropBacklog ]

    // Why the master will send everything.
    let private reason (state: State) =
        match state.Resume, state.Stream with
        | _ when state.Settings.Follows ResumePolicy.FullOnly -> FullResyncReason.Wanted
        | ValueSome position, _ -> FullResyncReason.PositionLost position
        | ValueNone, ValueSome stream when stream.IsResumable -> FullResyncReason.StreamBroken stream.SafePosition
        | ValueNone, _ -> FullResyncReason.NoPosition

    let private takeAll position (state: State) =
        match spend state with
        | Error fault -> fail fault state
        | Ok spent ->
            { spent with
                Resume = ValueNone
                Promised = ValueSome position
            }
            |> prepare Next.Preamble
            |> after (
                Command.Log(LogEvent.FullResync position) :: forsakeFollowers
                @ tell (Notice.FullResync(reason state)) state
            )

    let private fullResync position (state: State) =
        match state.Resume with
        | ValueSome wanted when state.Settings.Follows ResumePolicy.PartialOnly ->
            fail (Fault.Gap(wanted, position)) state
        | _ -> takeAll position state

    // SYNC throws the position away, and a master that cannot serve anybody now would not answer it any better.
    let private isLater reply (state: State) =
        match reply with
        | Reply.Error text -> state.IsFollowing && Handshake.isBusy text
        | _ -> false

    let private fallBack reply (state: State) =
        if isLater reply state then
            fail (Fault.MasterBusy reply) state
        elif state.Settings.Follows ResumePolicy.PartialOnly || state.Archive.IsSome then
            // What SYNC brings has no place in a history, and so none in an archive.
            fail (Fault.StepRefused(Step.Psync, reply)) state
        else
            { state with Resume = ValueNone }
            |> proceed []
            |> after (
                Command.Log(LogEvent.PsyncNotSupported reply) :: forsakeFollowers
                @ [ Command.Log LogEvent.RetryingWithSync ]
            )

    let private resume id reply (state: State) =
        match state.Resume with
        | ValueNone -> fail (Fault.ContinueUnasked reply) state
        | ValueSome position ->
            let resumed =
                { position with
                    Id = ValueOption.defaultValue position.Id id
                }

            let idChange =
                if resumed.Id = position.Id then
                    []
                else
                    [
                        Command.Log(LogEvent.ReplicationIdChanged(position.Id, resumed.Id))
                        Command.DisconnectReplicas
                    ]

            let state =
                { state with
                    Resume = ValueSome resumed
                }

            (if state.IsFollowing then
                 Streaming.resume position resumed.Id state
             else
                 leave (Ending.Finish(Outcome.Resumed resumed)) state)
            |> after (
                idChange
                @ [
                    Command.Log(LogEvent.PartialResync resumed)
                    Command.Notify(Notification.Status "Partial resync accepted by the master.")
                    Command.Notify Notification.Ready
                ]
            )

    let private withoutPassword (reply: Reply) (state: State) =
        let told = string reply
        let kept = state.Hide told
        if kept = told then reply else Reply.Read kept

    /// Weighs the reply to the step that was asked.
    let weigh (step, later) (reply: Reply) (state: State) =
        let reply = withoutPassword reply state
        let state = heard state

        match Handshake.judge state.Settings.Dialect step reply with
        | Verdict.Proceed when step = Step.Ping ->
            proceed later state |> after [ Command.Log(LogEvent.MasterAnswered reply) ]
        | Verdict.Proceed -> proceed later state
        | Verdict.ProceedAnyway ->
            proceed later state
            |> after [ Command.Log(LogEvent.RefusalIgnored(step, reply)) ]
        | Verdict.Wait -> state, []
        | Verdict.FullResync position -> fullResync position state
        | Verdict.Resume id -> resume id reply state
        | Verdict.FallBack -> fallBack reply state
        | Verdict.Refuse fault -> fail fault state

    /// An error that is longer than a line may be is still an error, if it would have ended the handshake anyway.
    let weighBeginning (beginning: string) (state: State) =
        let beginning = state.Hide beginning
        let tooLong = Fault.LineTooLong(state.LineLimit, beginning)

        match Reply.Read beginning, state.Phase with
        | Reply.Error _ as reply, Phase.Asking(step, _) ->
            match Handshake.judge state.Settings.Dialect step reply with
            | Verdict.Refuse fault -> fail fault state
            | _ -> fail tooLong state
        | Reply.Error _ as reply, Phase.AwaitingPreamble -> fail (Handshake.judgePreamble reply) state
        | _ -> fail tooLong state

    // The temporary file.

    /// The temporary file is there.
    let opened next (state: State) =
        follow next { state with HasTemporary = true }

    /// The temporary file could not be created: a second later it may be, under another name.
    let notOpened tries next trouble (state: State) =
        let log = [ Command.Log(LogEvent.TemporaryFileRefused(tries, trouble)) ]
        let state = enter (Phase.OpeningAgain(tries, next)) state

        if tries < Limits.TemporaryTries then
            state, log
        else
            fail (Fault.File(FileStep.Create, trouble)) state |> after log
