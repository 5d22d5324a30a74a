/// Laws about what the master is told of how much was applied: `WAIT` and `WAITAOF` are built on it.
module HybridReplica.Tests.AcknowledgementProperties

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Session
open HybridReplica.Tests.StreamLedger

let private nothing = Offset 0L

let private eachEntry law session = entries session |> List.iter law

let private eachAcknowledgement law =
    eachEntry (fun entry ->
        for acknowledgement in acknowledgements entry.Move do
            law entry acknowledgement)

let private isResumable (move: Move) =
    move.After.Stream |> ValueOption.exists _.IsResumable

let private neverTooMuch (entry: Entry) (applied: Offset, _) =
    let most =
        max entry.After.Quiet (ValueOption.defaultValue nothing entry.After.Acknowledged)

    Expect.isLessThanOrEqual applied most "what is acknowledged, and what the consumer said"

let private neverTooLittle (entry: Entry) (applied: Offset, _) =
    match entry.After.Acknowledged with
    | ValueSome acknowledged when isResumable entry.Move ->
        Expect.isGreaterThanOrEqual applied acknowledged "what is acknowledged, and what the consumer said"
    | _ -> ()

let private neverBackwards (entry: Entry) (applied: Offset, _) =
    if not (List.isEmpty entry.Before.Ids) then
        Expect.isGreaterThanOrEqual applied entry.Before.Told "what is acknowledged now, and what was before"

let private nothingWithoutAWord (entry: Entry) (applied: Offset, durable: Offset voption) =
    if entry.After.Acknowledged.IsNone then
        Expect.equal (applied, durable) (nothing, ValueNone) "nobody said that anything was applied"

let private durableWasMadeDurable (entry: Entry) (applied: Offset, durable: Offset voption) =
    match durable, entry.After.OnDisk with
    | ValueNone, _ -> ()
    | ValueSome _, ValueNone -> failtest "Nobody said that anything is on disk."
    | ValueSome durable, ValueSome onDisk ->
        Expect.isLessThanOrEqual durable applied "what is on disk was applied"
        Expect.isGreaterThanOrEqual durable onDisk "what is on disk is said"
        Expect.isLessThanOrEqual durable (max onDisk entry.After.Quiet) "only what is on disk is said to be"

// Whether the master knows acknowledgements: it said where in its history the stream begins, or it ended the snapshot
// with a mark.
let private hears (move: Move) =
    move.After.Settings.Dialect = Dialect.Redis6
    && move.After.Stream
       |> ValueOption.exists (fun stream -> stream.IsResumable || stream.IsMarked)

let private answersQuestions (entry: Entry) =
    match entry.Move.Event with
    | Event.Streamed scan when scan.IsAsked && entry.Move.Before.Phase = Phase.Streaming && hears entry.Move ->
        match entry.Move.Commands with
        | [ Command.Deliver _; Command.Send(_, Request.Ack(applied, _)) ] ->
            Expect.isLessThanOrEqual applied scan.Asked "the safe end in front of the question"
        | other -> failtestf "The question is handed over and answered, and nothing else: %A" other
    | _ -> ()

let private answersWhoWaits (entry: Entry) =
    let move = entry.Move

    match move.Event, move.Before.Stream, move.After.Stream with
    | (Event.Applied _ | Event.MadeDurable _), ValueSome before, ValueSome after when
        move.Before.AwaitsAcknowledgement
        && hears move
        && (after.Applied > before.Applied || after.Durable > before.Durable)
        ->
        Expect.hasLength (acknowledgements move) 1 "progress is told to a master that waits for it"
    | (Event.Applied _ | Event.MadeDurable _), _, _ ->
        Expect.isEmpty (acknowledgements move) "a master that waits for nothing hears it with the next second"
    | _ -> ()

// A master that has been given all that it asked for waits no longer; one that was not does.
let private waitsForWhatWasAsked (entry: Entry) =
    match entry.Move.After.Stream with
    | ValueSome {
                    Wanted = ValueSome wanted
                    Applied = applied
                    Durable = durable
                } when entry.Move.After.AwaitsAcknowledgement && hears entry.Move ->
        let isLess offset =
            offset |> ValueOption.forall (fun offset -> offset < wanted)

        Expect.isTrue (isLess applied || (durable.IsSome && isLess durable)) "what is wanted was not given yet"
    | _ -> ()

let private everySecond (entry: Entry) =
    match entry.Move.Event, entry.Move.After.Phase with
    | Event.Ticked seconds, Phase.Streaming ->
        let expected = if seconds > 0 && hears entry.Move then 1 else 0
        Expect.hasLength (acknowledgements entry.Move) expected "acknowledgements for one report of seconds"
    | _ -> ()

let private everythingWhenQuiet (entry: Entry) =
    match entry.Move.Event, entry.Move.After.Stream, acknowledgements entry.Move with
    | Event.Ticked _, ValueSome stream, [ applied, _ ] when
        stream.IsResumable
        && entry.After.Acknowledged
           |> ValueOption.exists (fun offset -> offset >= stream.Scan.Changed)
        ->
        Expect.equal applied stream.Scan.Safe "pings, SELECT and REPLCONF acknowledge themselves"
    | _ -> ()

let private nothingAfterSync (entry: Entry) (applied: Offset, durable: Offset voption) =
    if not (isResumable entry.Move) then
        Expect.equal (applied, durable) (nothing, ValueNone) "where we are in a history that nobody named"

let private nothingIn26 (entry: Entry) _ =
    Expect.isTrue (hears entry.Move) "a 2.6 master knows no acknowledgements, and would put an error into the stream"

let private holds law = Session.property following law

let tests =
    testList
        "acknowledgement"
        [
            testProperty
                "no more is acknowledged than the consumer said, but SELECT, PING and REPLCONF behind that"
                (holds (eachAcknowledgement neverTooMuch))
            testProperty
                "all that the consumer said is acknowledged with the next word"
                (holds (eachAcknowledgement neverTooLittle))
            testProperty
                "an acknowledgement never goes backwards within a history"
                (holds (eachAcknowledgement neverBackwards))
            testProperty
                "nothing but 0 is acknowledged before the consumer says anything"
                (holds (eachAcknowledgement nothingWithoutAWord))
            testProperty
                "FACK says what the consumer has on disk, and only if it says so"
                (holds (eachAcknowledgement durableWasMadeDurable))
            testProperty
                "REPLCONF GETACK is answered at once, with no more than lies in front of it"
                (holds (eachEntry answersQuestions))
            testProperty
                "progress is told at once to a master that waits for it, and to no other"
                (holds (eachEntry answersWhoWaits))
            testProperty "a master waits until it is given what it asked for" (holds (eachEntry waitsForWhatWasAsked))
            testProperty
                "there is one acknowledgement for each report of seconds, however many they are"
                (holds (eachEntry everySecond))
            testProperty
                "when all changes are acknowledged, the position moves by itself"
                (holds (eachEntry everythingWhenQuiet))
            testProperty "after SYNC nothing but 0 is acknowledged" (holds (eachAcknowledgement nothingAfterSync))
            testProperty "a 2.6 master hears no acknowledgement" (holds (eachAcknowledgement nothingIn26))
        ]
