/// A replica takes over from its master, and whoever follows hardly notices.
module HybridReplica.Tests.Real.FollowFailoverTests

open System
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Address
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following
open HybridReplica.Tests.Real.FollowOutageTests
open HybridReplica.Tests.Real.Waiting

let private replicaOf (server: RealServer) =
    let replica =
        RealServer.Start(DataSet.diskless [ $"replicaof 127.0.0.1 {server.Port}" ])

    use client = connect replica
    until "the replica has joined" (fun () -> client.Info("replication", "master_link_status") = "up")
    replica

let private offsetOf (client: Client) =
    int64 (client.Info("replication", "master_repl_offset"))

// Both have the same.
let private level (master: Client) (replica: Client) =
    until "the replica has everything" (fun () -> offsetOf replica = offsetOf master)

let private acknowledgedTo (client: Client) =
    match client.Info("replication", "slave0").Split("offset=") with
    | [| _; rest |] -> int64 (rest.Split(',')[0])
    | _ -> -1L

let tests =
    testList
        "failovers"
        [
            testCase "the follower goes on with the replica that took over, and nothing is lost or doubled" (fun () ->
                use first = RealServer.Start(DataSet.diskless [])
                use second = replicaOf first
                use old = connect first
                use writer = connect second
                use address = new Address(first.Port)
                use follower = follow (optionsFor address.Port) acknowledging

                for i in 1..100 do
                    old.Say $"RPUSH list {i}" |> ignore

                level old writer
                writer.Say "REPLICAOF NO ONE" |> ignore
                address.MoveTo second.Port
                follower.Await("the news that the stream goes on", _.Given.IsResumed)

                for i in 101..200 do
                    writer.Say $"RPUSH list {i}" |> ignore

                catchUp writer follower
                Expect.equal (linesOf follower.Entries) [ for i in 1..200 -> $"RPUSH list {i}" ] "what came"
                Expect.equal (follower.Count _.IsFullResync) 1 "full resyncs"
                Expect.equal (writer.Info("stats", "sync_partial_ok")) "1" "partial resyncs of the second"

                Expect.equal
                    (lastPosition follower).Id.Text
                    (writer.Info("replication", "master_replid"))
                    "the id that the position has now"

                until "all of it is acknowledged" (fun () -> acknowledgedTo writer = offsetOf writer))
            testCase "what is acknowledged under the old id counts for the new master" (fun () ->
                use first = RealServer.Start(DataSet.diskless [ "repl-ping-replica-period 3600" ])
                use second = replicaOf first
                use old = connect first
                use writer = connect second
                use address = new Address(first.Port)
                use follower = follow (optionsFor address.Port) silent
                old.Say "SET first 1" |> ignore
                catchUp old follower
                let reached = lastPosition follower
                level old writer
                writer.Say "REPLICAOF NO ONE" |> ignore
                address.MoveTo second.Port
                follower.Await("the news that the stream goes on", _.Given.IsResumed)
                Expect.equal (writer.Say "WAIT 1 50") (Number 0L) "replicas before it is acknowledged"
                follower.Client.Acknowledge reached
                until "it is acknowledged" (fun () -> acknowledgedTo writer >= reached.Offset.Bytes)
                let id = writer.Info("replication", "master_replid")
                Expect.notEqual reached.Id.Text id "the id under which it was acknowledged")
            testCase "a follower that has more than the new master begins anew" (fun () ->
                use first = RealServer.Start(DataSet.diskless [])
                use second = replicaOf first
                use old = connect first
                use writer = connect second
                level old writer
                use address = new Address(first.Port)
                use follower = follow (optionsFor address.Port) acknowledging
                writer.Say "REPLICAOF NO ONE" |> ignore
                old.Say "SET lost 1" |> ignore
                catchUp old follower
                address.MoveTo second.Port
                follower.AwaitCount("a snapshot", 2, _.IsSnapshotReceived)
                writer.Say "SET second 2" |> ignore
                catchUp writer follower
                Expect.equal (linesOf follower.Entries) [ "SET lost 1"; "SET second 2" ] "what came"
                Expect.equal (follower.Count _.IsResumed) 0 "resumptions")
            testCase "behind a replica, the first command without SELECT is for the right database" (fun () ->
                use first = RealServer.Start(DataSet.diskless [])
                use second = replicaOf first
                use writer = connect first
                use client = connect second
                writer.Say "SELECT 5" |> ignore
                writer.Say "SET before 1" |> ignore
                level writer client
                use follower = follow (optionsFor second.Port) acknowledging
                writer.Say "SET first 1" |> ignore
                writer.Say "SELECT 6" |> ignore
                writer.Say "SET second 2" |> ignore
                catchUp writer follower

                let found =
                    [
                        for entry in follower.Entries do
                            match entry.Given with
                            | Given.Command("SET" :: key :: _) -> key, entry.Database
                            | _ -> ()
                    ]

                Expect.equal found [ "first", Some 5; "second", Some 6 ] "the databases"

                Expect.equal
                    (follower.Entries |> List.find _.Given.IsSnapshotReceived).Position.Value.Database
                    (ValueSome 5)
                    "the database in which the stream begins")
        ]
