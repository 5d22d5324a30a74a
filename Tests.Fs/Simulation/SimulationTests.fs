/// Closed-loop simulation: replica, pure master of each era, shell, network and disk, with virtual seconds and mishaps.
/// `HYBRIDREPLICA_SIMULATIONS` sets the number of conversations, `HYBRIDREPLICA_SIMULATION_SEED` the seed of the first.
module HybridReplica.Tests.SimulationTests

open System
open Expecto
open FSharp.Reflection
open HybridReplica.Core
open HybridReplica.Tests.Simulation

let private conversations = Wanted.conversations 18_000UL
let private firstSeed = Wanted.firstSeed

let private transcript plan =
    let lines = ResizeArray<string>()

    try
        Conversation.run (fun line -> lines.Add(line ())) plan |> ignore
    with RuleBroken rule ->
        lines.Add $"broken: {rule}"

    String.concat "\n" lines

let private hold (plan: Plan) =
    try
        Conversation.run ignore plan
    with RuleBroken rule ->
        let told =
            [
                $"Seed %d{plan.Seed}: {rule}."
                $"HYBRIDREPLICA_SIMULATION_SEED=%d{plan.Seed} HYBRIDREPLICA_SIMULATIONS=1 repeats it."
                $"Master %s{plan.Master.Era.Name}, snapshot of %d{plan.Snapshot.Length} bytes"
                $"Untroubled: %A{plan.Untroubled}"
                $"Mishaps: %A{plan.Mishaps}"
                $"Shell: %A{plan.Shell}, stop after %A{plan.StopAfter}"
                $"%A{plan.Settings}"
                transcript plan
            ]

        failtest (String.concat "\n" told)

let private pairs = Planning.pairs |> List.indexed

// The seeds of a pair are as far apart as there are pairs.
let private seedsOf index =
    let apart = uint64 pairs.Length
    let first = firstSeed + (uint64 index + apart - firstSeed % apart) % apart

    first
    |> Seq.unfold (fun seed ->
        if seed < firstSeed + conversations then
            Some(seed, seed + apart)
        else
            None)

let private ofPair (index, (era: MasterEra, dialect: Dialect)) =
    testCase $"conversations of {dialect} with a master of {era} keep the rules" (fun () ->
        for seed in seedsOf index do
            hold (Planning.ofSeed seed) |> ignore)

let private caseOf (value: 'Union) =
    (fst (FSharpValue.GetUnionFields(value, typeof<'Union>))).Name

/// What is worth meeting in an ending.
let private marks (ending: Conversation.Ending) =
    [
        yield! ending.Phases
        caseOf ending.Outcome

        match ending.Outcome with
        | Outcome.Failed fault -> caseOf fault
        | Outcome.SnapshotKept snapshot ->
            caseOf snapshot.Framing
            caseOf snapshot.Verdict
        | _ -> ()
    ]

// What a sound shell never brings about, what takes a master that is dishonest on purpose, and what only those meet who
// follow.
let private unmet =
    set
        [
            "OutOfTurn"
            "ContinueUnasked"
            "Idle"
            "Streaming"
            "StreamMalformed"
            "Gap"
            "TooManyFullResyncs"
            "SnapshotUnreadable"
            // Those who archive.
            "OpeningArchive"
            "Archive"
            "ArchiveRefused"
        ]

let private allMarks =
    [
        yield! FSharpType.GetUnionCases typeof<Phase>
        yield! FSharpType.GetUnionCases typeof<Outcome>
        yield! FSharpType.GetUnionCases typeof<Fault>
        yield! FSharpType.GetUnionCases typeof<Remainder>
    ]
    |> List.map _.Name
    |> List.append [ "Verified"; "Unchecked" ]
    |> List.filter (fun name -> not (unmet.Contains name))
    |> Set.ofList

let tests =
    testList
        "simulation"
        [
            testList "pairs" (List.map ofPair pairs)
            testCase "conversations come through every phase, and to every end there is" (fun () ->
                let met =
                    [ 0UL .. 3599UL ]
                    |> List.collect (Planning.ofSeed >> hold >> marks)
                    |> Set.ofList

                Expect.isEmpty (allMarks - met) "what was not met")
            testCase "large snapshots are synced to disk while they come, and keep the rules" (fun () ->
                let met =
                    [ 1UL .. 12UL ]
                    |> List.collect (fun seed -> Planning.large (seed * 1009UL) |> hold |> marks)

                Expect.containsAll met [ "SnapshotKept"; "File" ] "some are kept, some cannot be synced")
            testCase "the same seed is the same conversation" (fun () ->
                for seed in 0UL .. 35UL do
                    let plan = Planning.ofSeed seed
                    Expect.equal (transcript plan) (transcript plan) "transcript"
                    Expect.equal (hold plan).Outcome (hold (Planning.ofSeed seed)).Outcome "outcome")
        ]
