/// Closed-loop simulation of replicas that follow their master, with virtual seconds and whatever can happen to either.
/// `HYBRIDREPLICA_SIMULATIONS` sets the number of conversations, `HYBRIDREPLICA_SIMULATION_SEED` the seed of the first.
module HybridReplica.Tests.FollowingSimulationTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Simulation.Following

let private conversations = Wanted.conversations 6_000UL
let private firstSeed = Wanted.firstSeed

let private tryBreak (plan: FollowingPlan) =
    try
        FollowingConversation.run ignore plan |> ignore
        None
    with RuleBroken rule ->
        Some rule

let private transcript plan =
    let lines = ResizeArray<string>()

    try
        FollowingConversation.run (fun line -> lines.Add(line ())) plan |> ignore
    with RuleBroken rule ->
        lines.Add $"broken: {rule}"

    String.concat "\n" lines

/// A plan in which as little as possible happens, and still goes wrong.
let rec private shrink (plan: FollowingPlan) =
    let without index =
        { plan with
            Happenings = List.removeAt index plan.Happenings
        }

    match
        [ 0 .. plan.Happenings.Length - 1 ]
        |> List.tryFind (without >> tryBreak >> Option.isSome)
    with
    | Some index -> shrink (without index)
    | None -> plan

let private hold (plan: FollowingPlan) =
    try
        FollowingConversation.run ignore plan
    with RuleBroken rule ->
        let least = shrink plan

        let told =
            [
                $"Seed %d{plan.Seed}: {rule}."
                $"HYBRIDREPLICA_SIMULATION_SEED=%d{plan.Seed} HYBRIDREPLICA_SIMULATIONS=1 repeats it."
                $"Shrunk, it breaks this: %A{tryBreak least}"
                $"Master %s{plan.Master.Era.Name}, passes on: {plan.Master.PassesOn}"
                $"Happenings: %A{least.Happenings}"
                $"%A{plan.Settings}"
                transcript least
            ]

        failtest (String.concat "\n" told)

let private pairs = List.distinct FollowingPlanning.pairs

let private ofPair (era: MasterEra, dialect: Dialect) =
    testCase $"conversations of {dialect} that follows a master of {era} keep the rules" (fun () ->
        for seed in firstSeed .. firstSeed + conversations - 1UL do
            if FollowingPlanning.pairs[int (seed % uint64 FollowingPlanning.pairs.Length)] = (era, dialect) then
                hold (FollowingPlanning.ofSeed seed) |> ignore)

/// What is worth meeting: every way to go on, every reason to copy everything, and every end.
let private worthMeeting =
    [
        "Resumed"
        "Rewound"
        "SnapshotReceived"
        "SpoolFilled"
        "Newline"
        "FACK"
        "Died"
        "NoPosition"
        "Wanted"
        "PositionLost"
        "StreamBroken"
        "NotResumable"
        "ConnectFailed"
        "Disconnected"
        "Silence"
        "MasterBusy"
        "StreamMalformed"
        "SnapshotCorrupt"
        "Gap"
        "TooManyFullResyncs"
        "Stopped"
        "Failed"
    ]

let tests =
    testList
        "following simulation"
        [
            testList "pairs" (List.map ofPair pairs)
            testCase "conversations go on in every way, and come to every end" (fun () ->
                let met =
                    [ 0UL .. 799UL ]
                    |> List.map (fun seed -> (hold (FollowingPlanning.ofSeed seed)).Met)
                    |> Set.unionMany

                Expect.containsAll met worthMeeting "what was met")
            testCase "the same seed is the same conversation" (fun () ->
                for seed in 0UL .. 35UL do
                    let plan = FollowingPlanning.ofSeed seed
                    Expect.equal (transcript plan) (transcript (FollowingPlanning.ofSeed seed)) "transcript")
        ]
