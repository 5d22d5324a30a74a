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
    state.Settings.Destination <> Destination.File
    || match state.Phase with
       | Phase.Idle
       | Phase.CheckingTarget
       | Phase.Connecting
       | Phase.Opening _
       | Phase.OpeningAgain _
       | Phase.Publishing(PublishStep.SyncingFolder, _)
       | Phase.Streaming
       | Phase.Resting _
       | Phase.Ended _ -> true
       | _ -> false

let private isArchiveBusy (state: State) =
    state.Archive
    |> ValueOption.exists (fun archive -> archive.Change.IsSome || archive.Arrived.IsSome)

// While there is no room for what the master says, nobody hears it.
let private isDeaf (state: State) =
    match state.Phase with
    | Phase.Streaming -> state.IsStalled || isArchiveBusy state
    | Phase.Receiving _ -> state.IsStalled && state.Settings.Follow |> ValueOption.exists _.WantsSnapshot
    | _ -> false

let private isFetched outcome =
    match outcome with
    | Outcome.SnapshotKept _
    | Outcome.Resumed _ -> true
    | Outcome.Stopped
    | Outcome.Failed _ -> false

/// The sentences about followers that are not true of this one.
let private brokenInFollower (following: Following) (state: State) =
    broken
        [
            "who follows does not end with what it fetched",
            (match state.Phase with
             | Phase.Ended outcome -> not (isFetched outcome)
             | _ -> true)
            "who streams knows what", implies (state.Phase = Phase.Streaming) (state.Stream.IsSome && state.HasJoined)
            "full resyncs stay within their budget", state.FullResyncs.Length <= following.FullResyncs
            "full resyncs are forgotten after their period, and not before",
            state.FullResyncs
            |> List.forall (fun age -> age >= 0 && age <= following.Period)
            "who wants everything each time never asks for less",
            implies (following.Policy = ResumePolicy.FullOnly) state.Resume.IsNone
            "what has to be handed over again is known before the stream goes on",
            implies
                (state.Phase = Phase.Streaming)
                (state.Stream |> ValueOption.forall (fun stream -> not stream.MustRewind))
        ]

/// The sentences about what is known of a stream that are not true of this.
let private brokenInStream (stream: StreamState) =
    let isAtMost (limit: Offset) offset =
        offset |> ValueOption.forall (fun offset -> offset <= limit)

    let scan = stream.Scan

    broken
        [
            "nothing counts as applied that is not safe", isAtMost scan.Safe stream.Applied
            "what is on disk was applied", implies stream.Durable.IsSome (stream.Durable <= stream.Applied)
            "nothing is asked for that is not safe", isAtMost scan.Safe stream.Wanted
            "no more comes again than was received behind the safe end",
            stream.Repeated >= 0L && stream.Repeated <= scan.BytesBehindSafe
            "a safe position is outside of transactions", not stream.SafePosition.InTransaction
            "the history has one name at a time", implies stream.EarlierIds.IsEmpty (stream.Knows stream.Id)
        ]

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
            "attempts stay within what is allowed, as long as the stream was never reached",
            state.Attempt >= 1
            && (state.HasJoined || state.Attempt <= state.Settings.Retry.Attempts)
            "every phase stands for a state of Redis", state.ReplState.StartsWith(prefix, StringComparison.Ordinal)
            "a replica that has ended says how", state.HasEnded = fst (state.TryGetOutcome())
            "no limit is passed while the master is waited for",
            implies
                (state.IsLinked && state.Silence > 0 && not (isDeaf state))
                (state.Silence <= state.Settings.Timeout)
            "who does not follow never streams",
            implies
                state.Settings.Follow.IsNone
                (state.Phase <> Phase.Streaming && state.Stream.IsNone && state.CutOff.IsNone)
        ]
    @ (state.Settings.Follow
       |> ValueOption.map (fun following -> brokenInFollower following state)
       |> ValueOption.defaultValue [])
    @ (state.Stream |> ValueOption.map brokenInStream |> ValueOption.defaultValue [])

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
    | Event.Arrived _
    | Event.Streamed _
    | Event.Repeated _ -> true
    | _ -> false

let private isPsyncAnswer (move: Move) =
    match move.Before.Phase, move.Event with
    | Phase.Asking(Step.Psync, _), Event.Replied _ -> true
    | _ -> false

// A stream that is broken at the same place once more is not asked for a third time.
let private isBrokenAgain (move: Move) =
    match move.Before.Phase, move.Event, move.Before.Stream with
    | Phase.Streaming, Event.StreamMalformed _, ValueSome stream -> stream.BrokenAt = ValueSome stream.Scan.Safe
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

// The stream was heard until now, and so there is nothing to wait for.
let private wasAlive (move: Move) =
    move.Before.CutOff.IsSome
    || (move.Before.Phase = Phase.Streaming
        && (move.Before.Stream |> ValueOption.exists _.IsAlive
            || move.After.Stream |> ValueOption.exists _.IsAlive
            || move.Event.Name = "Ticked"))

let private isSoundRetry fault seconds attempt (move: Move) =
    let state = move.After
    let isNetwork = FaultTable.blame fault = Blame.Network

    (FaultTable.isPassing fault || (state.HasJoined && isNetwork))
    && (if seconds = 0 then
            wasAlive move && state.Phase = Phase.Connecting
        else
            seconds >= 1 && seconds <= state.Settings.Retry.LongestPause)
    && (state.HasJoined || attempt <= state.Settings.Retry.Attempts)

let private delivered (move: Move) =
    match move.Before.Stream, move.Event with
    | ValueSome stream, Event.Streamed scan -> scan.Offset.Bytes - stream.Scan.Offset.Bytes
    | _, Event.Arrived bytes when move.Before.Settings.Follow |> ValueOption.exists _.WantsSnapshot -> int64 bytes
    | _ -> -1L

let private isLastWord (move: Move) =
    match move.Commands with
    | Command.Send(_, Request.Ack _) :: Command.HangUp :: _ ->
        move.Event = Event.StopRequested && move.Before.Phase = Phase.Streaming
    | _ -> false

let private isSound command (move: Move) =
    let after = move.After

    match command with
    | Command.Finish outcome -> after.Phase = Phase.Ended outcome
    | Command.Take bytes -> move.Event = Event.Arrived bytes
    | Command.CreateTemporary -> after.Settings.Destination = Destination.File
    | Command.DeleteTemporary -> move.Before.HasTemporary || move.Before.Phase.Name = "Opening"
    | Command.Log(LogEvent.Retrying(fault, seconds, attempt)) -> isSoundRetry fault seconds attempt move
    | Command.Send(_, (Request.Sync | Request.Psync ValueNone)) ->
        after.HasTemporary || after.Settings.Destination <> Destination.File
    | Command.Send(form, Request.Newline) ->
        form = WireForm.Inline
        && after.IsLinked
        && (after.Phase.Name = "Checking" || after.Phase.Name = "Publishing")
    | Command.Send(form, Request.Ack _) ->
        form = WireForm.Array
        && after.Settings.Dialect = Dialect.Redis6
        && (after.Phase = Phase.Streaming || isLastWord move)
    | Command.Deliver bytes -> bytes > 0 && int64 bytes = delivered move
    | Command.Tell _ -> after.Settings.Follow.IsSome
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
            "nothing is said into a connection that is given up, but the last word of one who stops",
            hangUps = 0 || count isSend move = 0 || isLastWord move
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
            "only an answer to PSYNC, or a stream that is broken again, takes the position away",
            implies (before.Resume <> ValueNone && after.Resume = ValueNone) (isPsyncAnswer move || isBrokenAgain move)
        ]
    @ brokenIn after
