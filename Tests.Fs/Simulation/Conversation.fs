/// One conversation between a replica and a master, with everything between them simulated.
module HybridReplica.Tests.Simulation.Conversation

open System
open System.Collections.Generic
open HybridReplica.Core

/// How a conversation ended, and what struck in its last attempt.
type Ending =
    {
        Plan: Plan
        Outcome: Outcome
        Struck: Mishap list
        /// The phases it went through.
        Phases: Set<string>
    }

/// What stood in the target before.
let private old = "the old content"B

// No conversation lasts longer than its limits and the patience it was planned to need.
let private longest (plan: Plan) =
    let settings = plan.Settings

    let waiting =
        5 * settings.Timeout
        + settings.HandshakeTimeout
        + plan.Master.Delay
        + plan.Master.SaveTime
        + 60

    let attempt =
        int64 waiting * 1000L
        + int64 plan.Snapshot.Length * int64 (plan.Latency + plan.DiskTime)

    int64 settings.Retry.Attempts
    * (attempt + int64 settings.Retry.LongestPause * 1000L)

let private stale (chance: Chance) (shell: SimulatedShell) =
    let struct (link, isOpen) = shell.Link
    let last = if isOpen then link - 1 else link

    if last < 1 then
        ValueNone
    else
        let number = chance.Between(1, last)

        ValueSome(
            chance.Pick
                [
                    Event.Connected number
                    Event.ConnectFailed(number, NetworkTrouble.Refused)
                    Event.Disconnected(number, NetworkTrouble.Reset)
                ]
        )

/// Whatever is told to a replica that has ended, nothing comes of it.
let private afterwards =
    [
        Event.Started
        Event.Connected 1
        Event.Replied Reply.Blank
        Event.Ticked 100
        Event.TemporaryCreated
        Event.FileFailed(FileStep.Write, FileTrouble.Full)
        Event.StopRequested
    ]

/// Holds the conversation and checks it. `note` is given each event and each command; it raises `RuleBroken`.
let run (note: (unit -> string) -> unit) (plan: Plan) : Ending =
    let chance = Chance(plan.Seed ^^^ 0x5DEECE66DUL)
    let shell = SimulatedShell(chance, plan, old)
    let rules = Rules(plan, shell)
    let phases = HashSet<string>()
    let limit = longest plan
    let mutable state = State.Initial plan.Settings
    let mutable events = 0
    let mutable isStopDue = plan.StopAfter.IsSome
    let mutable lastTick = 0L

    let feed event =
        events <- events + 1
        note (fun () -> $"{shell.Now, 9} ms  {state.ReplState, -28} {state.Phase.Name, -16} {event}")
        rules.Before(state, event)
        let next, commands = Replica.transition (state, event)
        state <- next
        phases.Add state.Phase.Name |> ignore

        for command in commands do
            note (fun () -> $"                > {command}")
            rules.Before command
            shell.Run command

    let frame () =
        match Framing.TryNext(state.Expects, ReadOnlySpan shell.Window) with
        | true, Null, _
        | false, _, _ -> false
        | true, NonNull event, consumed ->
            feed event
            shell.Consume consumed
            true

    let tick () =
        let seconds = int ((shell.Now - lastTick) / 1000L)
        lastTick <- lastTick + int64 seconds * 1000L
        feed (Event.Ticked seconds)

    let wait () =
        let nextTick = lastTick + 1000L

        match shell.NextTime with
        | ValueSome time when time <= max shell.Now nextTick ->
            shell.WaitUntil time
            ValueOption.iter feed (shell.HappenNext())
        | _ when nextTick <= shell.Now -> tick ()
        | _ -> shell.WaitUntil nextTick

    let step () =
        let isBusy = shell.Answers.Count > 0 && plan.Shell = ShellKind.Prompt

        if isStopDue && events >= plan.StopAfter.Value && not isBusy then
            isStopDue <- false
            feed Event.StopRequested
        elif shell.Answers.Count > 0 then
            feed (shell.Answers.Dequeue())
        elif plan.StaleNews && chance.OnceIn 8 then
            ValueOption.iter feed (stale chance shell)
        elif not (frame ()) then
            match shell.TryLoss state.Expects with
            | ValueSome event -> feed event
            | ValueNone -> wait ()

    feed Event.Started

    while not state.HasEnded do
        if shell.Now > limit then
            raise (RuleBroken $"it is over within {limit} ms")

        step ()

    for event in afterwards do
        if Replica.transition (state, event) <> (state, []) then
            raise (RuleBroken $"nothing comes of {event} after the end")

    match state.Phase, rules.Finished with
    | Phase.Ended outcome, ValueSome finished when outcome = finished ->
        Judgement.judge plan old shell rules outcome

        {
            Plan = plan
            Outcome = outcome
            Struck = shell.Misfortune.Struck
            Phases = Set.ofSeq phases
        }
    | _ -> raise (RuleBroken "who has ended says so, and how")
