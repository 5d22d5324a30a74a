/// Sound RDBs to damage: generated ones of every version and type, and real ones where there are any.
module HybridReplica.Tests.Rdb.Corpus

open System.IO
open FsCheck
open FsCheck.FSharp
open HybridReplica.Tests

/// Damage to a long file is mostly damage to the same few things.
let private longest = 1000

let private sample seed count (content: Gen<RdbContent>) : byte[][] =
    Gen.sampleWithSeed (Rnd(uint64 seed)) 10 count content
    |> Array.mapi (fun index content -> (Writer.write (uint64 index) content).Bytes)
    |> Array.filter (fun bytes -> bytes.Length <= longest)

let private generated =
    [|
        for form in List.distinct (List.collect Forms.formsOf Forms.versions) do
            yield! sample form 20 (ContentGenerators.ofForm form).Generator

        yield! sample 1000 300 ContentGenerators.contents.Generator
    |]

let private real =
    match Repository.tryFindAbove "shared/rdb" with
    | None -> [||]
    | Some folder ->
        [|
            for path in Array.sort (Directory.GetFiles(folder, "*.rdb")) do
                let bytes = File.ReadAllBytes path

                if bytes.Length <= longest then
                    bytes
        |]

/// Those from elsewhere come last, so that a seed means the same with and without them most of the time.
let files: byte[][] = Array.append generated real
