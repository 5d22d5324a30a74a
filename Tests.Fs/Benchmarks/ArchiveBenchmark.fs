/// What archiving costs beside a real replica that writes an append-only file, and what restoring a moment reads.
module HybridReplica.Tests.Benchmarks.ArchiveBenchmark

open System
open System.Diagnostics
open System.Globalization
open System.IO
open System.Text
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting
open HybridReplica.Tests.Benchmarks.Measuring

/// Values that are written in one go; their keys are the same each time.
[<Literal>]
let private Values = 20000

/// The same for both contenders: it never makes them wait or hangs up on them, and does not use the disk itself.
let private masterOptions =
    [
        "repl-diskless-sync yes"
        "repl-diskless-sync-delay 0"
        "repl-backlog-size 64mb"
        "client-output-buffer-limit replica 0 0 0"
        "rdbcompression no"
    ]

let private replicaOptions (master: RealServer) =
    [
        $"replicaof 127.0.0.1 {master.Port}"
        "appendonly yes"
        "appendfsync everysec"
        // Rewriting the file would cost it more, and is nothing that an archive does.
        "auto-aof-rewrite-percentage 0"
    ]

// SET with values of 1 KiB, as bytes.
let private commands: Lazy<byte[]> =
    lazy
        (let random = Random 1
         let all = StringBuilder()

         for key in 1..Values do
             let value =
                 String(Array.init 1024 (fun _ -> char (random.Next(int 'a', int 'z' + 1))))

             all.Append($"*3\r\n$3\r\nSET\r\n$10\r\nkey:%06d{key}\r\n$1024\r\n{value}\r\n")
             |> ignore

         Encoding.ASCII.GetBytes(string all))

/// Seconds of processor time that a process has used, in all its threads (`utime` and `stime`).
let private processorTime (id: int) : float =
    let stat = File.ReadAllText $"/proc/{id}/stat"
    let fields = stat.Substring(stat.LastIndexOf ')' + 2).Split ' '
    float (int64 fields[11] + int64 fields[12]) / 100.0

/// One contender in one round.
type private Sustained =
    {
        /// Until the master had taken everything.
        Writing: float
        /// Until everything was acknowledged.
        Seconds: float
        Bytes: int64
        Processor: float
        PeakBytes: int64
    }

// Somebody who is joined to the master and has nothing to do: the process is measured from here on.
let private sustain (master: RealServer) (times: int) (id: int) : Sustained =
    use client = connect master

    let offset () =
        int64 (client.Info("replication", "master_repl_offset"))

    let acknowledged () =
        client.Say "SET last 1" |> ignore

        if client.Say "WAIT 1 0" <> Number 1L then
            failwith "nobody acknowledged"

    acknowledged ()
    let before = processorTime id
    let first = offset ()
    let clock = Stopwatch.StartNew()
    MixedCommands.write master.Port times commands.Value
    let writing = clock.Elapsed.TotalSeconds
    acknowledged ()

    {
        Seconds = clock.Elapsed.TotalSeconds
        Writing = writing
        Bytes = offset () - first
        Processor = processorTime id - before
        PeakBytes = PeakMemory.ofProcess id
    }

let private master () =
    RealServer.Start
        { ServerSettings.Default with
            Options = masterOptions
        }

let private byReplica (times: int) =
    use master = master ()

    use replica =
        RealServer.Start
            { ServerSettings.Default with
                Options = replicaOptions master
            }

    use client = connect replica

    until "the replica has joined, and begun its file" (fun () ->
        client.Info("replication", "master_link_status") = "up"
        && client.Info("persistence", "aof_rewrite_in_progress") = "0"
        && client.Info("persistence", "aof_rewrite_scheduled") = "0")

    sustain master times replica.ProcessId

let private byArchive (times: int) =
    use master = master ()
    let folder = Directory.CreateTempSubdirectory "hybrid-replica-archive-"
    let archive = Path.Combine(folder.FullName, "archive")

    use running =
        Tool.start
            [
                "archive"
                $"redis://127.0.0.1:{master.Port}"
                archive
                "--fsync"
                "everysec"
                "--quiet"
            ]

    use client = connect master
    until "the archive is a replica" (fun () -> client.Info("replication", "slave0").Contains "state=online")
    let sustained = sustain master times running.ProcessId
    running.Signal "INT"
    running.Wait() |> ignore
    folder.Delete true
    sustained

let private gigabytes (bytes: int64) = float bytes / 1e9

let private printMedians (name: string) (rounds: Sustained list) =
    let of' (choose: Sustained -> float) = rounds |> List.map choose |> median
    let bytes = gigabytes rounds.Head.Bytes
    let peak = rounds |> List.map _.PeakBytes |> List.max

    printf $"  %-22s{name} writer %6.1f{1000.0 * bytes / of' _.Writing} MB/s, "
    printf $"acknowledged %6.1f{1000.0 * bytes / of' _.Seconds} MB/s (%.3f{of' _.Seconds} s, "
    printf $"%.0f{1000.0 * of' (fun round -> round.Seconds - round.Writing)} ms behind the writer), "
    printfn $"processor %.2f{of' _.Processor / bytes} s/GB, peak %.1f{float peak / 1048576.0} MiB"

/// A sustained stream of values of 1 KiB, so many MiB of it.
let sustained (mebibytes: int) =
    let times = mebibytes * 1024 / Values

    printfn $"{times * Values} values of 1 KiB from one master, everysec, alternating, medians of three rounds:"

    let rounds =
        [
            for round in 1..3 do
                let ours, theirs =
                    if round % 2 = 1 then
                        let ours = byArchive times
                        ours, byReplica times
                    else
                        let theirs = byReplica times
                        byArchive times, theirs

                for name, one in [ "hybrid-replica archive", ours; "a replica with AOF", theirs ] do
                    printf $"  round {round}: %-22s{name} %.3f{one.Seconds} s, writer %.3f{one.Writing} s, "
                    printfn $"processor %.2f{one.Processor} s, %.3f{gigabytes one.Bytes} GB"

                ours, theirs
        ]

    printMedians "hybrid-replica archive" (List.map fst rounds)
    printMedians "a replica with AOF" (List.map snd rounds)

/// Bytes that this process has read, from files, sockets and whatever else.
let private bytesRead () : int64 =
    File.ReadLines "/proc/self/io"
    |> Seq.pick (fun line ->
        match line.Split ' ' with
        | [| "rchar:"; count |] -> Some(Int64.Parse(count, CultureInfo.InvariantCulture))
        | _ -> None)

let private mebibytesOf (bytes: int64) = float bytes / 1048576.0

// An archive of a base and so many MiB of stream behind it, and the offset in the middle of that.
let private largeArchive (folder: string) (mebibytes: int) : int64 =
    use server = master ()
    Filling.fill server.Port 256

    use running =
        Tool.start
            [
                "archive"
                $"redis://127.0.0.1:{server.Port}"
                folder
                "--segment-size"
                "64mb"
                "--quiet"
            ]

    use client = connect server
    until "the archive is a replica" (fun () -> client.Info("replication", "slave0").Contains "state=online")
    let times = mebibytes * 1024 / Values / 2

    let offset () =
        int64 (client.Info("replication", "master_repl_offset"))

    MixedCommands.write server.Port times commands.Value
    let middle = offset ()
    MixedCommands.write server.Port times commands.Value
    client.Say "SET last 1" |> ignore

    if client.Say "WAIT 1 25000" <> Number 1L then
        failwith "nobody acknowledged"

    running.Signal "INT"
    running.Wait() |> ignore
    middle

/// What restoring a moment reads, in the middle of so many MiB.
let restore (mebibytes: int) =
    let folder = Directory.CreateTempSubdirectory "hybrid-replica-archive-"
    let path = Path.Combine(folder.FullName, "archive")
    let middle = largeArchive path mebibytes
    let archive = ReplicaArchive path
    let generation = Seq.exactlyOne (archive.Read().Generations)

    let needed =
        generation.Segments
        |> Seq.filter (fun segment -> segment.Start.Offset.Bytes < middle)
        |> Seq.sumBy _.Size

    printf $"an archive of a base of %.0f{mebibytesOf generation.Base.Size} MiB and {generation.Segments.Count} "
    printfn $"segments of %.0f{mebibytesOf (generation.Segments |> Seq.sumBy _.Size)} MiB, restored in its middle:"

    for round in 1..3 do
        let output = Path.Combine(folder.FullName, $"restored-{round}")
        let before = bytesRead ()
        let clock = Stopwatch.StartNew()

        let restored =
            archive.RestoreAsync(output, Moment.ToOffset(ValueNone, middle)).GetAwaiter().GetResult()

        let seconds = clock.Elapsed.TotalSeconds
        let read = bytesRead () - before
        printf $"  %.3f{seconds} s, read %.1f{mebibytesOf read} MiB, wrote %.1f{mebibytesOf restored.Bytes} MiB; "

        let least = mebibytesOf (generation.Base.Size + needed)
        printfn $"the base and the {restored.Segments} segments needed are %.1f{least} MiB"

        Directory.Delete(output, true)

    folder.Delete true
