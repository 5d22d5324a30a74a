/// A snapshot far larger than what the tool may have in memory.
module HybridReplica.Tests.Inspect.InspectMemoryTests

open System.IO
open Expecto
open HybridReplica.Tests
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

/// In bytes.
[<Literal>]
let private Most = 100_000_000L

let private forms =
    [
        [ "--check" ]
        [ "--format"; "keys" ]
        [ "--format"; "summary" ]
        [ "--format"; "jsonl" ]
        [ "--format"; "resp" ]
    ]

let private isInspectedInLittleMemory () =
    use place = new Place()
    let snapshot = LargeSortedSet.file 10_000_000

    try
        for form in forms do
            let output = if form.Length = 1 then [] else [ "-o"; place.Target ]
            let ended = run ([ "inspect"; snapshot ] @ form @ output)
            endsWith 0 ended
            Expect.isLessThan ended.PeakMemory Most $"%A{form}"
    finally
        File.Delete snapshot

let tests =
    testList
        "inspect memory"
        [
            testCase "a sorted set of ten million members takes less than 100 MB" isInspectedInLittleMemory
        ]
