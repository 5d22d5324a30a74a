/// What is true of every state a replica can be in, and of everything that happens to it. Each sentence comes with the
/// check of it; those that are broken are handed back.
module HybridReplica.Tests.Invariants

open System
open HybridReplica.Core
open HybridReplica.Tests.Session

let private broken checks =
    checks |> List.filter (fun (_, holds) -> not holds) |> List.map fst

let private implies condition consequence = not condition || consequence

// States.

let private needsTemporary (state: State) =
    state.Settings.Destination = Destination.File
    && match state.Phase with
       | Phase.AwaitingPreamble
       | Phase.ReadingHead _
       | Phase.Receiving _
       | Phase.Checking _
       | Phase.Publishing(PublishStep.Syncing, _)
       | Phase.Publishing(PublishStep.Renaming, _) -> true
       | _ -> false

let private forbidsTemporary (state: State) =
    state.Settings.Destination = Destination.Pipe
    || match state.Phase with
       | Phase.Idle
       | Phase.CheckingTarget
       | Phase.Connecting
       | Phase.Opening _
       | Phase.OpeningAgain _
       | Phase.Publishing(PublishStep.SyncingFolder, _)
       | Phase.Resting _
       | Phase.Ended _ -> true
       | _ -> false

/// The sentences about states that are not true of this one.
let brokenIn (state: State) : string list =
    let prefix =
        if state.Settings.Dialect = Dialect.Redis6 then
            "REPL_STATE_"
        else
            "REDIS_REPL_"

    broken
        [
            "what comes is written to a temporary file that is there", implies (needsTemporary state) state.HasTemporary
            "where a temporary file has no business, there is none",
            implies (forbidsTemporary state) (not state.HasTemporary)
            "bytes are expected only on a connection",
            implies (state.Expects <> Expectation.Nothing) (state.IsLinked && state.Phase <> Phase.Connecting)
            "attempts stay within what is allowed", state.Attempt >= 1 && state.Attempt <= state.Settings.Retry.Attempts
            "every phase stands for a state of Redis", state.ReplState.StartsWith(prefix, StringComparison.Ordinal)
            "a replica that has ended says how", state.HasEnded = fst (state.TryGetOutcome())
            "no limit is passed while the master is waited for",
            implies (state.IsLinked && state.Silence > 0) (state.Silence <= state.Settings.Timeout)
        ]

// Turns.

let private isLinkEvent event =
    match event with
    | Event.Connected _
    | Event.ConnectFailed _
    | Event.Disconnected _ -> true
    | _ -> false

let private isReceived event =
    match event with
    | Event.LineBegun
    | Event.Replied _
    | Event.SnapshotBegun _
    | Event.Arrived _ -> true
    | _ -> false

let private isPsyncAnswer (move: Move) =
    match move.Before.Phase, move.Event with
    | Phase.Asking(Step.Psync, _), Event.Replied _ -> true
    | _ -> false

let private count isOne (move: Move) =
    move.Commands |> List.filter isOne |> List.length

let private isFinish command =
    match command with
    | Command.Finish _ -> true
    | _ -> false

let private isSend command =
    match command with
    | Command.Send _ -> true
    | _ -> false

let private isSound command (move: Move) =
    let after = move.After

    match command with
    | Command.Finish outcome -> after.Phase = Phase.Ended outcome
    | Command.Take bytes -> move.Event = Event.Arrived bytes
    | Command.CreateTemporary -> after.Settings.Destination = Destination.File
    | Command.DeleteTemporary -> move.Before.HasTemporary || move.Before.Phase.Name = "Opening"
    | Command.Log(LogEvent.Retrying(fault, seconds, attempt)) ->
        FaultTable.isPassing fault
        && seconds >= 1
        && seconds <= after.Settings.Retry.LongestPause
        && attempt <= after.Settings.Retry.Attempts
    | Command.Send(_, (Request.Sync | Request.Psync ValueNone)) ->
        after.HasTemporary || after.Settings.Destination = Destination.Pipe
    | Command.Sync
    | Command.Rename
    | Command.SyncFolder
    | Command.SyncBehind
    | Command.CheckTarget -> after.Settings.Destination = Destination.File
    | _ -> true

/// The sentences about moves that are not true of this one.
let brokenBy (move: Move) : string list =
    let before, after, commands = move.Before, move.After, move.Commands
    let hangUps = count (fun command -> command = Command.HangUp) move

    broken
        [
            "nothing leads out of the end, and nothing is done there",
            implies before.HasEnded (after = before && List.isEmpty commands)
            "a replica that ends says so once, and then nothing more",
            implies (after.HasEnded && not before.HasEnded) (count isFinish move = 1 && isFinish (List.last commands))
            "a replica that does not end does not say so", implies (not after.HasEnded) (count isFinish move = 0)
            "a connection that is given up takes its number with it", after.Link = before.Link + hangUps
            "at most one thing is said in answer to one thing", count isSend move <= 1
            "nothing is said into a connection that is given up", hangUps = 0 || count isSend move = 0
            "a command is given only where it makes sense",
            commands |> List.forall (fun command -> isSound command move)
            "news of another connection changes nothing",
            implies
                (isLinkEvent move.Event
                 && move.Event <> Event.Connected before.Link
                 && not before.IsLinked)
                (after = before && List.isEmpty commands)
            "whatever is received ends the silence",
            implies (isReceived move.Event && after.IsLinked && not before.HasEnded) (after.Silence = 0)
            "only an answer to PSYNC takes the position away",
            implies (before.Resume <> ValueNone && after.Resume = ValueNone) (isPsyncAnswer move)
        ]
    @ brokenIn after
