module HybridReplica.Tests.WalkTests

open System.Collections.Generic
open Expecto
open HybridReplica.Core

let private name (settings: Settings) =
    let credentials =
        if settings.Credentials <> ValueNone then
            "with credentials"
        else
            "without credentials"

    let resume =
        if settings.Resume <> ValueNone then
            "with a position"
        else
            "without a position"

    let follow =
        match settings.Follow with
        | ValueSome following -> $", following, %s{following.Policy.Name}"
        | ValueNone -> ""

    $"%s{settings.Dialect.Name}, %A{settings.Destination}, %s{credentials}, %s{resume}%s{follow}"


/// Every phase, by its name.
let private allPhases =
    [
        "Idle"
        "CheckingTarget"
        "Connecting"
        "Asking"
        "Opening"
        "OpeningAgain"
        "AwaitingPreamble"
        "ReadingHead"
        "Receiving"
        "Checking"
        "Publishing"
        "Discarding"
        "Resting"
        "Ended"
    ]

// Who wants nothing but to resume takes no snapshot.
let private onlyWithSnapshot =
    [ "AwaitingPreamble"; "ReadingHead"; "Receiving"; "Checking" ]

let private onlyWithFile =
    [ "CheckingTarget"; "Opening"; "OpeningAgain"; "Publishing"; "Discarding" ]

let private kindOf outcome =
    match outcome with
    | Outcome.SnapshotKept _ -> "kept"
    | Outcome.Resumed _ -> "resumed"
    | Outcome.Stopped -> "stopped"
    | Outcome.Failed _ -> "failed"

let private walk settings () =
    let phases = HashSet<string>()
    let outcomes = HashSet<string>()
    let mutable count = 0

    for edge in Walk.edges settings do
        count <- count + 1
        phases.Add edge.After.Phase.Name |> ignore

        match Invariants.brokenBy edge with
        | [] -> ()
        | broken -> failtestf "%A\nin %A\nat %A\nto %A" broken edge.Before edge.Event edge.After

        match edge.After.Phase with
        | Phase.Ended outcome -> outcomes.Add(kindOf outcome) |> ignore
        | _ -> ()

    let expected =
        phases.Add "Idle" |> ignore

        [
            match settings.Destination with
            | Destination.File -> yield! allPhases
            | Destination.Pipe
            | Destination.Nowhere -> yield! List.except onlyWithFile allPhases

            if settings.Follow.IsSome then
                "Streaming"
        ]
        |> List.except (
            match settings.Follow with
            | ValueSome { Policy = ResumePolicy.PartialOnly } -> onlyWithSnapshot
            | _ -> []
        )

    Expect.containsAll (List.ofSeq phases) expected "every phase is reached"

    if settings.Follow.IsSome then
        Expect.containsAll [ "failed"; "stopped" ] (List.ofSeq outcomes) "how a follower ends"
        Expect.hasLength outcomes 2 "stopped and failed are reached"
    else
        Expect.isGreaterThanOrEqual outcomes.Count 3 "kept, stopped and failed are reached"

    Expect.isLessThan count 2000000 "the walk comes to an end"

let tests =
    testList
        "walk"
        [
            testCase "docs/handshake.md shows what the walk finds" (fun () ->
                Golden.agrees "docs/handshake.md" (HandshakeDocument.asText ()))

            for settings in WalkSettings.configurations @ WalkSettings.followers do
                testCase
                    $"what holds of every state and every move holds wherever a replica can come to: %s{name settings}"
                    (walk settings)
        ]
