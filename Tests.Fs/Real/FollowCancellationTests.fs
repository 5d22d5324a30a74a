/// Followers that are stopped at any moment are gone at once, and leave nothing behind.
module HybridReplica.Tests.Real.FollowCancellationTests

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.IO
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following
open HybridReplica.Tests.Real.Waiting

// How many sessions, and how many of them at a time.
let private sessions = 1000
let private atATime = 8

/// How far a session came, and how long it took to stop.
[<NoComparison; NoEquality>]
type private Session =
    {
        Client: WeakReference
        Reached: string
        Stopping: TimeSpan
    }

/// Hears how far the model came.
type private Phases() =
    let mutable last = "Idle"
    member _.Last = last

    interface IReplicaObserver with
        member _.Observe(_, state, _) = last <- state.Phase.Name

let private enumerate (client: ReplicaClient) (from: Position option) (stop: CancellationToken) =
    task {
        let stream =
            match from with
            | Some position -> client.FollowAsync(position, stop)
            | None -> client.FollowAsync(cancellationToken = stop)

        try
            use events = stream.GetAsyncEnumerator()

            while! events.MoveNextAsync() do
                client.Acknowledge events.Current.Position
        with :? OperationCanceledException ->
            ()
    }

// Follows for so long. Nothing here may keep the client alive when it is over.
[<MethodImpl(MethodImplOptions.NoInlining)>]
let private run (port: int) (from: Position option) (patience: TimeSpan) : Task<Session> =
    task {
        use stop = new CancellationTokenSource()
        let phases = Phases()
        let options = optionsFor port
        options.Observer <- phases
        use client = new ReplicaClient(options)
        let running = Task.Run(fun () -> enumerate client from stop.Token :> Task)
        // The moment is drawn, not awaited: it may fall into anything.
        do! Task.Delay patience
        let reached = phases.Last
        let start = Stopwatch.GetTimestamp()
        stop.Cancel()
        do! running.WaitAsync(TimeSpan.FromSeconds 10.0)

        return
            {
                Client = WeakReference client
                Reached = reached
                Stopping = Stopwatch.GetElapsedTime start
            }
    }

let private sockets () =
    Directory.GetFiles "/proc/self/fd"
    |> Array.filter (fun link ->
        match FileInfo(link).LinkTarget with
        | null -> false
        | target -> target.StartsWith("socket:", StringComparison.Ordinal))
    |> Array.length

// Threads of connections, by the beginning of their name: the kernel keeps fifteen characters.
let private linkThreads () =
    Directory.GetDirectories "/proc/self/task"
    |> Array.filter (fun folder ->
        try
            File.ReadAllText(Path.Combine(folder, "comm")).TrimEnd() = "HybridReplica l"
        with :? IOException ->
            false)
    |> Array.length

let private isAlive (session: Session) =
    GC.Collect()
    session.Client.IsAlive

// Half of them go on from a position, and so reach the stream soon.
let private runAll (server: RealServer) (position: Position) (seed: int) : Session list =
    let random = Random seed
    let numbers = ConcurrentQueue<TimeSpan * Position option>()

    for i in 1..sessions do
        let from = if i % 2 = 0 then Some position else None
        numbers.Enqueue((TimeSpan.FromMilliseconds(random.NextDouble() * 40.0), from))

    let ended = ConcurrentBag<Session>()

    let rec work () : Task =
        task {
            match numbers.TryDequeue() with
            | true, (patience, from) ->
                let! session = run server.Port from patience
                ended.Add session
                do! work ()
            | _ -> ()
        }

    Task.WaitAll [| for _ in 1..atATime -> Task.Run(fun () -> work ()) |]
    List.ofSeq ended

let tests =
    testSequenced
    <| testList
        "stopping to follow"
        [
            testCase "at 1,000 random moments: at once, and nothing is left" (fun () ->
                use server = RealServer.Start(DataSet.holding [ "repl-diskless-sync no" ])
                use client = connect server
                DataSet.fill server

                let position =
                    use follower = follow (optionsFor server.Port) acknowledging
                    catchUp client follower
                    FollowOutageTests.lastPosition follower

                until "no connection is left of before" (fun () -> linkThreads () = 0)
                let before = sockets ()
                let seed = Random.Shared.Next()
                let ended = runAll server position seed
                let slowest = ended |> List.map _.Stopping |> List.max
                let reached = ended |> List.countBy _.Reached |> List.sort

                let milliseconds = slowest.TotalMilliseconds
                printfn $"1,000 followers stopped, seed {seed}: %A{reached}, the slowest after %.0f{milliseconds} ms"

                Expect.equal ended.Length sessions "sessions that came to an end"
                Expect.isLessThan slowest.TotalSeconds 1.0 $"seconds until the slowest had stopped, seed {seed}"
                until "the master has no replica left" (fun () -> client.Tell "CLIENT LIST TYPE replica" = "")
                until "no thread is left" (fun () -> linkThreads () = 0)
                until "no socket is left" (fun () -> sockets () <= before)
                until "nothing holds on to a client" (fun () -> ended |> List.exists isAlive |> not))
        ]
