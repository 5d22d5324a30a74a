namespace HybridReplica.Tests.Simulation.Following

open System
open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// What holds at every step of a life of the replica's process, whatever goes wrong in it.
type FollowingRules(plan: FollowingPlan, start: Position voption) =
    let following = plan.Settings.Follow |> ValueOption.get
    let mutable finished: Outcome voption = ValueNone
    let mutable clock = 0
    let mutable isLinked = false
    let mutable fullResyncs: int list = []
    let mutable wasBroken = 0
    let mutable damaged = 0
    let mutable refusals = 0
    // What the master wants to be told on this connection, and what it was told last.
    let mutable wanted = 0L
    let mutable told = 0L

    let require rule holds =
        if not holds then
            raise (RuleBroken rule)

    // Seconds are counted from the next whole one on.
    let isWithinPeriod time = clock - time < following.Period
    let isAboutWithinPeriod time = clock - time <= following.Period

    // What SYNC asks for counts from then on, and what a master promises without being asked like that when it does.
    let count () =
        require
            "there are no more full resyncs in a period than allowed"
            (List.length (List.filter isWithinPeriod fullResyncs) < following.FullResyncs)

        fullResyncs <- clock :: fullResyncs

    let onFullResync reason =
        match reason with
        | FullResyncReason.NoPosition ->
            require "a position that was there is not given up without a word" (start.IsNone || not fullResyncs.IsEmpty)
        | FullResyncReason.Wanted -> require "a full resync is wanted" (following.Policy = ResumePolicy.FullOnly)
        | FullResyncReason.PositionLost _ ->
            require "only what can be resumed is lost" (plan.Settings.Dialect = Dialect.Redis6)
        | FullResyncReason.StreamBroken _ ->
            require "the same place is tried twice before everything is copied" (wasBroken >= 2)
        | FullResyncReason.NotResumable ->
            require
                "PSYNC is used where it is known"
                (plan.Settings.Dialect <> Dialect.Redis6
                 || not plan.Master.Era.KnowsPsync
                 || refusals > 0)

        require
            "nothing is copied where only a partial resync is allowed"
            (following.Policy <> ResumePolicy.PartialOnly)

        if reason <> FullResyncReason.NotResumable then
            count ()

    let onLog (entry: LogEvent) =
        match entry with
        | LogEvent.Ended(Outcome.Failed(Fault.OutOfTurn(phase, event))) ->
            require $"nothing is out of turn, not even {event} in {phase}" false
        | LogEvent.StreamBroken _ -> wasBroken <- wasBroken + 1
        | LogEvent.PsyncNotSupported _ -> refusals <- refusals + 1
        | LogEvent.Retrying(fault, _, _) ->
            match fault with
            | Fault.SnapshotCorrupt _ -> damaged <- damaged + 1
            | _ -> ()
        | _ -> ()

    // What the consumer acknowledged says that all in front of it was applied, and what follows it at once of
    // housekeeping needs nobody to apply it.
    let isTrue (truth: Truth) (acknowledged: (Position * bool) list) isDurable (offset: int64) =
        let given (position: Position) =
            truth.Has(position.Id, bytesOf position.Offset)
            && offset <= truth.BehindHousekeeping(bytesOf position.Offset)

        offset = 0L
        || (not isDurable && ValueOption.exists given start)
        || List.exists (fun (position, onDisk) -> (onDisk || not isDurable) && given position) acknowledged

    /// How it ended.
    member _.Finished = finished
    /// The full resyncs of this life, and the seconds after which they were.
    member _.FullResyncs = fullResyncs
    /// How many full resyncs were lately.
    member _.FullResyncsLately = List.length (List.filter isAboutWithinPeriod fullResyncs)
    /// How often the stream was found broken.
    member _.WasBroken = wasBroken
    /// How often a snapshot was found damaged.
    member _.Damaged = damaged
    /// Whether a connection was not hung up.
    member _.IsLinked = isLinked

    /// So many seconds are reported.
    member _.Pass(seconds: int) : unit = clock <- clock + seconds

    /// Something is asked of the master.
    member _.Send(request: Request, link: MasterConnection, ledger: Ledger, consumer: Consumer) : unit =
        match request with
        | Request.Psync(ValueSome position) ->
            let offset = bytesOf position.Offset

            require
                "the stream is asked for from the last safe place that was handed over"
                (if ledger.HasBegun then
                     ledger.Truth
                     |> ValueOption.forall (fun (truth: Truth) -> truth.SafeBefore ledger.Last = offset)
                 else
                     start = ValueSome position)

            require "whoever wants everything does not ask for less" (following.Policy <> ResumePolicy.FullOnly)
        | Request.Psync ValueNone ->
            require
                "a position that is there is used"
                (start.IsNone
                 || following.Policy = ResumePolicy.FullOnly
                 || wasBroken >= 2
                 || not fullResyncs.IsEmpty)
        | Request.Sync -> count ()
        | Request.Ack(applied, durable) ->
            let isHeld (offset: int64) isDurable =
                isTrue link.Truth consumer.Said isDurable offset

            require "no acknowledgement exceeds what was acknowledged" (isHeld (bytesOf applied) false)

            require
                "nothing is said to be on disk that was not said to be"
                (ValueOption.forall (fun offset -> isHeld (bytesOf offset) true) durable)

            told <- bytesOf applied
        | _ -> ()

    /// The stream was handed over up to an offset, and these were the commands.
    member _.Delivered(link: MasterConnection, before: int64, after: int64, commands: Command list) : unit =
        let truth = link.Truth

        let questions =
            truth.Questions |> Set.filter (fun place -> before < place && place <= after)

        let isAnswer command =
            match command with
            | Command.Send(_, Request.Ack _) -> true
            | _ -> false

        require
            "whoever asks how much was applied is answered at once"
            (questions.IsEmpty
             // Nobody knows where in the history he is whom SYNC brought there.
             || not link.State.UsesPsync
             || (questions = Set.singleton after && List.exists isAnswer commands))

        if not questions.IsEmpty then
            wanted <- truth.SafeBefore(after - 1L)

    /// The consumer said that it applied what is in front of a position.
    member _.Reported(truth: Truth, position: Position) : unit =
        let offset = bytesOf position.Offset

        require
            "whoever waits for something to be applied is told at once when it is"
            (told >= wanted
             || told >= offset
             || truth.BehindHousekeeping offset < wanted
             || not (truth.Has(position.Id, offset)))

    /// A command is about to be run.
    member _.Before(command: Command) : unit =
        require "nothing comes after the end" finished.IsNone

        match command with
        | Command.Log entry -> onLog entry
        | Command.Dial _ ->
            require "there is one connection at a time" (not isLinked)
            isLinked <- true
            wanted <- 0L
            told <- 0L
        | Command.Send _ -> require "only a connection is written to" isLinked
        | Command.HangUp ->
            require "only a connection is hung up" isLinked
            isLinked <- false
        | Command.Deliver bytes -> require "only what there is is handed over" (isLinked && bytes > 0)
        | Command.Tell(Notice.FullResync reason) -> onFullResync reason
        | Command.Tell(Notice.Disconnected(_, seconds)) ->
            require "a pause is no longer than the longest" (seconds <= plan.Settings.Retry.LongestPause)
        | Command.Finish outcome -> finished <- ValueSome outcome
        | _ -> ()
