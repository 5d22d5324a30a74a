namespace HybridReplica.Core

open System

// What a master does for a replica behind the snapshot or `+CONTINUE`.
module internal MasterFeeding =

    open MasterAnswers
    open MasterSaving

    // The stream begins with what was kept of it (`replicaStartCommandStream`, 7.0.15).
    let private release (state: MasterState) =
        match state.Feed with
        | MasterFeed.Held bytes ->
            { state with Feed = MasterFeed.Flowing },
            if bytes = "" then
                []
            else
                [ MasterCommand.SendStream bytes ]
        | MasterFeed.Off
        | MasterFeed.Flowing -> state, []

    /// The history moved on.
    let feed history added (state: MasterState) =
        let state = { state with History = history }

        match state.Feed with
        | MasterFeed.Held bytes ->
            { state with
                Feed = MasterFeed.Held(bytes + added)
            },
            []
        | MasterFeed.Flowing when added <> "" -> state, [ MasterCommand.SendStream added ]
        | MasterFeed.Off
        | MasterFeed.Flowing -> state, []

    /// The snapshot is sent. Where a mark ends it, the stream waits for a sign that the replica saw the mark
    /// (`repl_put_online_on_ack`, since 2.8.18).
    let comeOnline framing (state: MasterState) =
        let state =
            { state with
                Phase = MasterPhase.Online
                Silence = 0
            }

        match framing with
        | _ when state.RdbOnly -> hangUp (state, [])
        | MasterFraming.Counted -> release state
        | MasterFraming.Marked -> state, []

    // Offsets only move forward (`replconfCommand`).
    let private further (text: string) (Offset known) =
        match Int64.TryParse text with
        | true, offset -> ValueSome(Offset(max known offset))
        | false, _ -> ValueNone

    let private durable words (state: MasterState) =
        match words with
        | word :: text :: _ when state.Settings.Era.TakesDurable && isSame word "fack" -> further text state.Durable
        | _ -> ValueSome state.Durable

    let private acknowledge text later (state: MasterState) =
        match further text state.Acknowledged, durable later state with
        | ValueNone, _ -> state, []
        | ValueSome acknowledged, ValueNone ->
            { state with
                Acknowledged = acknowledged
            },
            []
        | ValueSome acknowledged, ValueSome durable ->
            let state =
                { state with
                    Acknowledged = acknowledged
                    Durable = durable
                    Silence = 0
                }

            if state.Phase = MasterPhase.Online then
                release state
            else
                state, []

    /// What a replica says. It is not answered, unless by a master that does not know what an acknowledgement is.
    let hear (words: string list) (state: MasterState) =
        match words with
        | [] -> { state with Silence = 0 }, []
        | command :: _ :: _ when isSame command "replconf" && not state.Settings.Era.KnowsPsync ->
            configure (List.tail words) state
        | command :: option :: text :: later when isSame command "replconf" && isSame option "ack" ->
            acknowledge text later state
        | _ -> state, []

    /// So many seconds pass for a replica that has all there is.
    let wait seconds (state: MasterState) =
        let state =
            { state with
                Silence = state.Silence + seconds
            }

        if state.UsesPsync && state.Silence > state.Settings.Timeout then
            hangUp (state, [])
        else
            state, []
