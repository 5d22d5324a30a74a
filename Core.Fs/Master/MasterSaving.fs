namespace HybridReplica.Core

open System

// What a master does from the request for a snapshot until it is sent.
module internal MasterSaving =

    open MasterAnswers

    let private enter phase (state: MasterState) = { state with Phase = phase }

    let private promise (state: MasterState) =
        let history = state.History
        MasterCommand.Say $"+FULLRESYNC {history.Id} {history.Offset}"

    let private send framing state =
        enter (MasterPhase.Sending framing) state, [ MasterCommand.SendSnapshot(framing, state.SavedAt) ]

    let hangUp (state: MasterState, commands) =
        enter MasterPhase.Closed state, commands @ [ MasterCommand.HangUp ]

    // From here on the stream is kept for the replica, unless it wants none
    // (`replicationSetupSlaveForFullResync`, `rdbPopulateSaveInfo`, 7.0.15).
    let private hold (state: MasterState) =
        let history = state.History

        let state =
            { state with
                SavedAt =
                    { Position.AtFullResync(history.Id, history.Offset) with
                        Database = ValueSome(ValueOption.defaultValue 0 history.Selected)
                    }
                Feed = if state.RdbOnly then MasterFeed.Off else MasterFeed.Held ""
            }

        if state.Settings.PassesOn then
            state, []
        else
            { state with
                History = MasterStream.deselect history
            },
            [ MasterCommand.Deselect ]

    // Starts to save, to the socket or to disk.
    let private startSave isPromiseDue (state: MasterState) =
        let promises = if isPromiseDue then [ promise state ] else []
        let state, deselection = hold state

        let state, commands =
            match state.Settings.Diskless && state.TakesMark, state.Settings.SaveTime with
            | true, _ -> send MasterFraming.Marked state
            | false, 0 -> send MasterFraming.Counted state
            | false, seconds -> enter (MasterPhase.Saving seconds) state, []

        state, promises @ deselection @ commands

    /// Promises a snapshot and saves it (`syncCommand`). SYNC is promised nothing.
    let fullResync isPsync (state: MasterState) =
        match state.Settings.Condition, state.Settings.Delay with
        | MasterCondition.CannotSave, _ -> refuse "ERR BGSAVE failed, replication can't continue" state |> hangUp
        | _, 0 -> startSave isPsync state
        | _, seconds when isPsync && not state.Settings.Era.AnswersWhenSaving ->
            enter (MasterPhase.Delaying(seconds, false)) state, [ promise state ]
        | _, seconds -> enter (MasterPhase.Delaying(seconds, isPsync)) state, []

    let private newline left (state: MasterState) =
        if left % state.Settings.Era.NewlinePeriod = 0 then
            [ MasterCommand.SendNewline ]
        else
            []

    let private second (state: MasterState) =
        match state.Phase with
        | MasterPhase.Delaying(left, isPromiseDue) when left <= 1 -> startSave isPromiseDue state
        | MasterPhase.Delaying(left, isPromiseDue) ->
            enter (MasterPhase.Delaying(left - 1, isPromiseDue)) state, newline (left - 1) state
        | MasterPhase.Saving left when left <= 1 -> send MasterFraming.Counted state
        | MasterPhase.Saving left -> enter (MasterPhase.Saving(left - 1)) state, newline (left - 1) state
        | _ -> state, []

    /// So many seconds pass, one after the other.
    let rec tick seconds (state: MasterState) =
        match state.Phase with
        | MasterPhase.Delaying _
        | MasterPhase.Saving _ when seconds > 0 ->
            let state, commands = second state
            let state, later = tick (seconds - 1) state
            state, commands @ later
        | _ -> state, []

    // Goes on from where the replica is.
    let private resume first (state: MasterState) =
        let history = state.History

        { state with
            Phase = MasterPhase.Online
            UsesPsync = true
            Feed = MasterFeed.Flowing
        },
        [
            if state.Settings.Era.NamesHistory && state.TakesHistoryName then
                MasterCommand.Say $"+CONTINUE {history.Id}"
            else
                MasterCommand.Say "+CONTINUE"

            match history.Behind(Offset(first - 1L)) with
            | ValueSome bytes when bytes <> "" -> MasterCommand.SendStream bytes
            | _ -> ()
        ]

    /// PSYNC: goes on from where the replica is, or from the beginning.
    let psync id (first: string) (state: MasterState) =
        match Int64.TryParse first with
        | true, first when canContinue id first state.History -> resume first state
        | true, _ -> fullResync true { state with UsesPsync = true }
        | false, _ -> refuse "ERR value is not an integer or out of range" state
