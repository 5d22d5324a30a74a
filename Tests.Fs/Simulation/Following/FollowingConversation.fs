/// One conversation between a replica that follows and whoever is the master, with everything between them simulated.
module HybridReplica.Tests.Simulation.Following.FollowingConversation

open System
open FSharp.Reflection
open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// How a conversation ended, and what is worth meeting in it.
type Ending =
    {
        Outcome: Outcome
        /// The names of phases, notices, faults and requests it went through.
        Met: Set<string>
    }

/// Time for everything to come to rest once nothing happens any more, in milliseconds.
let private patience (plan: FollowingPlan) =
    let settings = plan.Settings

    int64 (
        5 * settings.Timeout
        + 8 * settings.Retry.LongestPause
        + plan.Master.Delay
        + plan.Master.SaveTime
        + 60
    )
    * 1000L
    + int64 plan.Latency * 20_000L
    + int64 plan.DiskTime * 4L

let private nameOf (value: 'Union) =
    (fst (FSharpValue.GetUnionFields(value, typeof<'Union>))).Name

/// An event in a line.
let private show (event: Event) =
    match event with
    | Event.Streamed scan -> $"Streamed to {scan.Offset}, safe {scan.Safe}, changed {scan.Changed}"
    | Event.Applied position -> $"Applied {position}"
    | Event.MadeDurable position -> $"MadeDurable {position}"
    | other -> $"{other}"

/// Holds the conversation and checks it. `note` is given each event and each command; it raises `RuleBroken`.
let run (note: (unit -> string) -> unit) (plan: FollowingPlan) : Ending =
    let chance = Chance(plan.Seed ^^^ 0x5DEECE66DUL)
    let host = Host(chance, plan)
    let met = Collections.Generic.HashSet<string>()
    let limit = plan.Quiet + patience plan
    let mutable state = State.Initial plan.Settings
    let mutable life = 1
    let mutable lastTick = 0L
    let mutable isAsked = false
    let mutable isOver = false

    let require rule holds =
        if not holds then
            raise (RuleBroken rule)

    let meet (command: Command) =
        match command with
        | Command.Tell(Notice.Disconnected(fault, _)) ->
            met.Add "Disconnected" |> ignore
            met.Add(nameOf fault) |> ignore
        | Command.Tell(Notice.FullResync reason) -> met.Add(nameOf reason) |> ignore
        | Command.Tell(Notice.Resumed(_, isRewound)) -> met.Add(if isRewound then "Rewound" else "Resumed") |> ignore
        | Command.Tell(Notice.SnapshotReceived _) -> met.Add "SnapshotReceived" |> ignore
        | Command.Tell(Notice.SpoolFilled _) -> met.Add "SpoolFilled" |> ignore
        | Command.Send(_, Request.Newline) -> met.Add "Newline" |> ignore
        | Command.Send(_, Request.Ack(_, ValueSome _)) -> met.Add "FACK" |> ignore
        | _ -> ()

    let feed event =
        note (fun () -> $"{host.Now, 9} ms  {state.Phase.Name, -16} {show event}")
        let next, commands = Replica.transition (state, event)
        state <- next
        met.Add state.Phase.Name |> ignore
        let before = host.Ledger.Last

        for command in commands do
            note (fun () -> $"                > {command}")
            host.Rules.Before command
            meet command
            host.Run command

        match event, host.Link with
        | Event.Streamed _, ValueSome link -> host.Rules.Delivered(link, before, host.Ledger.Last, commands)
        | (Event.Applied position | Event.MadeDurable position), ValueSome link when state.Phase = Phase.Streaming ->
            host.Rules.Reported(link.Truth, position)
        | _ -> ()

    let frame () =
        match Framing.TryNext(state.Expects, ReadOnlySpan host.Window) with
        | true, Null, _
        | false, _, _ -> false
        | true, NonNull event, consumed ->
            let current = host.Life
            feed event

            if current = host.Life then
                host.Consume consumed

            true

    let tick () =
        let seconds = int ((host.Now - lastTick) / 1000L)
        lastTick <- lastTick + int64 seconds * 1000L
        host.Rules.Pass seconds
        feed (Event.Ticked seconds)

    let wait () =
        let nextTick = lastTick + 1000L

        match host.NextTime with
        | ValueSome time when time <= max host.Now nextTick ->
            host.WaitUntil time
            ValueOption.iter feed (host.HappenNext())
        | _ when nextTick <= host.Now -> tick ()
        | _ -> host.WaitUntil nextTick

    // Acknowledgements are looked for now and then, and at once when the master waits for them.
    let report () =
        if host.Mail.Count > 0 then
            ValueSome(host.Mail.Dequeue())
        elif state.AwaitsAcknowledgement || chance.OnceIn 3 then
            host.Consumer.TryReport()
        else
            ValueNone

    let step () =
        if host.Answers.Count > 0 then
            feed (host.Answers.Dequeue())
        else
            ValueOption.iter feed (report ())

            if host.Answers.Count = 0 && not state.HasEnded && not (frame ()) then
                match host.TryLoss state.Expects with
                | ValueSome event -> feed event
                | ValueNone -> wait ()

    let begin' () =
        host.Awake()
        lastTick <- host.Now
        feed Event.Started

    // The process died: time passes without it, and another one goes on from what was stored.
    let beginAgain () =
        note (fun () -> $"{host.Now, 9} ms  the process dies")
        met.Add "Died" |> ignore

        while host.Now < host.DeadUntil do
            match host.NextTime with
            | ValueSome time when time <= host.DeadUntil ->
                host.WaitUntil time
                host.HappenNext() |> ignore
            | _ -> host.WaitUntil host.DeadUntil

        life <- host.Life

        state <-
            State.Initial
                { plan.Settings with
                    Resume = host.Consumer.Stored
                }

        begin' ()

    let isUpToDate () =
        let truth = host.Cluster.Truth

        match host.Cluster.Connection with
        | ValueSome connection when state.Phase = Phase.Streaming && host.Ledger.Last = truth.End ->
            host.Consumer.IsIdle
            && host.Ledger.HasMoved
            && connection.Truth.End = truth.End
            && match host.Consumer.Reached with
               | ValueSome reached ->
                   let isKnown = reached.Id <> ReplicationId.Unknown

                   bytesOf reached.Offset + host.Ledger.Shift = truth.End
                   && (not isKnown || bytesOf connection.State.Acknowledged = truth.End)
                   && (not isKnown
                       || not plan.SaysDurable
                       || not plan.Master.Era.TakesDurable
                       || bytesOf connection.State.Durable = truth.End)
               | ValueNone -> false
        | _ -> false

    let rest () =
        if host.Now > plan.Quiet then
            host.Hurry()

        if host.Now > plan.Quiet + 2000L && not isAsked then
            isAsked <- true
            host.Cluster.Ask host.Now

        if isAsked && not state.HasEnded && isUpToDate () then
            isOver <- true
            feed Event.StopRequested

    begin' ()

    while not state.HasEnded do
        if host.Now > limit then
            raise (RuleBroken $"all is there, applied and acknowledged, within {limit} ms")

        step ()

        host.Link
        |> ValueOption.iter (fun connection ->
            require "a master that hears of us does not give us up" (not connection.IsGivenUp))

        if host.Life <> life then beginAgain () else rest ()

    let outcome = FollowingJudgement.judge plan host isOver state
    require "every connection was hung up" (not host.Rules.IsLinked)
    require "no temporary file is left" (not host.HasTemporary)
    met.Add(nameOf outcome) |> ignore

    match outcome with
    | Outcome.Failed fault -> met.Add(nameOf fault) |> ignore
    | _ -> ()

    {
        Outcome = outcome
        Met = Set.ofSeq met
    }
