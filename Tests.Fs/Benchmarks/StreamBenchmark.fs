/// How fast the stream is looked at, on one core: the raw path over windows of 256 KiB, and command by command.
module HybridReplica.Tests.Benchmarks.StreamBenchmark

open System
open System.Diagnostics
open System.Text
open HybridReplica.Core
open HybridReplica.Tests

[<Literal>]
let private WindowLength = 262144

/// What is looked at again and again, and how many commands are in it.
type private Sample =
    {
        Name: string
        Bytes: byte[]
        Commands: int64
    }

let private sample name (commands: string list list) =
    {
        Name = name
        Bytes =
            commands
            |> List.map StreamGenerators.command
            |> String.concat ""
            |> Encoding.Latin1.GetBytes
        Commands = commands.Length
    }

/// Commands of about 80 bytes, as a cache with counters, hashes and queues has them: of different lengths, so that the
/// processor cannot learn them by heart.
let private mixed =
    let random = Random 1
    let text length = String('x', length)
    let key () = $"object:%d{random.Next 1000000}:field"

    let one _ =
        match random.Next 8 with
        | 0
        | 1
        | 2 -> [ "SET"; key (); text (random.Next(20, 60)) ]
        | 3 -> [ "HSET"; key (); text (random.Next(4, 12)); text (random.Next(8, 40)) ]
        | 4 -> [ "INCRBY"; key (); string (random.Next 10000) ]
        | 5 -> [ "LPUSH"; key (); text (random.Next(10, 70)) ]
        | 6 -> [ "PEXPIREAT"; key (); string (1700000000000L + int64 (random.Next())) ]
        | _ -> [ "SADD"; key (); text (random.Next(5, 15)); text (random.Next(5, 15)) ]

    sample "mixed small commands" (List.init 200000 one)

let private values name size count =
    sample name (List.init count (fun index -> [ "SET"; $"object:%d{index}"; String('x', size) ]))

let private samples =
    lazy
        [
            mixed
            values "values of 1 KiB" 1024 16000
            values "values of 1 MiB" 1048576 16
        ]

let private start =
    StreamScan.At(Position.AtFullResync(Generators.replicationIdOf (String('a', 40)), Offset 0L))

let private fail (trouble: StreamTrouble | null) =
    match trouble with
    | null -> ()
    | trouble -> failwith $"the stream cannot be read: {trouble}"

let private overWindows (bytes: byte[]) =
    let mutable scan = start
    let mutable at = 0

    while at < bytes.Length do
        let mutable trouble = null
        let length = min WindowLength (bytes.Length - at)
        scan <- StreamScanner.ScanWindow(scan, ReadOnlySpan(bytes, at, length), &trouble)
        fail trouble
        at <- int scan.Offset.Bytes

let private ranges: ArgumentRange[] = Array.zeroCreate 16

let private byCommand (bytes: byte[]) =
    let mutable scan = start
    let mutable at = 0

    while at < bytes.Length do
        let mutable trouble = null
        scan <- StreamScanner.ScanCommand(scan, ReadOnlySpan(bytes, at, bytes.Length - at), Span ranges, &trouble)
        fail trouble
        at <- int scan.Offset.Bytes

/// Seconds and bytes allocated in the best of some rounds, each as long as it takes to be measured.
let private measure (read: byte[] -> unit) (bytes: byte[]) =
    let round () =
        let clock = Stopwatch.StartNew()
        let before = GC.GetAllocatedBytesForCurrentThread()
        let mutable times = 0

        while clock.Elapsed.TotalSeconds < 0.2 do
            read bytes
            times <- times + 1

        let allocated = GC.GetAllocatedBytesForCurrentThread() - before
        clock.Elapsed.TotalSeconds / float times, float allocated / float times

    List.init 8 (fun _ -> round ()) |> List.min

/// Measures every sample at both paces, and prints what came of it.
let run () =
    for sample in samples.Value do
        for name, read in [ "ScanWindow", overWindows; "ScanCommand", byCommand ] do
            let seconds, allocated = measure read sample.Bytes
            let each = int64 sample.Bytes.Length / sample.Commands
            let gigabytes = float sample.Bytes.Length / seconds / 1e9
            let commands = float sample.Commands / seconds / 1e6
            printf $"%-22s{sample.Name} (%7d{each} bytes each)  %-12s{name} %9.2f{gigabytes} GB/s  "
            printfn $"%7.2f{commands} million commands/s  %.0f{allocated} bytes allocated"
