namespace HybridReplica.Core

/// What the passing of time means: patience that runs out, and pauses that end. Redis looks once a second
/// (`replicationCron`), and gives up when a limit is exceeded, not when it is reached.
module internal Clock =

    open Endings
    open Asking

    let private isOver limit seconds = seconds > limit

    let private isOverIfLimited (limit: int voption) seconds =
        match limit with
        | ValueSome limit -> isOver limit seconds
        | ValueNone -> false

    /// The fault of a master that lets us wait too long, if it does.
    let private impatience (state: State) : Fault voption =
        let settings = state.Settings

        let isLineLate =
            match state.LineAge with
            | ValueSome age -> isOver settings.ReplyTimeout age
            | ValueNone -> false

        match state.Phase with
        | Phase.Connecting when isOver settings.Timeout state.Silence ->
            ValueSome(Fault.ConnectTimedOut settings.Timeout)
        | _ when isLineLate -> ValueSome(Fault.ReplyTooSlow settings.ReplyTimeout)
        // What the master says meanwhile, nobody hears.
        | _ when state.IsDeaf -> ValueNone
        | _ when isOver settings.Timeout state.Silence -> ValueSome(Fault.Silence settings.Timeout)
        | Phase.Connecting
        | Phase.Asking _ when isOver settings.HandshakeTimeout state.Elapsed ->
            ValueSome(Fault.HandshakeTooLong settings.HandshakeTimeout)
        | Phase.AwaitingPreamble when isOverIfLimited settings.PreparationTimeout state.Elapsed ->
            ValueSome(Fault.PreparationTooLong(ValueOption.defaultValue 0 settings.PreparationTimeout))
        | _ -> ValueNone

    let private older (state: State) =
        { state with
            Silence = state.Silence + 1
            Elapsed = state.Elapsed + 1
            LineAge = ValueOption.map ((+) 1) state.LineAge
        }

    let private second (state: State) =
        match state.Phase with
        | Phase.Resting seconds when seconds > 1 ->
            { state with
                Phase = Phase.Resting(seconds - 1)
            },
            []
        | Phase.Resting _ -> dial state
        | Phase.OpeningAgain(tries, next) ->
            { state with
                Phase = Phase.Opening(tries + 1, next)
            },
            [ Command.CreateTemporary ]
        | _ ->
            let state = older state

            match impatience state with
            | ValueSome fault -> Streaming.fail fault state
            | ValueNone -> Streaming.live state, []

    /// Whether time means anything in this phase. The master is not to blame for what our own disk takes.
    let private isTimed phase =
        match phase with
        | Phase.Connecting
        | Phase.Asking _
        | Phase.OpeningAgain _
        | Phase.AwaitingPreamble
        | Phase.ReadingHead _
        | Phase.Receiving _
        | Phase.Streaming
        | Phase.Resting _ -> true
        | Phase.Idle
        | Phase.OpeningArchive
        | Phase.CheckingTarget
        | Phase.Opening _
        | Phase.Checking _
        | Phase.Publishing _
        | Phase.Discarding _
        | Phase.Ended _ -> false

    let private isDial command =
        match command with
        | Command.Dial _ -> true
        | _ -> false

    /// So many seconds pass, one after the other; a computer that was asleep may report a great many. Those after the
    /// moment in which a connection is asked for are dropped: nobody could have answered yet.
    let tick seconds (state: State) =
        let rec pass left (state: State) earlier =
            if left <= 0 || not (isTimed state.Phase) then
                state, List.concat (List.rev earlier)
            else
                let next, commands = second state
                let left = if List.exists isDial commands then 0 else left - 1
                pass left next (if commands.IsEmpty then earlier else commands :: earlier)

        if seconds <= 0 then
            state, []
        else
            let next, commands = pass seconds (Streaming.age seconds state) []

            // Once, however many seconds it were.
            let next, signs = Streaming.signOfLife next
            Archiving.tick seconds next |> after (commands @ signs)
