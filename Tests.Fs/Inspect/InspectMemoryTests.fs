/// A snapshot far larger than what the tool may have in memory.
module HybridReplica.Tests.Inspect.InspectMemoryTests

open System.IO
open System.Security.Cryptography
open System.Text
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

/// What is written of a snapshot in that way, in a file. Fails if it takes too much memory.
let private written (place: Place) (snapshot: string) (name: string) (options: string list) =
    let output = Path.Combine(place.Folder, name)
    let ended = run ([ "inspect"; snapshot; "-o"; output ] @ options)
    endsWith 0 ended
    Expect.isLessThan ended.PeakMemory Most $"%A{options}"
    output

let private isTheSame (first: string) (second: string) =
    use first = File.OpenRead first
    use second = File.OpenRead second
    let hash (stream: Stream) = SHA256.HashData stream
    Expect.isGreaterThan first.Length 0L "how long the first is"
    Expect.equal (hash first) (hash second) "the two files"

let private isHeldInLittleMemory () =
    use place = new Place()
    let snapshot = LargeSortedSet.file 3_000_000

    try
        for format in [ "jsonl"; "resp" ] do
            let all = written place snapshot "all" [ "--format"; format ]
            // It is known to be large enough in the middle of it, or at its very end: 20 bytes are around it.
            let length = FileInfo(snapshot).Length
            let most = written place snapshot "most" [ "--format"; format; "--min-size"; "30M" ]
            isTheSame all most

            let exactly =
                written place snapshot "exactly" [ "--format"; format; "--min-size"; $"{length - 20L}" ]

            isTheSame all exactly
            let none = written place snapshot "none" [ "--format"; format; "--min-size"; "1G" ]
            Expect.equal (FileInfo(none).Length) 0L "what is written of an entry that is too small"
    finally
        File.Delete snapshot

let private largeNameIsWritten (create: int -> string) (before: string) (after: string) =
    let length = 150_000_000
    use place = new Place()
    let snapshot = create length

    try
        let output = written place snapshot "commands" [ "--format"; "resp" ]
        use stream = File.OpenRead output
        let buffer = Array.zeroCreate<byte> before.Length
        stream.ReadExactly(buffer, 0, buffer.Length)
        Expect.equal (Encoding.ASCII.GetString buffer) before "what is in front of the name"
        stream.Seek(int64 length, SeekOrigin.Current) |> ignore
        use rest = new StreamReader(stream)
        Expect.equal (rest.ReadToEnd()) after "what is behind the name"
    finally
        File.Delete snapshot

let private select = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"

let tests =
    testList
        "inspect memory"
        [
            testCase "a sorted set of ten million members takes less than 100 MB" isInspectedInLittleMemory
            testCase "an entry that may be too small is held in less than 100 MB" isHeldInLittleMemory
            testCase "a member of 150 MB takes less than 100 MB as a command" (fun () ->
                largeNameIsWritten
                    LargeSortedSet.withLargeMember
                    (select + "*4\r\n$4\r\nZADD\r\n$7\r\nranking\r\n$3\r\n1.5\r\n$150000000\r\n")
                    "\r\n")
            testCase "a field of 150 MB takes less than 100 MB as a command" (fun () ->
                largeNameIsWritten
                    LargeSortedSet.hashWithLargeField
                    (select + "*4\r\n$4\r\nHSET\r\n$7\r\nranking\r\n$150000000\r\n")
                    "\r\n$1\r\nv\r\n")
        ]
