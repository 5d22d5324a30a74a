/// Our handshake beside a real replica's, with the same master, both seen from a proxy between the two.
module HybridReplica.Tests.Benchmarks.HandshakeBenchmark

open System
open System.Diagnostics
open System.IO
open System.Net
open System.Net.Sockets
open System.Threading.Tasks
open HybridReplica
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Benchmarks.Measuring

[<Literal>]
let private Rounds = 40

let private connectTo (port: int) =
    let client = new TcpClient(NoDelay = true)
    client.Connect(IPAddress.Loopback, port)
    client

/// Passes bytes on until one side closes, and looks at each piece.
let private pass (source: NetworkStream) (target: NetworkStream) (look: ReadOnlyMemory<byte> -> unit) =
    task {
        let buffer = Array.zeroCreate<byte> 65536
        let mutable isOpen = true

        while isOpen do
            let! received = source.ReadAsync(Memory buffer)
            isOpen <- received > 0

            if isOpen then
                look (ReadOnlyMemory(buffer, 0, received))
                do! target.WriteAsync(ReadOnlyMemory(buffer, 0, received))
    }

/// Serves one connection to its end, and tells early the milliseconds from its being accepted to the answer to PSYNC.
let private timeOne (listener: TcpListener) (masterPort: int) : Task<float> =
    let answered = TaskCompletionSource<float>()

    let serve () =
        task {
            use! replica = listener.AcceptTcpClientAsync()
            let clock = Stopwatch.StartNew()
            replica.NoDelay <- true
            use master = connectTo masterPort

            let look (piece: ReadOnlyMemory<byte>) =
                if piece.Span.IndexOf(ReadOnlySpan "+FULLRESYNC"B) >= 0 then
                    answered.TrySetResult clock.Elapsed.TotalMilliseconds |> ignore

            let requests = pass (replica.GetStream()) (master.GetStream()) ignore
            let replies = pass (master.GetStream()) (replica.GetStream()) look
            let! _ = Task.WhenAny(requests, replies)
            ()
        }

    serve () |> ignore
    answered.Task

let private ours (listener: TcpListener) (masterPort: int) =
    let port = (listener.LocalEndpoint :?> IPEndPoint).Port
    let timing = timeOne listener masterPort
    let options = ReplicaOptions(Master = Uri $"redis://127.0.0.1:{port}")
    let replica = new ReplicaClient(options)
    replica.FetchSnapshotAsync(Stream.Null).Wait()
    timing.Result

let private theirs (replica: RealServer) (listener: TcpListener) (masterPort: int) =
    let port = (listener.LocalEndpoint :?> IPEndPoint).Port
    let timing = timeOne listener masterPort
    // It would resume what it knows from the time before, and spare the master the save that ours asks for.
    replica.Ask("DEBUG", "CHANGE-REPL-ID") |> ignore
    replica.Ask("REPLICAOF", "127.0.0.1", string port) |> ignore

    if not (timing.Wait(TimeSpan.FromSeconds 10.0)) then
        failwith "The replica had no answer to PSYNC."

    replica.Ask("REPLICAOF", "NO", "ONE") |> ignore
    timing.Result

// A save that is still being cleared away would make whoever comes next wait.
let rec private untilIdle (master: RealServer) =
    if not (master.Ask("INFO", "persistence").Contains "rdb_bgsave_in_progress:0") then
        untilIdle master

/// Forty handshakes each, after a few that are not counted.
let handshake () =
    use master =
        RealServer.Start
            { ServerSettings.Default with
                Options = [ "repl-diskless-sync yes"; "repl-diskless-sync-delay 0" ]
            }

    use replica =
        RealServer.Start
            { ServerSettings.Default with
                Options = [ "enable-debug-command yes" ]
            }

    use listener = new TcpListener(IPAddress.Loopback, 0)
    listener.Start()

    let rounds =
        [
            for _ in 1 .. Rounds + 5 -> theirs replica listener master.Port, ours listener master.Port
        ]
        |> List.skip 5

    printfn "From the connection to the answer to PSYNC, seen from a proxy:"
    printfn $"redis-server replica     median {median (List.map fst rounds):F2} ms"
    printfn $"HybridReplica            median {median (List.map snd rounds):F2} ms"
