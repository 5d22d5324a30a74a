/// Laws about the stream across connections: no byte of it is lost, none is handed over twice without a word.
module HybridReplica.Tests.ResumeProperties

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Session
open HybridReplica.Tests.StreamLedger

let private eachEntry law session = entries session |> List.iter law

let private offsetOf (stream: StreamState) = stream.Scan.Offset

// What is handed over goes on where the consumer is, byte for byte.
let private contiguous (entry: Entry) =
    for command in entry.Move.Commands do
        match command, entry.Move.Before.Stream with
        | Command.Deliver _, ValueSome before ->
            Expect.equal (ValueSome(offsetOf before)) entry.Before.Delivered "where the consumer is"
            Expect.equal (ValueSome(offsetOf before)) entry.Before.Received "where the connection is"
            Expect.equal (ValueOption.map offsetOf entry.Move.After.Stream) entry.After.Delivered "where it is now"
        | _ -> ()

let private request (move: Move) =
    move.Commands
    |> List.tryPick (fun command ->
        match command with
        | Command.Send(_, Request.Psync position) -> Some position
        | _ -> None)

let private policy (move: Move) =
    move.After.Settings.Follow
    |> ValueOption.map _.Policy
    |> ValueOption.defaultValue ResumePolicy.PartialOrFull

let private asksForWhatIsMissing (entry: Entry) =
    match request entry.Move, entry.Move.Before.Stream with
    | Some(ValueSome position), ValueSome stream ->
        Expect.equal position stream.SafePosition "the end of what is safe, under the last name of the history"
        Expect.isTrue stream.IsResumable "what SYNC brought cannot be resumed"
    | Some(ValueSome position), ValueNone ->
        Expect.equal (ValueSome position) entry.Move.Before.Settings.Resume "the position that was given"
    | _ -> ()

// A stream that was broken twice at one place.
let private isGivenUp session =
    moves session
    |> List.exists (fun move ->
        match move.Event, move.Before.Stream with
        | Event.StreamMalformed _, ValueSome stream -> stream.BrokenAt = ValueSome stream.Scan.Safe
        | _ -> false)

let private asksForEverythingForAReason session =
    for move in moves session do
        match request move, move.Before.Stream with
        | Some ValueNone, ValueSome stream when
            stream.IsResumable
            && policy move <> ResumePolicy.FullOnly
            && not (isGivenUp session)
            ->
            failtest "A stream that can be resumed is resumed."
        | Some(ValueSome _), _ ->
            Expect.notEqual (policy move) ResumePolicy.FullOnly "who wants everything never asks for less"
        | _ -> ()

let private rewindsForAReason (entry: Entry) =
    for notice in notices entry.Move do
        match notice, entry.Move.Before.Stream, entry.Move.After.Stream with
        | Notice.Resumed(position, isRewound), ValueSome before, ValueSome after ->
            Expect.equal position after.SafePosition "where the stream goes on"
            Expect.equal position.Offset before.Scan.Safe "where it was safe"

            let isOther = after.Id <> before.Id
            let hasMore = before.Scan.BytesBehindSafe > 0L

            Expect.equal isRewound (before.MustRewind || (isOther && hasMore)) "what was handed over is void"

            if not isRewound then
                Expect.equal after.Repeated before.Scan.BytesBehindSafe "what comes again is passed over"
        | _ -> ()

// The name that the master gave it last.
let private learnsNames (entry: Entry) =
    match entry.Move.Event, entry.Move.After.Phase, entry.Move.After.Stream with
    | Event.Replied(Reply.Status text), Phase.Streaming, ValueSome stream ->
        match PsyncAnswer.Read text with
        | PsyncAnswer.Continue(ValueSome id) -> Expect.equal stream.Id id "what the master calls it"
        | _ -> ()
    | _ -> ()

let private remembersNames (entry: Entry) =
    match entry.Move.After.Stream with
    | ValueSome stream ->
        for id in entry.After.Ids do
            Expect.isTrue (stream.Knows id) "a name that the history had"
    | ValueNone -> ()

let private neverFullUnderPartialOnly (entry: Entry) =
    if policy entry.Move = ResumePolicy.PartialOnly then
        for notice in notices entry.Move do
            match notice with
            | Notice.FullResync reason -> failtestf "Everything is copied: %O" reason
            | _ -> ()

/// The seconds at which each full resync began.
let private resyncs session =
    (0L, moves session)
    ||> List.mapFold (fun now move ->
        let now =
            match move.Event with
            | Event.Ticked seconds when not move.Before.HasEnded -> now + int64 (max 0 seconds)
            | _ -> now

        let isResync notice =
            match notice with
            | Notice.FullResync _ -> true
            | _ -> false

        (if List.exists isResync (notices move) then
             Some now
         else
             None),
        now)
    |> fst
    |> List.choose id

let private staysWithinBudget session =
    match session.Settings.Follow with
    | ValueNone -> ()
    | ValueSome following ->
        for window in List.windowed (following.FullResyncs + 1) (resyncs session) do
            Expect.isGreaterThan
                (List.last window - List.head window)
                (int64 following.Period)
                "seconds in which there was one full resync too many"

// A snapshot is announced by the reason for it, and the stream begins with a snapshot or with a word that it goes on.
let private tellsInOrder session =
    let step (isCopying, isStreaming) notice =
        match notice with
        | Notice.FullResync _ -> true, false
        | Notice.SnapshotStarted _ ->
            Expect.isTrue isCopying "why everything is copied is told first"
            true, false
        | Notice.SnapshotReceived _ ->
            Expect.isTrue isCopying "the snapshot was announced"
            false, true
        | Notice.Resumed _ ->
            Expect.isFalse isStreaming "the last connection was lost before"
            false, true
        | Notice.Disconnected _ -> false, false
        | Notice.SpoolFilled _ -> isCopying, isStreaming

    moves session |> List.collect notices |> List.fold step (false, false) |> ignore

let private saysEachLoss (entry: Entry) =
    let isRetry command =
        match command with
        | Command.Log(LogEvent.Retrying _) -> true
        | _ -> false

    let isLoss notice =
        match notice with
        | Notice.Disconnected _ -> true
        | _ -> false

    Expect.equal
        (notices entry.Move |> List.filter isLoss |> List.length)
        (entry.Move.Commands |> List.filter isRetry |> List.length)
        "connections lost, and connections said to be lost"

let private atOnceOrLater (entry: Entry) =
    for command in entry.Move.Commands do
        match command, entry.Move.Before.Phase, entry.Move.Before.Stream with
        | Command.Log(LogEvent.Retrying(_, seconds, _)), Phase.Streaming, ValueSome stream when stream.IsAlive ->
            Expect.equal seconds 0 "the stream was alive"
        | Command.Log(LogEvent.Retrying(_, seconds, _)), (Phase.Connecting | Phase.Asking _), _ ->
            Expect.isGreaterThan seconds 0 "the stream was not reached"
        | _ -> ()

let private holds law = Session.property following law

let tests =
    testList
        "resume"
        [
            testProperty
                "what is handed over goes on where the consumer is, byte for byte"
                (holds (eachEntry contiguous))
            testProperty
                "PSYNC asks for the byte behind the safe position, under the name learned last"
                (holds (eachEntry asksForWhatIsMissing))
            testProperty
                "a stream that can be resumed is, but for those who want everything each time"
                (holds asksForEverythingForAReason)
            testProperty
                "what was handed over is void only if it was broken, or if the history may be another behind it"
                (holds (eachEntry rewindsForAReason))
            testProperty "a history is called what the master called it last" (holds (eachEntry learnsNames))
            testProperty "every name that a history had is remembered" (holds (eachEntry remembersNames))
            testProperty
                "who wants nothing but to resume is never sent everything"
                (holds (eachEntry neverFullUnderPartialOnly))
            testProperty "full resyncs keep within their budget in every period" (holds staysWithinBudget)
            testProperty "the consumer is told things in their order" (holds tellsInOrder)
            testProperty "the consumer hears of each lost connection once" (holds (eachEntry saysEachLoss))
            testProperty
                "a stream that was alive is asked for again at once, anything else after a pause"
                (holds (eachEntry atOnceOrLater))
        ]
