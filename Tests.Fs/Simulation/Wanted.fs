/// What the environment says of the simulations, and of the mutations of snapshots.
module HybridReplica.Tests.Simulation.Wanted

open System

let private variable (name: string) (otherwise: uint64) =
    match UInt64.TryParse(Environment.GetEnvironmentVariable name) with
    | true, value -> value
    | false, _ -> otherwise

/// How many conversations are held (`HYBRIDREPLICA_SIMULATIONS`).
let conversations (usual: uint64) =
    variable "HYBRIDREPLICA_SIMULATIONS" usual

/// The seed of the first of them (`HYBRIDREPLICA_SIMULATION_SEED`).
let firstSeed = variable "HYBRIDREPLICA_SIMULATION_SEED" 0UL

/// How many snapshots are damaged (`HYBRIDREPLICA_MUTATIONS`).
let mutations (usual: uint64) =
    variable "HYBRIDREPLICA_MUTATIONS" usual

/// The seed of the first of them (`HYBRIDREPLICA_MUTATION_SEED`).
let firstMutation = variable "HYBRIDREPLICA_MUTATION_SEED" 0UL
