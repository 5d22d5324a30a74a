/// Closed-loop simulation: replica, pure master of each era, shell, network and disk, with virtual seconds and mishaps.
/// `HYBRIDREPLICA_SIMULATIONS` sets the number of conversations, `HYBRIDREPLICA_SIMULATION_SEED` the seed of the first.
module HybridReplica.Tests.SimulationTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Simulation

let private variable (name: string) (otherwise: uint64) =
    match UInt64.TryParse(Environment.GetEnvironmentVariable name) with
    | true, value -> value
    | false, _ -> otherwise

let private conversations = variable "HYBRIDREPLICA_SIMULATIONS" 14_400UL
let private firstSeed = variable "HYBRIDREPLICA_SIMULATION_SEED" 0UL

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
                $"Master %s{plan.Master.Era.Name}, snapshot of %d{plan.Snapshot.Length} bytes, untroubled %A{plan.Untroubled}"
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

let tests = testList "simulation" [ testList "pairs" (List.map ofPair pairs) ]
