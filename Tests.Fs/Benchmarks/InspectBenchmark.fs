/// `hybrid-replica inspect` and the library beside `redis-check-rdb`, on the same file.
module HybridReplica.Tests.Benchmarks.InspectBenchmark

open System
open System.Globalization
open System.IO
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Benchmarks.Measuring

let private tool = Path.Combine(AppContext.BaseDirectory, "hybrid-replica")

let private consumer =
    Path.Combine(AppContext.BaseDirectory, "SnapshotConsumer.dll")

let private mebibytes (path: string) =
    float (FileInfo path).Length / 1048576.0

/// What the reader of the library costs that looks so closely at all values, as it says itself.
let private reading (look: string) (file: string) =
    let number (text: string) =
        Double.Parse(text, CultureInfo.InvariantCulture)

    match (runProgram "dotnet" [ consumer; file; look ] []).Trim().Split ' ' with
    | [| seconds; found; allocated |] ->
        printf $"%-28s{look} %8.3f{number seconds} s without the start, %.0f{number found} things found, "
        printfn $"%.4f{number allocated / number found} bytes allocated for each (%.0f{number allocated} in all)"
    | other -> failwith $"the consumer said %A{other}"

let private inspect (arguments: string list) (file: string) () =
    let output = Path.GetTempFileName()
    let run = run tool ([ "inspect"; file ] @ arguments @ [ "-o"; output ])
    File.Delete output
    run

let private check (file: string) () = run tool [ "inspect"; file; "--check" ]

let private beside (rounds: int) (file: string) =
    for look in [ "Skip"; "Raw"; "Typed" ] do
        reading look file

    sideBySide
        rounds
        [
            "redis-check-rdb", (fun () -> run "redis-check-rdb" [ file ])
            "inspect --check", check file
            "typed, by the library", (fun () -> run "dotnet" [ consumer; file; "Typed" ])
            "inspect --format jsonl", inspect [ "--format"; "jsonl" ] file
            "inspect --format resp", inspect [ "--format"; "resp" ] file
            "inspect --format keys", inspect [ "--format"; "keys" ] file
            "inspect --format summary", inspect [ "--format"; "summary" ] file
        ]

    File.Delete file

/// A million keys of all sorts.
let mixed () =
    let file = MixedKeys.file ()
    printfn $"%.0f{mebibytes file} MiB, a million keys of all sorts:"
    beside 5 file

/// A single key, far larger than what is in memory at once.
let large () =
    let file = LargeSortedSet.file 10_000_000
    printfn $"%.0f{mebibytes file} MiB, a sorted set of ten million members:"
    beside 3 file
