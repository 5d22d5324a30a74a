/// Masters that fall silent, die, come back, or have forgotten what a follower wants.
module HybridReplica.Tests.Real.FollowOutageTests

open System
open System.IO
open Expecto
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Address
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following
open HybridReplica.Tests.Real.Waiting

// No PING moves the offset behind our back.
let private quiet = [ "repl-ping-replica-period 3600" ]

let private isSilence (given: Given) =
    match given with
    | Given.Disconnected(Fault.Silence _) -> true
    | _ -> false

let private isLost (given: Given) =
    match given with
    | Given.FullResync(FullResyncReason.PositionLost _) -> true
    | _ -> false

/// The last position that the follower was given.
let lastPosition (follower: Follower) : Position =
    follower.Entries |> List.choose _.Position |> List.last

// A server that is killed, after it saved and then did something more, and is started again on the same port.
let private restart (more: Client -> Follower -> unit) (afterwards: Client -> Follower -> unit) =
    use place = new Place()
    use first = RealServer.Start(DataSet.diskless quiet)
    use writer = connect first
    use follower = follow (optionsFor first.Port) acknowledging
    writer.Say "SET first 1" |> ignore
    catchUp writer follower
    writer.Say "SAVE" |> ignore
    File.Copy(Path.Combine(first.Folder, "dump.rdb"), place.Target, true)
    more writer follower
    first.Kill()
    follower.Await("the loss of the connection", _.Given.IsDisconnected)

    use second =
        RealServer.Start
            { DataSet.diskless quiet with
                Snapshot = ValueSome place.Target
                Port = ValueSome first.Port
            }

    use writer = connect second
    follower.Await("the news that it is back", (fun entry -> entry.Given.IsResumed || isLost entry.Given))
    writer.Say "SET second 2" |> ignore
    catchUp writer follower
    afterwards writer follower

// Writes more than the smallest backlog holds while nobody can follow.
let private forget (server: RealServer) (address: Address) =
    address.Close()
    use client = connect server
    until "nobody follows" (fun () -> client.Info("replication", "connected_slaves") = "0")
    Filling.fill server.Port 1
    address.MoveTo server.Port

let private forgetful () =
    RealServer.Start(DataSet.diskless [ "repl-backlog-size 16kb" ])

let tests =
    testList
        "outages of masters"
        [
            testCase "a master that stops for longer than the timeout is followed on as soon as it goes on" (fun () ->
                use server = RealServer.Start(DataSet.diskless [ "repl-ping-replica-period 1" ])
                use writer = connect server
                let options = optionsFor server.Port
                options.Timeout <- TimeSpan.FromSeconds 2.0
                use follower = follow options acknowledging
                writer.Say "SET first 1" |> ignore
                catchUp writer follower
                server.Signal "STOP"

                try
                    follower.Await("the silence", (fun entry -> isSilence entry.Given))
                finally
                    server.Signal "CONT"

                follower.Await("the news that the stream goes on", _.Given.IsResumed)
                writer.Say "SET second 2" |> ignore
                catchUp writer follower
                Expect.equal (linesOf follower.Entries) [ "SET first 1"; "SET second 2" ] "what came"
                Expect.equal (writer.Info("stats", "sync_full")) "1" "full resyncs")
            testCase
                "a master that died goes on where its file ends: under another id, and with nothing lost"
                (fun () ->
                    restart (fun _ _ -> ()) (fun writer follower ->
                        Expect.equal (writer.Info("stats", "sync_full")) "0" "full resyncs since"
                        Expect.equal (follower.Count _.IsFullResync) 1 "full resyncs"
                        let id = writer.Info("replication", "master_replid")
                        Expect.equal (lastPosition follower).Id.Text id "the id that the position has now"
                        Expect.equal (linesOf follower.Entries) [ "SET first 1"; "SET second 2" ] "what came"))
            testCase "a master that died and lost what the follower has is copied anew" (fun () ->
                restart
                    (fun writer follower ->
                        writer.Say "SET lost 1" |> ignore
                        catchUp writer follower)
                    (fun writer follower ->
                        Expect.equal (writer.Info("stats", "sync_full")) "1" "full resyncs since"
                        Expect.equal (follower.Count _.IsSnapshotReceived) 2 "snapshots"

                        Expect.equal
                            (linesOf follower.Entries)
                            [ "SET first 1"; "SET lost 1"; "SET second 2" ]
                            "what came"))
            testCase "a backlog that is too small: everything is copied anew" (fun () ->
                use server = forgetful ()
                use writer = connect server
                use address = new Address(server.Port)
                use follower = follow (optionsFor address.Port) acknowledging
                writer.Say "SET first 1" |> ignore
                catchUp writer follower
                let reached = lastPosition follower
                forget server address
                follower.AwaitCount("a snapshot", 2, _.IsSnapshotReceived)
                writer.Say "SET second 2" |> ignore
                catchUp writer follower

                let reasons =
                    [
                        for entry in follower.Entries do
                            match entry.Given with
                            | Given.FullResync reason -> reason
                            | _ -> ()
                    ]

                Expect.equal
                    reasons
                    [ FullResyncReason.NoPosition; FullResyncReason.PositionLost reached ]
                    "why everything was copied"

                Expect.equal (linesOf follower.Entries) [ "SET first 1"; "SET second 2" ] "what came")
            testCase "a backlog that is too small, and only a partial resync allowed: the end" (fun () ->
                use server = forgetful ()
                use writer = connect server

                let position =
                    use follower = follow (optionsFor server.Port) acknowledging
                    lastPosition follower

                use address = new Address(server.Port)
                let options = optionsFor address.Port
                options.Resume <- ResumePolicy.PartialOnly
                use follower = new Follower(options, Some position, acknowledging)
                writer.Say "SET first 1" |> ignore
                catchUp writer follower
                let reached = lastPosition follower
                forget server address

                match follower.Fault with
                | Fault.Gap(wanted, offered) ->
                    Expect.equal wanted reached "the position that was wanted"
                    Expect.isGreaterThan offered.Offset wanted.Offset "the position that was offered"
                | other -> failtestf "it should have ended in a gap, and ended in %A" other

                Expect.equal (linesOf follower.Entries) [ "SET first 1" ] "what came"
                Expect.equal (follower.Count _.IsSnapshotStarted) 0 "snapshots")
        ]
