/// Archives of simulated masters, on disks that lose, tear and refuse. `HYBRIDREPLICA_SIMULATIONS` sets the number of
/// runs, `HYBRIDREPLICA_SIMULATION_SEED` the seed of the first.
module HybridReplica.Tests.ArchivingSimulationTests

open Expecto
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Archive.Simulation

let private runs = Wanted.conversations 2_000UL
let private firstSeed = Wanted.firstSeed

let private tryBreak (plan: ArchivingPlan) =
    try
        ArchivingRun.run ignore plan |> ignore
        None
    with RuleBroken rule ->
        Some rule

let private transcript plan =
    let lines = ResizeArray<string>()

    try
        ArchivingRun.run (fun line -> lines.Add(line ())) plan |> ignore
    with RuleBroken rule ->
        lines.Add $"broken: {rule}"

    String.concat "\n" lines

/// A plan in which as little as possible happens, and still goes wrong.
let rec private shrink (plan: ArchivingPlan) =
    let fewer =
        [
            for index in 0 .. plan.Mishaps.Length - 1 ->
                { plan with
                    Mishaps = List.removeAt index plan.Mishaps
                }
            for index in 0 .. plan.Following.Happenings.Length - 1 ->
                { plan with
                    Following =
                        { plan.Following with
                            Happenings = List.removeAt index plan.Following.Happenings
                        }
                }
        ]

    match fewer |> List.tryFind (tryBreak >> Option.isSome) with
    | Some fewer -> shrink fewer
    | None -> plan

let private hold (plan: ArchivingPlan) : Set<string> =
    try
        ArchivingRun.run ignore plan
    with RuleBroken rule ->
        let least = shrink plan

        let told =
            [
                $"Seed %d{plan.Seed}: {rule}."
                $"HYBRIDREPLICA_SIMULATION_SEED=%d{plan.Seed} HYBRIDREPLICA_SIMULATIONS=1 repeats it."
                $"Shrunk, it breaks this: %A{tryBreak least}"
                $"Master %s{plan.Following.Master.Era.Name}, passes on: {plan.Following.Master.PassesOn}"
                $"Happenings: %A{least.Following.Happenings}"
                $"Mishaps: %A{least.Mishaps}"
                $"%A{plan.Archive}"
                transcript least
            ]

        failtest (String.concat "\n" told)

/// What is worth meeting: every command, every way to go on and every way to end.
let private worthMeeting =
    [
        "RecoverSegment"
        "RemoveUnlisted"
        "Append"
        "Sync"
        "SealSegment"
        "OpenSegment"
        "SplitSegment"
        "Remove"
        "FetchBase"
        "Close"
        "FullResync"
        "PartialResync"
        "ReplicationIdChanged"
        "BaseNotFetched"
        "StreamBroken"
        "FACK"
        "OfProcess"
        "OfPower"
        "Archive"
        "File"
    ]

let private ofPart (part: uint64) =
    testCase $"archives keep what they say they keep, whatever fails: part {part + 1UL} of 8" (fun () ->
        for seed in firstSeed .. firstSeed + runs - 1UL do
            if seed % 8UL = part then
                hold (ArchivingPlanning.ofSeed seed) |> ignore)

let tests =
    testList
        "archiving simulation"
        [
            testList "parts" (List.map ofPart [ 0UL .. 7UL ])
            testCase "archives go on in every way, and everything fails now and then" (fun () ->
                let met =
                    [ 0UL .. 599UL ] |> List.map (ArchivingPlanning.ofSeed >> hold) |> Set.unionMany

                Expect.containsAll met worthMeeting "what was met")
            testCase "the same seed is the same run" (fun () ->
                for seed in 0UL .. 19UL do
                    let plan = ArchivingPlanning.ofSeed seed
                    Expect.equal (transcript plan) (transcript (ArchivingPlanning.ofSeed seed)) "transcript")
        ]
