/// A replica can be stopped at any moment, and is gone within a second.
module HybridReplica.Tests.CancellationTests

open System
open System.IO
open System.IO.Pipes
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Fetching

/// Stops as soon as the step is seen, and leaves nothing behind.
let private stopsOnce (isAwaited: Event -> State -> bool) (options: ReplicaOptions) : Task<unit> =
    task {
        use place = new Place()
        use source = new CancellationTokenSource()
        let watcher = Watcher isAwaited
        options.Observer <- watcher
        use client = new ReplicaClient(options)
        let running = client.FetchSnapshotAsync(place.Target, null, source.Token)
        do! watcher.Seen.WaitAsync(TimeSpan.FromSeconds 10.0)
        let! elapsed = cancelled source running
        Expect.isLessThan elapsed (TimeSpan.FromSeconds 1.0) "time to stop"
        place.IsUntouched()
    }

let private stopsIn name isAwaited script =
    testCaseTask name (fun () ->
        task {
            use master = master script
            do! stopsOnce (fun _ state -> isAwaited state.Phase) (impatient master.Uri)
        })

let private isAsking wanted phase =
    match phase with
    | Phase.Asking(step, _) -> step = wanted
    | _ -> false

let private phases =
    testList
        "in each phase"
        [
            testCaseTask "connecting" (fun () ->
                task {
                    let port, keeper = stuckPort ()
                    use _ = keeper

                    do!
                        stopsOnce
                            (fun _ state -> state.Phase.IsConnecting)
                            (impatient (Uri $"redis://127.0.0.1:{port}"))
                })
            testCaseTask "agreeing on TLS" (fun () ->
                task {
                    let said = TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

                    use master =
                        master (fun stream ->
                            task {
                                let! _ = stream.ReadAsync(Array.zeroCreate<byte> 1, 0, 1)
                                said.TrySetResult() |> ignore
                                do! wait stream
                            })

                    use place = new Place()
                    use source = new CancellationTokenSource()
                    use client = new ReplicaClient(impatient (Uri $"rediss://127.0.0.1:{master.Port}"))
                    let running = client.FetchSnapshotAsync(place.Target, null, source.Token)
                    do! said.Task.WaitAsync(TimeSpan.FromSeconds 10.0)
                    let! elapsed = cancelled source running
                    Expect.isLessThan elapsed (TimeSpan.FromSeconds 1.0) "time to stop"
                    place.IsUntouched()
                })
            stopsIn "waiting for the answer to PING" (isAsking Step.Ping) wait
            stopsIn "waiting for the answer to PSYNC" (isAsking Step.Psync) (inTurn [ agree; wait ])
            stopsIn "waiting for the snapshot" _.IsAwaitingPreamble (inTurn [ promise; wait ])
            stopsIn "in a flood of newlines" _.IsAwaitingPreamble (inTurn [ promise; flood "\n" ])
            stopsIn "waiting for the first bytes" _.IsReadingHead (inTurn [ promise; say "$1000\r\nREDIS"; wait ])
            stopsIn
                "in the midst of the snapshot"
                _.IsReceiving
                (inTurn
                    [
                        promise
                        say "$1000000\r\n"
                        write (Array.take 500_000 (rdb 1_000_000))
                        wait
                    ])
            stopsIn
                "syncing the file"
                (function
                | Phase.Publishing(PublishStep.Syncing, _) -> true
                | _ -> false)
                (serveCounted (rdb 20_000_000))
            testCaseTask "waiting between two attempts" (fun () ->
                task {
                    let options = impatient (Uri $"redis://127.0.0.1:{freePort ()}")
                    options.Attempts <- 2
                    options.FirstPause <- TimeSpan.FromSeconds 30.0
                    do! stopsOnce (fun _ state -> state.Phase.IsResting) options
                })
            testCaseTask "writing to a pipe that nobody reads" (fun () ->
                task {
                    use master = master (serveCounted (rdb 5_000_000))
                    use pipe = new AnonymousPipeServerStream(PipeDirection.Out)
                    use source = new CancellationTokenSource()
                    let watcher = Watcher(fun happened _ -> happened.IsArrived)
                    let options = impatient master.Uri
                    options.Observer <- watcher
                    use client = new ReplicaClient(options)
                    let running = client.FetchSnapshotAsync(pipe, null, source.Token)
                    do! watcher.Seen.WaitAsync(TimeSpan.FromSeconds 10.0)
                    let! elapsed = cancelled source running
                    Expect.isLessThan elapsed (TimeSpan.FromSeconds 1.0) "time to stop"
                })
        ]

/// A stream that takes bytes and does not let go of whoever brings them, until it breaks.
type private StuckStream(breakage: exn) =
    inherit MemoryStream()
    let release = new ManualResetEventSlim()

    let writing =
        TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

    /// Completes when somebody brings bytes.
    member _.Writing: Task = writing.Task

    member _.Break() = release.Set()

    override _.WriteAsync(_: ReadOnlyMemory<byte>, _: CancellationToken) =
        writing.TrySetResult() |> ignore

        ValueTask(
            Task.Run(fun () ->
                release.Wait()
                raise breakage)
        )

/// Runs a work on a thread of its own, and waits for it.
let private onOwnThread (work: unit -> unit) =
    let thread = Thread work
    thread.Start()
    thread.Join()
    thread.ManagedThreadId

let private ways =
    testList
        "in other ways"
        [
            testCaseTask "before it began" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted (rdb 1000))
                    use client = new ReplicaClient(impatient master.Uri)
                    use source = new CancellationTokenSource()
                    source.Cancel()

                    let! _ =
                        cancelled source (client.FetchSnapshotAsync(place.Target, null, source.Token))

                    Expect.equal master.Connections 0 "connections"
                    place.IsUntouched()
                })
            testCaseTask "a stream that does not look at the token" (fun () ->
                task {
                    use master = master (serveCounted (rdb 1000))
                    use stream = new StuckStream(IOException())
                    use source = new CancellationTokenSource()
                    use client = new ReplicaClient(impatient master.Uri)
                    let running = client.FetchSnapshotAsync(stream, null, source.Token)
                    do! stream.Writing.WaitAsync(TimeSpan.FromSeconds 10.0)
                    let! elapsed = cancelled source running
                    stream.Break()
                    Expect.isLessThan elapsed (TimeSpan.FromSeconds 1.0) "time to stop"
                })
            testCaseTask "whoever asks for it does none of the work" (fun () ->
                task {
                    use master = master (serveCounted (rdb 1000))
                    use stream = new StuckStream(IOException())
                    use source = new CancellationTokenSource()
                    let threads = Collections.Concurrent.ConcurrentQueue<int>()
                    let options = impatient master.Uri

                    options.Observer <-
                        { new IReplicaObserver with
                            member _.Observe(happened, _, _) =
                                if happened.IsStopRequested then
                                    threads.Enqueue Environment.CurrentManagedThreadId
                        }

                    use client = new ReplicaClient(options)
                    let running = client.FetchSnapshotAsync(stream, null, source.Token)
                    do! stream.Writing.WaitAsync(TimeSpan.FromSeconds 10.0)
                    let canceller = onOwnThread source.Cancel
                    let! _ = cancelled source running
                    stream.Break()
                    Expect.isNonEmpty threads "the stop is seen"
                    Expect.isFalse (Seq.contains canceller threads) "by another thread"
                })
            testCaseTask "what becomes of a write that nobody waits for is nobody's bug" (fun () ->
                task {
                    let breakage = IOException "Nobody waits for this any more."
                    let unobserved = Collections.Concurrent.ConcurrentQueue<exn>()

                    let watch =
                        EventHandler<UnobservedTaskExceptionEventArgs>(fun _ found ->
                            if found.Exception.InnerExceptions.Contains breakage then
                                unobserved.Enqueue breakage)

                    TaskScheduler.UnobservedTaskException.AddHandler watch
                    use master = master (serveCounted (rdb 1000))
                    use source = new CancellationTokenSource()

                    do!
                        task {
                            use stream = new StuckStream(breakage)
                            use client = new ReplicaClient(impatient master.Uri)
                            let running = client.FetchSnapshotAsync(stream, null, source.Token)
                            do! stream.Writing.WaitAsync(TimeSpan.FromSeconds 10.0)
                            let! _ = cancelled source running
                            stream.Break()
                        }

                    for _ in 1..10 do
                        do! Task.Delay 20
                        GC.Collect()
                        GC.WaitForPendingFinalizers()

                    TaskScheduler.UnobservedTaskException.RemoveHandler watch
                    Expect.isEmpty unobserved "exceptions that nobody looked at"
                })
            testCaseTask "by disposing the client" (fun () ->
                task {
                    use place = new Place()
                    use master = master (inTurn [ promise; wait ])
                    let watcher = Watcher(fun _ state -> state.Phase.IsAwaitingPreamble)
                    let options = impatient master.Uri
                    options.Observer <- watcher
                    let client = new ReplicaClient(options)
                    let running = client.FetchSnapshotAsync place.Target
                    do! watcher.Seen.WaitAsync(TimeSpan.FromSeconds 10.0)
                    do! client.DisposeAsync()
                    place.IsUntouched()

                    let! ended =
                        task {
                            try
                                let! _ = inTime running
                                return false
                            with :? OperationCanceledException ->
                                return true
                        }

                    Expect.isTrue ended "the call is cancelled"

                    let late () =
                        client.FetchSnapshotAsync(place.Target).GetAwaiter().GetResult() |> ignore

                    Expect.throwsT<ObjectDisposedException> late "nothing begins any more"
                })
            testCaseTask "a bug in the observer leaves nothing behind either" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted (rdb 1_000_000))
                    let options = impatient master.Uri

                    options.Observer <-
                        { new IReplicaObserver with
                            member _.Observe(_, state, _) =
                                if state.Phase.IsReceiving then
                                    invalidOp "a bug"
                        }

                    let! message =
                        task {
                            try
                                let! _ = fetch place options
                                return ""
                            with :? InvalidOperationException as exn ->
                                return exn.Message
                        }

                    Expect.equal message "a bug" "the exception flies"
                    place.IsUntouched()
                })
        ]

let tests = testList "cancellation" [ phases; ways ]
