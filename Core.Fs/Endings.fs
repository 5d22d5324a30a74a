namespace HybridReplica.Core

/// Verbs of the replica that end an attempt or the session. Each takes a state, and gives the next one and what to do
/// about it.
module internal Endings =

    /// The same replica in another phase.
    let enter phase (state: State) = { state with Phase = phase }

    /// Commands already decided, before those of the next verb.
    let after commands (state: State, next: Command list) = state, commands @ next

    /// Commands decided later, behind those of the verb before.
    let before later (state: State, earlier: Command list) = state, earlier @ later

    /// The master gave a sign of life, and nothing of it is left hanging.
    let heard (state: State) =
        { state with
            Silence = 0
            LineAge = ValueNone
        }

    /// The end.
    let finish outcome state =
        enter (Phase.Ended outcome) state,
        [
            if state.Archive.IsSome then
                Command.Archive ArchiveCommand.Close
            Command.Log(LogEvent.Ended outcome)
            Command.Finish outcome
        ]

    /// What the consumer of the stream is told, if there is one.
    let tell notice (state: State) =
        if state.Settings.HasConsumer then
            [ Command.Tell notice ]
        else
            []

    /// Opens a connection.
    let dial (state: State) =
        { enter Phase.Connecting (heard state) with
            Elapsed = 0
            Promised = ValueNone
            StreamDatabase = ValueNone
            CutOff = ValueNone
            Stream = state.Stream |> ValueOption.map (fun stream -> { stream with IsAlive = false })
        },
        [ Command.Log(LogEvent.Connecting state.Attempt); Command.Dial state.Link ]

    let private retry fault (state: State) =
        let wasAlive = state.Stream |> ValueOption.exists (fun stream -> stream.IsAlive)

        let struct (seconds, jitter) =
            if wasAlive then
                // Nothing is wrong with the master but that the connection is gone.
                struct (0, state.Jitter)
            else
                Jitter.pause state.Settings.Retry state.Attempt state.Jitter

        let state =
            { enter (Phase.Resting seconds) state with
                Attempt = state.Attempt + 1
                Jitter = jitter
            }

        (if wasAlive then dial state else state, [])
        |> after (
            Command.Log(LogEvent.Retrying(fault, seconds, state.Attempt))
            :: tell (Notice.Disconnected(fault, seconds)) state
        )

    /// Goes to where the ending leads, the temporary file being gone.
    let settle ending (state: State) =
        let state = { state with HasTemporary = false }

        match ending with
        | Ending.Finish outcome -> finish outcome state
        | Ending.Retry fault -> retry fault state

    // A temporary file that was commanded may be there before its report is.
    let private mayHaveTemporary (state: State) =
        match state.Phase with
        | Phase.Opening _ -> true
        | _ -> state.HasTemporary

    /// Leaves nothing behind: no connection, no temporary file.
    let leave ending (state: State) =
        let hangUp, state =
            if state.IsLinked then
                [ Command.HangUp ], { state with Link = state.Link + 1 }
            else
                [], state

        if mayHaveTemporary state then
            enter (Phase.Discarding ending) state, hangUp @ [ Command.DeleteTemporary ]
        else
            settle ending state |> after hangUp

    /// What a pipe was given cannot be taken back, so a second attempt would only append to it.
    let private isSpent (state: State) =
        match state.Settings.Destination, state.Phase with
        | Destination.Pipe, Phase.Receiving transfer -> transfer.Taken > 0L
        | Destination.Pipe, Phase.Checking _ -> true
        | _ -> false

    // A snapshot that is damaged twice in the same way will be so a third time.
    let private isPoisoned fault (state: State) =
        match fault, state.Damage, state.Phase with
        | Fault.SnapshotCorrupt verdict, ValueSome damage, Phase.Checking transfer ->
            damage.IsLike
                {
                    Taken = transfer.Taken
                    Verdict = verdict
                }
        | _ -> false

    let private isWorthTrying fault (state: State) =
        if state.HasJoined then
            // Who has served us will be back, and the network with it.
            FaultTable.isPassing fault || FaultTable.blame fault = Blame.Network
        else
            FaultTable.isPassing fault && state.Attempt < state.Settings.Retry.Attempts

    let private remember fault (state: State) =
        match fault, state.Phase with
        | Fault.SnapshotCorrupt verdict, Phase.Checking transfer ->
            { state with
                Damage =
                    ValueSome
                        {
                            Taken = transfer.Taken
                            Verdict = verdict
                        }
            }
        | _ -> state

    /// Ends the attempt, and with it the session unless trying again may help.
    let fail fault (state: State) =
        let mayRetry =
            isWorthTrying fault state && not (isPoisoned fault state) && not (isSpent state)

        leave
            (if mayRetry then
                 Ending.Retry fault
             else
                 Ending.Finish(Outcome.Failed fault))
            (remember fault state)

    /// REPLICAOF NO ONE. Once the target is being replaced there is nothing to stop any more.
    let stop (state: State) =
        match state.Phase with
        | Phase.Publishing(PublishStep.Renaming, _)
        | Phase.Publishing(PublishStep.SyncingFolder, _) when not state.IsFollowing -> state, []
        | Phase.Discarding _ -> enter (Phase.Discarding(Ending.Finish Outcome.Stopped)) state, []
        | _ -> leave (Ending.Finish Outcome.Stopped) state
