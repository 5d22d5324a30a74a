/// Snapshots that arrive.
module HybridReplica.Tests.FetchTests

open System
open System.IO
open System.Net
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Fetching

let private snapshot = rdb 3_000_000

let private holdsAll (info: SnapshotInfo) payload (path: string | null) =
    Expect.equal info.Bytes (int64 snapshot.Length) "bytes"
    Expect.equal info.Checksum SnapshotChecksum.Verified "checksum"
    Expect.equal info.RdbVersion "REDIS0010" "version"
    Expect.equal info.ReplicationId replicationId "replication id"
    Expect.equal info.Offset (Nullable 1234L) "offset"
    Expect.equal info.Dialect "redis6" "dialect"
    Expect.equal info.Payload payload "payload"
    Expect.equal info.Path path "path"

let private arrivals =
    testList
        "arrival"
        [
            testCaseTask "a snapshot of known length replaces the target" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted snapshot)
                    let! info = fetch place (impatient master.Uri)
                    holdsAll info SnapshotPayload.Counted place.Target
                    place.Holds snapshot
                })
            testCaseTask "a snapshot with a mark behind it replaces the target" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveUntilMark snapshot)
                    let! info = fetch place (impatient master.Uri)
                    holdsAll info SnapshotPayload.Eof place.Target
                    place.Holds snapshot
                })
            testCaseTask "a stream gets exactly the snapshot, and stays open" (fun () ->
                task {
                    use master = master (serveUntilMark snapshot)
                    use stream = new MemoryStream()
                    let! info = fetchInto stream (impatient master.Uri)
                    holdsAll info SnapshotPayload.Eof null
                    Expect.isTrue (stream.ToArray().AsSpan().SequenceEqual snapshot) "the stream holds the snapshot"
                    Expect.isTrue stream.CanWrite "the stream is open"
                })
            testCaseTask "a unix socket is as good as a port" (fun () ->
                task {
                    use place = new Place()
                    use sockets = new Place()
                    use master = masterAt (Path.Combine(sockets.Folder, "s o")) (serveCounted snapshot)
                    let! _ = fetch place (impatient master.Uri)
                    place.Holds snapshot
                })
            testCaseTask "a master of 2.6 says less" (fun () ->
                task {
                    use place = new Place()

                    use master =
                        master (inTurn [ agree; say $"${snapshot.Length}\r\n"; write snapshot; wait ])

                    let! info =
                        fetch place (ReplicaOptions(Master = master.Uri, Dialect = Dialect.Redis26))

                    Expect.equal info.Dialect "redis26" "dialect"
                    Expect.isNull info.ReplicationId "replication id"
                    Expect.isFalse info.Offset.HasValue "offset"
                    place.Holds snapshot
                })
            testCaseTask "a new file can be read by all, and written by its owner" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted snapshot)
                    let! _ = fetch place (impatient master.Uri)

                    if not (OperatingSystem.IsWindows()) then
                        let mode = File.GetUnixFileMode place.Target
                        Expect.equal (mode &&& UnixFileMode.UserRead) UnixFileMode.UserRead "readable"
                        Expect.equal (mode &&& UnixFileMode.GroupWrite) UnixFileMode.None "not writable by others"
                        Expect.equal (mode &&& UnixFileMode.UserExecute) UnixFileMode.None "not executable"
                })
            testCaseTask "a symbolic link is replaced, and not what it points to" (fun () ->
                task {
                    use place = new Place()
                    use elsewhere = new Place()
                    File.Delete place.Target
                    File.CreateSymbolicLink(place.Target, elsewhere.Target) |> ignore
                    use master = master (serveCounted snapshot)
                    let! _ = fetch place (impatient master.Uri)
                    place.Holds snapshot
                    Expect.isNull (FileInfo(place.Target).LinkTarget) "the target is no link any more"
                    elsewhere.IsUntouched()
                })
            testCaseTask "the connection comes from the address to bind to" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted snapshot)
                    let options = impatient master.Uri
                    options.BindAddress <- IPAddress.Parse "127.0.0.2"

                    if OperatingSystem.IsLinux() then
                        let! _ = fetch place options
                        place.Holds snapshot
                })
        ]

let private attempts =
    testList
        "attempts"
        [
            testCaseTask "what fails in passing is tried again, from the start" (fun () ->
                task {
                    use place = new Place()

                    use master =
                        masterOfEach (fun number ->
                            if number = 1 then
                                inTurn [ promise; say $"${snapshot.Length}\r\n"; write (Array.take 100_000 snapshot) ]
                            else
                                serveCounted snapshot)

                    let options = impatient master.Uri
                    options.Attempts <- 2
                    let! _ = fetch place options
                    Expect.equal master.Connections 2 "connections"
                    place.Holds snapshot
                })
            testCaseTask "what came before the connection was lost is not lost with it" (fun () ->
                task {
                    use place = new Place()
                    let short = rdb 1000
                    // All answers at once, long before the questions; and while they wait, the folder is gone for a
                    // second.
                    let answers =
                        $"+PONG\r\n+OK\r\n+OK\r\n+FULLRESYNC {replicationId} 1234\r\n${short.Length}\r\n"

                    use master = master (inTurn [ say answers; write short; fallSilent; wait ])
                    let options = impatient master.Uri

                    options.Observer <-
                        { new IReplicaObserver with
                            member _.Observe(happened, state, _) =
                                match happened, state.Phase with
                                | Event.Replied _, Phase.Opening _ -> Directory.Move(place.Folder, place.Folder + "x")
                                | _, Phase.OpeningAgain _ -> Directory.Move(place.Folder + "x", place.Folder)
                                | _ -> ()
                        }

                    let! _ = fetch place options
                    place.Holds short
                })
            testCaseTask "one client fetches twice at the same time" (fun () ->
                task {
                    use one = new Place()
                    use other = new Place()
                    use master = master (serveUntilMark snapshot)
                    use client = new ReplicaClient(impatient master.Uri)
                    let first = client.FetchSnapshotAsync one.Target
                    let second = client.FetchSnapshotAsync other.Target
                    let! _ = inTime first
                    let! _ = inTime second
                    one.Holds snapshot
                    other.Holds snapshot
                })
        ]

let private watching =
    testList
        "watching"
        [
            testCaseTask "the observer sees every step from the first to the last" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted snapshot)
                    let watcher = Watcher(fun _ _ -> false)
                    let options = impatient master.Uri
                    options.Observer <- watcher
                    let! _ = fetch place options
                    let steps = watcher.Steps

                    let retold =
                        (State.Initial(options.ToSettings Destination.File), steps)
                        ||> List.fold (fun state (struct (happened, seen, commands)) ->
                            let next, decided = Replica.transition (state, happened)
                            Expect.equal seen next "the state after a step"
                            Expect.equal commands decided "the commands of a step"
                            next)

                    Expect.isTrue retold.HasEnded "the last step ends the session"
                    let (struct (first, _, _)) = List.head steps
                    Expect.equal first Event.Started "the first step"
                })
            testCaseTask "progress goes through Redis' states and up to the last byte" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted snapshot)
                    let progress = ProgressList()
                    use client = new ReplicaClient(impatient master.Uri)
                    let! _ = inTime (client.FetchSnapshotAsync(place.Target, progress))
                    let states = progress.Reports |> List.map _.ReplState |> List.distinct

                    Expect.equal
                        states
                        [
                            "REPL_STATE_CONNECT"
                            "REPL_STATE_CONNECTING"
                            "REPL_STATE_RECEIVE_PONG"
                            "REPL_STATE_RECEIVE_PORT"
                            "REPL_STATE_RECEIVE_CAPA"
                            "REPL_STATE_SEND_PSYNC"
                            "REPL_STATE_RECEIVE_PSYNC"
                            "REPL_STATE_TRANSFER"
                            "REPL_STATE_NONE"
                        ]
                        "states"

                    let final = List.last progress.Reports
                    Expect.equal final.BytesReceived (int64 snapshot.Length) "bytes in the last report"
                    Expect.equal final.BytesTotal (Nullable(int64 snapshot.Length)) "the size in the last report"

                    let transfer =
                        progress.Reports |> List.filter (fun report -> report.BytesTotal.HasValue)

                    let received = transfer |> List.map _.BytesReceived
                    Expect.equal received (List.sort received) "bytes never become fewer"
                    Expect.equal (List.last received) (int64 snapshot.Length) "the last byte is reported"
                    Expect.equal (List.last transfer).BytesTotal (Nullable(int64 snapshot.Length)) "the size"
                })
        ]

let tests = testList "fetch" [ arrivals; attempts; watching ]
