/// One run: a master is archived, and everything that can go wrong with master, wire, process, disk and power does.
module HybridReplica.Tests.Archive.Simulation.ArchivingRun

open System
open FSharp.Reflection
open HybridReplica.Core
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Simulation.Following

let private nameOf (value: 'Union) =
    (fst (FSharpValue.GetUnionFields(value, typeof<'Union>))).Name

/// Time for everything to come to rest once nothing happens any more, in milliseconds.
let private patience (plan: ArchivingPlan) =
    let settings = plan.Settings

    int64 (5 * settings.Timeout + 8 * settings.Retry.LongestPause + 120) * 1000L
    + int64 plan.Following.Latency * 20_000L
    + int64 plan.Following.DiskTime * 100L

let private show (event: Event) =
    match event with
    | Event.Streamed scan -> $"Streamed to {scan.Offset}, safe {scan.Safe}, changed {scan.Changed}"
    | other -> $"%A{other}"

let private isDiskFault (fault: Fault) =
    match fault with
    | Fault.Archive _
    | Fault.File _ -> true
    | _ -> false

let private isDamage happening =
    match happening with
    | Happening.Damaged _ -> true
    | _ -> false

/// Archives, and checks it. `note` is given each event and each command; it raises `RuleBroken`, and hands back the
/// names of what was met.
let run (note: (unit -> string) -> unit) (plan: ArchivingPlan) : Set<string> =
    let chance = Chance(plan.Seed ^^^ 0x0D15_C0DEUL)
    let host = ArchivingHost(chance, plan)
    let rules = host.Rules
    let name = plan.Archive.Name
    let met = Collections.Generic.HashSet<string>()
    let limit = plan.Quiet + patience plan
    let mutable state = State.Initial plan.Settings
    let mutable lastTick = 0L
    let mutable isFresh = true
    let mutable isAsked = false
    let mutable isQuiet = false
    let mutable isOver = false
    let mutable isStopping = false

    let require rule holds =
        if not holds then
            raise (RuleBroken rule)

    // All that is there is history, and all that was said to be there is.
    let verify () =
        let folder = host.Disk.View
        FolderLaws.whenWhole name host.Histories folder

        for claim in rules.Claims do
            require
                (if claim.IsDurable then
                     $"what was said to be on disk is there, up to {claim.Offset}"
                 else
                     $"what was acknowledged is there, up to {claim.Offset}")
                (FolderLaws.holds name folder claim.Truth claim.Offset)

    let meet (command: Command) =
        match command with
        | Command.Archive command -> met.Add(nameOf command) |> ignore
        | Command.Log(LogEvent.FullResync _) -> met.Add "FullResync" |> ignore
        | Command.Log(LogEvent.PartialResync _) -> met.Add "PartialResync" |> ignore
        | Command.Log(LogEvent.ReplicationIdChanged _) -> met.Add "ReplicationIdChanged" |> ignore
        | Command.Log(LogEvent.ArchivePruned _) -> met.Add "ArchivePruned" |> ignore
        | Command.Log(LogEvent.BaseUnusable _) -> met.Add "BaseUnusable" |> ignore
        | Command.Log(LogEvent.BaseNotFetched _) -> met.Add "BaseNotFetched" |> ignore
        | Command.Log(LogEvent.StreamBroken _) -> met.Add "StreamBroken" |> ignore
        | Command.Send(_, Request.Ack(_, ValueSome _)) -> met.Add "FACK" |> ignore
        | _ -> ()

    let feed event =
        note (fun () -> $"{host.Now, 9} ms  {state.Phase.Name, -16} {show event}")

        match event with
        | Event.Archive event -> rules.Hear event
        | _ -> ()

        let next, commands = Replica.transition (state, event)
        state <- next
        host.Begin()

        for command in commands do
            note (fun () -> $"                > %A{command}")
            rules.Before(command, host.Clock)
            meet command

            match command with
            | Command.Dial _ when isFresh ->
                isFresh <- false
                verify ()
            | _ -> ()

            host.Run command

        require
            "nothing is looked for while the archive is changed"
            (state.Phase <> Phase.Streaming
             || state.Archive |> ValueOption.forall (fun archive -> archive.Change.IsNone)
             || state.Expects = Expectation.Nothing)

    let frame () =
        match Framing.TryNext(state.Expects, ReadOnlySpan host.Window) with
        | true, Null, _
        | false, _, _ -> false
        | true, NonNull event, consumed ->
            feed event
            host.Consume consumed
            true

    let tick () =
        let seconds = int ((host.Now - lastTick) / 1000L)
        lastTick <- lastTick + int64 seconds * 1000L
        feed (Event.Ticked seconds)

    let wait () =
        let nextTick = lastTick + 1000L

        match host.NextTime with
        | ValueSome time when time <= max host.Now nextTick ->
            host.WaitUntil time
            ValueOption.iter feed (host.HappenNext())
        | _ when nextTick <= host.Now -> tick ()
        | _ -> host.WaitUntil nextTick

    let step () =
        if host.Answers.Count > 0 then
            feed (host.Answers.Dequeue())
        elif not (frame ()) then
            match host.TryLoss state.Expects with
            | ValueSome event -> feed event
            | ValueNone -> wait ()

    let isUpToDate () =
        let truth = host.Cluster.Truth

        match host.Cluster.Connection, host.Archive.Safe with
        | ValueSome connection, ValueSome safe when state.Phase = Phase.Streaming ->
            safe.Offset.Bytes = truth.End
            && connection.Truth.End = truth.End
            && state.Archive |> ValueOption.exists (fun archive -> archive.Change.IsNone)
            && bytesOf connection.State.Acknowledged = truth.End
            && (plan.Archive.Fsync = FsyncPolicy.No
                || not plan.Following.Master.Era.TakesDurable
                || bytesOf connection.State.Durable = truth.End)
        | _ -> false

    let begin' () =
        rules.Begin()
        isFresh <- true
        lastTick <- host.Now
        state <- State.Initial plan.Settings
        feed Event.Started

    let sleep () =
        while host.Now < host.WakeAt do
            match host.NextTime with
            | ValueSome time when time <= host.WakeAt ->
                host.WaitUntil time
                host.HappenNext() |> ignore
            | _ -> host.WaitUntil host.WakeAt

    // The process is gone: what is left is an archive, and whoever comes next goes on with it.
    let die () =
        // What could not be synced may be gone, and was only said to be written.
        if host.Archive.IsDoubted then
            rules.ForgetClaims(fun claim -> not claim.IsDurable)

        let death = host.Die()
        note (fun () -> $"{host.Now, 9} ms  the end of this life: %A{death}")
        ValueOption.iter (fun (death: Death) -> met.Add(string death) |> ignore) death

        if death = ValueSome Death.OfPower then
            rules.ForgetClaims(fun claim -> not claim.IsDurable)

        let folder = host.Disk.View
        FolderLaws.atEveryMoment name folder
        rules.Reread(FolderLaws.archive name folder)

    let onEnd outcome =
        match outcome with
        | Outcome.Stopped -> require "nobody stops unasked" isStopping
        | Outcome.Failed fault when isDiskFault fault ->
            met.Add(nameOf fault) |> ignore
            require $"only a disk that fails ends it: {Wording.fault fault}" (host.Calamity.TakeTrouble())
        | Outcome.Failed(Fault.StepRefused(Step.Psync, _)) ->
            // Before 4.0 a master without its own master answers as one does that does not know PSYNC.
            require "only a master of old refuses PSYNC" (not plan.Following.Master.Era.NamesHistory)
        | Outcome.Failed(Fault.SnapshotCorrupt _) ->
            require "only damage of the same kind ends it" (plan.Following.Holds isDamage)
        | other -> require $"{other} is no reason to end" false

    let live () =
        try
            begin' ()

            while not state.HasEnded do
                if host.Now > limit then
                    raise (RuleBroken $"all is archived and acknowledged within {limit} ms")

                step ()

                if host.Now > plan.Quiet && not isQuiet then
                    isQuiet <- true
                    host.Calamity.End host.Disk

                if isQuiet && host.Now > plan.Quiet + 2000L && not isAsked then
                    isAsked <- true
                    host.Cluster.Ask host.Now

                if not state.HasEnded then
                    if isAsked && isUpToDate () then
                        isOver <- true
                        isStopping <- true
                        feed Event.StopRequested
                    elif (host.Calamity.TakeStop()).IsSome then
                        isStopping <- true
                        feed Event.StopRequested

            match rules.Finished, state.Phase with
            | ValueSome finished, Phase.Ended outcome when finished = outcome -> onEnd outcome
            | _ -> require "who has ended says so, and how" false
        with ProcessDied ->
            ()

        isStopping <- false

    live ()

    while not isOver do
        die ()
        sleep ()
        live ()

    verify ()

    require
        "in the end everything is there"
        (FolderLaws.ended name host.Disk.View
         |> ValueOption.exists (fun ended -> ended.Offset.Bytes = host.Cluster.Truth.End))

    Set.ofSeq met
