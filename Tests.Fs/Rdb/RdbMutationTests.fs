/// Damaged RDBs: each is read to its end or fails with a trouble that has a name, in bounded time and memory.
/// `HYBRIDREPLICA_MUTATIONS` sets how many, `HYBRIDREPLICA_MUTATION_SEED` the seed of the first.
module HybridReplica.Tests.RdbMutationTests

open System
open System.Collections.Generic
open Expecto
open FSharp.Reflection
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Simulation

/// What became of a damaged RDB.
[<Struct>]
type private Ending =
    {
        Trouble: RdbTrouble | null
        Offset: int64
        Entries: int64
    }

/// Looks at every byte of what is found, and keeps nothing.
type private Touching() =
    let room = Array.zeroCreate<byte> 20
    member val Sum = 0UL with get, set

    interface ITokens with
        member this.Take(_, token, window, scratch) =
            for value in token.Text(ReadOnlySpan window, ReadOnlySpan scratch, Span room) do
                this.Sum <- this.Sum + uint64 value

/// Reads damaged RDBs with the same memory.
type private Reader() =
    let feeder = Feeder()
    let touching = Touching()

    /// Bytes that reading has allocated, but for the memory that the feeder owns.
    member val Allocated = 0L with get, set

    /// How often reading failed.
    member val Failures = 0L with get, set

    /// How many entries are put together, in parts where they are not small.
    member _.Assemble(bytes: byte[], feeding: Feeding) : int64 =
        let assembling = Assembling 100L
        feeder.Feed(bytes, bytes.Length, feeding, assembling) |> ignore
        assembling.Entries |> Seq.filter _.IsLast |> Seq.length |> int64

    /// Reads to the end, good or bad.
    member this.Read(bytes: byte[], feeding: Feeding) : Ending =
        let owned = feeder.Owned
        let before = GC.GetAllocatedBytesForCurrentThread()
        let scan = feeder.Feed(bytes, bytes.Length, feeding, touching)
        let after = GC.GetAllocatedBytesForCurrentThread()
        this.Allocated <- this.Allocated + after - before - (feeder.Owned - owned)
        this.Failures <- this.Failures + (if isNull scan.Trouble then 0L else 1L)

        {
            Trouble = scan.Trouble
            Offset = scan.Offset
            Entries = scan.Entries
        }

let private skip = Reading.atOnce RdbLook.Skip
let private raw = Reading.atOnce RdbLook.Raw
let private typed = Reading.atOnce RdbLook.Typed

let private inPieces (chance: Chance) =
    {
        Sizes = Array.init 5 (fun _ -> chance.Between(1, 40))
        PartsAbove = chance.Between(0, 60)
        Limit = typed.Limit
        Looks = typed.Looks
        IsHasty = chance.OnceIn 2
    }

/// What must be true of a damaged RDB.
let private hold (reader: Reader) (seed: uint64) (bytes: byte[]) : Ending =
    let skipped = reader.Read(bytes, skip)
    let kept = reader.Read(bytes, raw)
    let read = reader.Read(bytes, typed)
    Expect.equal kept skipped "raw ends as skip does"

    if isNull read.Trouble then
        Expect.equal skipped read "what can be read typed can be skipped"
    else
        Expect.isLessThanOrEqual read.Entries skipped.Entries "skip comes at least as far as typed"

    if seed % 4UL = 0UL then
        let pieces = inPieces (Chance seed)

        for looks in [ skip.Looks; typed.Looks ] do
            let whole =
                { typed with
                    Looks = looks
                    PartsAbove = pieces.PartsAbove
                }

            let inPieces = reader.Read(bytes, { pieces with Looks = looks })
            Expect.equal inPieces (reader.Read(bytes, whole)) "in pieces it ends the same"

        Expect.equal (reader.Assemble(bytes, pieces)) read.Entries "each is put together that is read to its end"

    read

let private troubleName (trouble: RdbTrouble) =
    (fst (FSharpValue.GetUnionFields(trouble, typeof<RdbTrouble>))).Name

/// All but that of an RDB of which nothing is left, which is rare.
let private allTroubles =
    FSharpType.GetUnionCases typeof<RdbTrouble>
    |> Seq.map _.Name
    |> set
    |> Set.remove "Empty"

let private mutations = Wanted.mutations 200_000UL
let private firstSeed = Wanted.firstMutation
let private shares = 8UL

let private holdSeed (reader: Reader) seed =
    let bytes = Mutating.ofSeed Corpus.files seed

    try
        hold reader seed bytes
    with problem ->
        failtest (
            String.concat
                "\n"
                [
                    $"Seed %d{seed}: {problem.Message}"
                    $"HYBRIDREPLICA_MUTATION_SEED=%d{seed} HYBRIDREPLICA_MUTATIONS=1 repeats it."
                    Convert.ToHexString bytes
                    $"{problem}"
                ]
        )

let private seedsOf share =
    seq { firstSeed + share .. shares .. firstSeed + mutations - 1UL }

let private ofShare share =
    testCase $"share {share} of the mutated RDBs is read to the end or fails with a trouble" (fun () ->
        let reader = Reader()
        let met = HashSet<string>()
        let mutable count = 0L

        for seed in seedsOf share do
            let ending = holdSeed reader seed
            count <- count + 1L

            match ending.Trouble with
            | null -> ()
            | trouble -> met.Add(troubleName trouble) |> ignore

        // Troubles are all that is allocated, with what they name, two short arrays for each head, and what is made
        // when something is read for the first time.
        let bound = 150L * reader.Failures + 64L * 7L * count + 100_000L
        Expect.isLessThanOrEqual reader.Allocated bound $"bytes allocated for {count} RDBs"

        if count >= 10_000L then
            Expect.isEmpty (allTroubles - set met) "the troubles that were not met")

let tests =
    testList "RDB mutations" [ for share in 0UL .. shares - 1UL -> ofShare share ]
