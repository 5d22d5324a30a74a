/// What following costs: beside a real replica, with a very large value, and until a write is heard of.
module HybridReplica.Tests.Benchmarks.FollowBenchmark

open System
open System.Diagnostics
open System.Globalization
open System.IO
open System.Net.Sockets
open System.Text
open System.Threading
open HybridReplica
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Benchmarks.Measuring

/// Commands that are made up; they are written as often as it takes.
[<Literal>]
let private Commands = 500000

let private master (backlog: string) =
    RealServer.Start
        { ServerSettings.Default with
            Options =
                [
                    "repl-diskless-sync yes"
                    "repl-diskless-sync-delay 0"
                    $"repl-backlog-size {backlog}"
                    "client-output-buffer-limit replica 0 0 0"
                    "proto-max-bulk-len 1gb"
                    "client-query-buffer-limit 2gb"
                ]
        }

let private field (name: string) (info: string) =
    info.Split '\n'
    |> Array.pick (fun line ->
        if line.StartsWith(name + ":", StringComparison.Ordinal) then
            Some(line.Substring(name.Length + 1).Trim())
        else
            None)

let private replication (server: RealServer) = server.Ask("INFO", "replication")

let private offsetOf (server: RealServer) =
    int64 (field "master_repl_offset" (replication server))

/// What the consumer says of itself: seconds, events, bytes in arguments, bytes allocated for each event.
let private consume (server: RealServer) (position: string) (until: int64) (large: int64) =
    let arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "StreamConsumer.dll")
            $"redis://127.0.0.1:{server.Port}"
            position
            string until
            string large
        ]

    use running =
        match Process.Start(ProcessStartInfo("dotnet", arguments, RedirectStandardOutput = true)) with
        | null -> failwith "the consumer did not start"
        | started -> started

    let output = running.StandardOutput.ReadToEndAsync()
    let exited = running.WaitForExitAsync()
    let mutable peak = 0L

    while not exited.IsCompleted do
        peak <- max peak (PeakMemory.ofProcess running.Id)
        exited.Wait 5 |> ignore

    match output.Result.Trim().Split ' ' with
    | [| seconds; events; bytes; each |] ->
        let number (text: string) =
            Double.Parse(text, CultureInfo.InvariantCulture)

        number seconds, number events, number bytes, number each, peak
    | _ -> failwith $"the consumer said {output.Result}"

// A replica that was stopped saves where it stood, and resumes there when it is started from that file.
let private replicaAt (server: RealServer) =
    let options = [ $"replicaof 127.0.0.1 {server.Port}"; "repl-backlog-size 1mb" ]

    use replica =
        RealServer.Start
            { ServerSettings.Default with
                Options = options
            }

    let until = Stopwatch.StartNew()

    while field "master_link_status" (replication replica) <> "up" do
        if until.Elapsed.TotalSeconds > 60.0 then
            failwith "the replica did not join its master"

        Thread.Yield() |> ignore

    let file = Path.GetTempFileName()
    replica.Ask "SAVE" |> ignore
    File.Copy(Path.Combine(replica.Folder, "dump.rdb"), file, true)
    file, options

// Asks the replica on one connection until it has applied everything.
let private applied (replica: RealServer) (until: int64) =
    use client = new TcpClient("127.0.0.1", replica.Port)
    let stream = client.GetStream()
    let answer = Array.zeroCreate<byte> 65536
    let mutable offset = 0L

    while offset < until do
        stream.Write(ReadOnlySpan "INFO replication\r\n"B)
        let length = stream.Read(answer, 0, answer.Length)
        let info = Encoding.ASCII.GetString(answer, 0, length)

        if info.Contains "master_repl_offset" then
            offset <- int64 (field "master_repl_offset" info)

        // So that asking does not cost the replica anything to speak of.
        Tasks.Task.Delay(20).Wait()

let private replayByReplica (file: string) (options: string list) (until: int64) =
    let settings =
        { ServerSettings.Default with
            Options = options
            Snapshot = ValueSome file
        }

    let clock = Stopwatch.StartNew()
    use replica = RealServer.Start settings
    applied replica until
    let seconds = clock.Elapsed.TotalSeconds

    if field "sync_full" (replica.Ask("INFO", "stats")) <> "0" then
        failwith "the replica was asked for a full resync"

    seconds

/// So many MiB of mixed commands from the backlog of a master: delivered to a C# consumer, and applied by a replica.
let replay (mebibytes: int) =
    use server = master $"{mebibytes + 512}mb"
    let commands = MixedCommands.bytes Commands
    let file, options = replicaAt server
    let id = field "master_replid" (replication server)
    let first = offsetOf server
    let position = $"{id}:{first}:0"

    while offsetOf server - first < int64 mebibytes * 1048576L do
        MixedCommands.write server.Port 1 commands

    let last = offsetOf server
    let size = float (last - first) / 1048576.0
    printfn $"%.0f{size} MiB of mixed commands from the backlog of a master:"

    let rounds =
        [
            for _ in 1..3 ->
                let ours, events, _, each, peak = consume server position last (1L <<< 30)
                let theirs = replayByReplica file options last

                printf $"  await foreach %.3f{ours} s (%.0f{events} events, %.1f{each} bytes allocated for each, "
                printfn $"peak %d{peak / 1048576L} MiB), replica %.3f{theirs} s"

                events / ours, events / theirs
        ]

    let ours = rounds |> List.map fst |> median
    let theirs = rounds |> List.map snd |> median

    printfn $"  medians: %.2f{ours / 1e6} million commands/s, a replica %.2f{theirs / 1e6}: %.2f{ours / theirs} x"

    File.Delete file

/// One value of so many MiB: whole, and in parts.
let largeValue (mebibytes: int) =
    use server = master "1mb"

    // Somebody has to listen, or there is no history to resume.
    server.Ask("CONFIG", "SET", "repl-backlog-size", $"{mebibytes + 64}mb")
    |> ignore

    let file, _ = replicaAt server
    File.Delete file
    let info = replication server

    let position =
        $"""{field "master_replid" info}:{field "master_repl_offset" info}:0"""

    let length = mebibytes * 1048576
    use client = new TcpClient("127.0.0.1", server.Port)
    let stream = client.GetStream()
    stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes $"*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n${length}\r\n"))
    let piece = Array.create 1048576 (byte 'x')

    for _ in 1..mebibytes do
        stream.Write(ReadOnlySpan piece)

    stream.Write(ReadOnlySpan "\r\n"B)
    stream.ReadExactly(Array.zeroCreate<byte> 5, 0, 5)
    let last = offsetOf server

    for name, large in [ "whole", 1L <<< 30; "in parts", 1L <<< 20 ] do
        let seconds, events, bytes, _, peak = consume server position last large

        printf $"one value of {mebibytes} MiB %s{name}: %.3f{seconds} s, %.0f{events} events, %.0f{bytes} bytes, "
        printfn $"peak %d{peak / 1048576L} MiB (%.2f{float peak / float length} x)"

/// From a write on the master to the event in the consumer, both in this process.
let latency () =
    use server = master "1mb"

    let replica =
        new ReplicaClient(ReplicaOptions(Master = Uri $"redis://127.0.0.1:{server.Port}"))

    use isThere = new SemaphoreSlim(0)
    let mutable arrived = 0L

    let following =
        task {
            let events = replica.FollowAsync().GetAsyncEnumerator()

            try
                let mutable isOver = false

                while not isOver do
                    let! more = events.MoveNextAsync()

                    match events.Current with
                    | :? CommandReceived as command ->
                        Volatile.Write(&arrived, Stopwatch.GetTimestamp())
                        isOver <- not more || command.ArgumentCount = 1
                        isThere.Release() |> ignore
                    | :? SnapshotReceived -> isThere.Release() |> ignore
                    | _ -> ()
            finally
                events.DisposeAsync().AsTask().Wait()
        }

    isThere.Wait()
    use client = new TcpClient("127.0.0.1", server.Port, NoDelay = true)
    let stream = client.GetStream()
    let answer = Array.zeroCreate<byte> 5

    let times =
        [
            for _ in 1..2000 ->
                let sent = Stopwatch.GetTimestamp()
                stream.Write(ReadOnlySpan "SET key value\r\n"B)
                isThere.Wait()
                stream.ReadExactly(answer, 0, answer.Length)
                Stopwatch.GetElapsedTime(sent, Volatile.Read &arrived).TotalMilliseconds
        ]

    stream.Write(ReadOnlySpan "DEL key\r\n"B)
    following.Wait()
    replica.DisposeAsync().AsTask().Wait()
    let sorted = List.sort times
    printfn $"from a write to the event: median %.3f{median times} ms, 99 of 100 within %.3f{sorted[1979]} ms"
