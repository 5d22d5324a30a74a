/// Snapshots that do not arrive: each cause has its fault, and leaves everything as it was.
module HybridReplica.Tests.FailureTests

open System
open System.IO
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Fetching

/// Fails as it should, and leaves the target alone.
let private fails (options: ReplicaOptions) : Task<Fault> =
    task {
        use place = new Place()
        let! exn = failure (fetch place options)
        place.IsUntouched()
        return exn.Fault
    }

let private failsWith name script adjust expected =
    testCaseTask name (fun () ->
        task {
            use master = master script
            let options = impatient master.Uri
            adjust options
            let! fault = fails options
            Expect.equal fault expected "the fault"
        })

let private asIs (_: ReplicaOptions) = ()

let private oneSecond = TimeSpan.FromSeconds 1.0

let private network =
    testList
        "network"
        [
            testCaseTask "nobody listens" (fun () ->
                task {
                    let! fault = fails (impatient (Uri $"redis://127.0.0.1:{freePort ()}"))
                    Expect.equal fault (Fault.ConnectFailed NetworkTrouble.Refused) "the fault"
                })
            testCaseTask "the host has no such name" (fun () ->
                task {
                    // Without a network nobody can say that the name does not exist.
                    let! fault = fails (impatient (Uri "redis://no-such-host.invalid"))

                    Expect.contains
                        [
                            Fault.ConnectFailed NetworkTrouble.NameNotFound
                            Fault.ConnectFailed NetworkTrouble.LookupFailed
                        ]
                        fault
                        "the fault"
                })
            testCaseTask "there is no such socket" (fun () ->
                task {
                    use place = new Place()
                    let! fault = fails (impatient (Uri $"unix://{place.Folder}/none"))
                    Expect.equal fault (Fault.ConnectFailed NetworkTrouble.NoSuchSocket) "the fault"
                })
            testCaseTask "a file is no socket" (fun () ->
                task {
                    use place = new Place()
                    let! fault = fails (impatient (Uri $"unix://{place.Target}"))
                    Expect.equal fault (Fault.ConnectFailed NetworkTrouble.Refused) "the fault"
                })
            testCaseTask "the address to bind to is not ours" (fun () ->
                task {
                    use master = master wait
                    let options = impatient master.Uri
                    options.BindAddress <- Net.IPAddress.Parse "192.0.2.1"
                    let! fault = fails options
                    Expect.equal fault (Fault.ConnectFailed NetworkTrouble.BindFailed) "the fault"
                })
            testCaseTask "the address to bind to is of another family" (fun () ->
                task {
                    use master = master wait
                    let options = impatient master.Uri
                    options.BindAddress <- Net.IPAddress.IPv6Loopback
                    let! fault = fails options
                    Expect.equal fault (Fault.ConnectFailed NetworkTrouble.BindFailed) "the fault"
                })
            testCaseTask "nobody takes the connection" (fun () ->
                task {
                    let port, keeper = stuckPort ()
                    use _ = keeper
                    let options = impatient (Uri $"redis://127.0.0.1:{port}")
                    options.Timeout <- oneSecond
                    let! fault = fails options
                    Expect.equal fault (Fault.ConnectTimedOut 1) "the fault"
                })
            testCaseTask "nobody takes the connection at a unix socket" (fun () ->
                task {
                    use sockets = new Place()
                    let path = IO.Path.Combine(sockets.Folder, "master")
                    use _ = stuckSocket path
                    let options = impatient (Uri $"unix://{path}")
                    options.Timeout <- oneSecond
                    let! fault = fails options
                    Expect.equal fault (Fault.ConnectTimedOut 1) "the fault"
                })
            failsWith
                "the connection is closed in the midst of the snapshot"
                (inTurn [ promise; say "$100000\r\n"; write (Array.take 50_000 (rdb 100_000)) ])
                asIs
                (Fault.Disconnected NetworkTrouble.Closed)
            failsWith
                "the connection is closed in the midst of a line"
                (inTurn [ hearOne; say "+PO" ])
                asIs
                (Fault.Disconnected NetworkTrouble.Closed)
        ]

let private talk =
    testList
        "talk"
        [
            failsWith "a silent master" wait (fun options -> options.Timeout <- oneSecond) (Fault.Silence 1)
            testCaseTask "a master that is silent for as long as Redis waits" (fun () ->
                task {
                    use place = new Place()
                    use master = master wait
                    let clock = SetClock()
                    let watcher = Watcher(fun _ state -> state.Phase.IsAsking)

                    let options =
                        ReplicaOptions(Master = master.Uri, Attempts = 1, TimeProvider = clock, Observer = watcher)

                    let running = fetch place options
                    do! watcher.Seen.WaitAsync(TimeSpan.FromSeconds 10.0)
                    clock.GoOn(TimeSpan.FromSeconds 61.0)
                    let! exn = failure running
                    Expect.equal exn.Fault (Fault.Silence 60) "the fault"
                    place.IsUntouched()
                })
            failsWith
                "a web server"
                (inTurn [ hearOne; say "HTTP/1.1 400 Bad Request\r\n\r\n"; wait ])
                asIs
                (Fault.UnexpectedReply(Step.Ping, Reply.Garbled "HTTP/1.1 400 Bad Request"))
            failsWith
                "a line without an end"
                (flood "a")
                asIs
                (Fault.LineTooLong(Limits.HandshakeLine, String.replicate 200 "a"))
            failsWith
                "newlines without end instead of an answer to PSYNC"
                (inTurn [ agree; flood "\n" ])
                (fun options -> options.HandshakeTimeout <- oneSecond)
                (Fault.HandshakeTooLong 1)
            failsWith
                "newlines without end instead of a snapshot"
                (inTurn [ promise; flood "\n" ])
                (fun options -> options.PreparationTimeout <- oneSecond)
                (Fault.PreparationTooLong 1)
            failsWith
                "a reply that is begun and not finished"
                (inTurn [ say "+"; wait ])
                (fun options -> options.ReplyTimeout <- oneSecond)
                (Fault.ReplyTooSlow 1)
            failsWith
                "a master with too many clients says so and closes the connection"
                (say "-ERR max number of clients reached\r\n")
                asIs
                (Fault.MasterBusy(Reply.Error "ERR max number of clients reached"))
            failsWith
                "a snapshot that is none"
                (inTurn [ promise; say "$20\r\nthis is not a dump!!" ])
                asIs
                (Fault.SnapshotCorrupt RdbVerdict.NotRdb)
            testCaseTask "a snapshot that was damaged on its way" (fun () ->
                task {
                    let damaged = rdb 100_000
                    damaged[50_000] <- damaged[50_000] ^^^ 1uy
                    use master = master (serveUntilMark damaged)
                    let! fault = fails (impatient master.Uri)

                    match fault with
                    | Fault.SnapshotCorrupt(RdbVerdict.ChecksumMismatch _) -> ()
                    | other -> failtestf "It should be the checksum, but was %A." other
                })
        ]

let private target =
    testList
        "target"
        [
            testCaseTask "the folder does not exist" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted (rdb 1000))
                    use client = new ReplicaClient(impatient master.Uri)

                    let! exn =
                        failure (inTime (client.FetchSnapshotAsync(Path.Combine(place.Folder, "no", "dump.rdb"))))

                    Expect.equal exn.Fault (Fault.File(FileStep.Check, FileTrouble.NotFound)) "the fault"
                    Expect.equal exn.Blame Blame.Disk "the blame"
                    Expect.equal master.Connections 0 "the master is not troubled"
                    place.IsUntouched()
                })
            testCaseTask "the target is a folder" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted (rdb 1000))
                    use client = new ReplicaClient(impatient master.Uri)
                    let! exn = failure (inTime (client.FetchSnapshotAsync place.Folder))
                    Expect.equal exn.Fault (Fault.File(FileStep.Check, FileTrouble.IsFolder)) "the fault"
                    place.IsUntouched()
                })
            testCaseTask "the target is a named pipe, which no file must replace" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted (rdb 1000))
                    use client = new ReplicaClient(impatient master.Uri)
                    let pipe = Path.Combine(place.Folder, "pipe")
                    RealServer.runProgram "mkfifo" [ pipe ] [] |> ignore
                    let! exn = failure (inTime (client.FetchSnapshotAsync pipe))
                    Expect.equal exn.Fault (Fault.File(FileStep.Check, FileTrouble.NotAFile)) "the fault"
                    Expect.equal master.Connections 0 "the master is not troubled"
                    File.Delete pipe
                    place.IsUntouched()
                })
            testCaseTask "the folder cannot be written" (fun () ->
                task {
                    // Nobody may create files there, not even root.
                    if Directory.Exists "/sys/kernel" then
                        use master = master (serveCounted (rdb 1000))
                        use client = new ReplicaClient(impatient master.Uri)
                        let! exn = failure (inTime (client.FetchSnapshotAsync "/sys/kernel/dump.rdb"))

                        Expect.contains
                            [
                                Fault.File(FileStep.Check, FileTrouble.Denied)
                                Fault.File(FileStep.Check, FileTrouble.ReadOnly)
                            ]
                            exn.Fault
                            "the fault"
                })
            testCaseTask "the disk behind a stream is full" (fun () ->
                task {
                    if File.Exists "/dev/full" then
                        use master = master (serveCounted (rdb 1000))
                        use full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write)
                        let! exn = failure (fetchInto full (impatient master.Uri))
                        Expect.equal exn.Fault (Fault.File(FileStep.Write, FileTrouble.Full)) "the fault"
                })
            testCaseTask "nobody reads the pipe" (fun () ->
                task {
                    use master = master (serveCounted (rdb 1_000_000))
                    use pipe = new Pipes.AnonymousPipeServerStream(Pipes.PipeDirection.Out)
                    pipe.DisposeLocalCopyOfClientHandle()
                    pipe.ClientSafePipeHandle.Dispose()
                    let! exn = failure (fetchInto pipe (impatient master.Uri))
                    Expect.equal exn.Fault (Fault.File(FileStep.Write, FileTrouble.BrokenPipe)) "the fault"
                })
            testCaseTask "a snapshot that was begun in a stream is not begun again" (fun () ->
                task {
                    let snapshot = rdb 100_000
                    use master = master (inTurn [ promise; say "$200000\r\n"; write snapshot ])
                    use stream = new MemoryStream()
                    let options = impatient master.Uri
                    options.Attempts <- 3
                    let! exn = failure (fetchInto stream options)
                    Expect.equal exn.Fault (Fault.Disconnected NetworkTrouble.Closed) "the fault"
                    Expect.equal master.Connections 1 "connections"
                    Expect.equal stream.Length (int64 snapshot.Length) "bytes in the stream"
                })
        ]

let tests = testList "failures" [ network; talk; target ]
