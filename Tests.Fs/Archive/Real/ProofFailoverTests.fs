/// A replica takes over while its master is archived: moments before and after can be restored, and the chain says
/// where.
module HybridReplica.Tests.Archive.Real.ProofFailoverTests

open System
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Address
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting
open HybridReplica.Tests.Archive.Real.Recording
open HybridReplica.Tests.Archive.Real.ProofMoments

let private quiet = [ "repl-ping-replica-period 3600"; "repl-backlog-size 64mb" ]

let private replicaOf (server: RealServer) =
    let replica =
        RealServer.Start(DataSet.diskless ($"replicaof 127.0.0.1 {server.Port}" :: quiet))

    use client = connect replica
    until "the replica has joined" (fun () -> client.Info("replication", "master_link_status") = "up")
    replica

// Moments of a master, each noted when it is archived.
let private moments (recorder: Recorder) (server: RealServer) (client: Client) (rounds: int list) =
    [
        for round in rounds do
            ProofLoad.write server client [ round ]
            recorder.CatchUp client
            note client
    ]

let tests =
    testList
        "archives across failovers"
        [
            testCase
                "moments before and after two failovers are what they were, and the chain says where each began"
                (fun () ->
                    use first = RealServer.Start(DataSet.diskless quiet)
                    use second = replicaOf first
                    use third = replicaOf second
                    use one = connect first
                    use two = connect second
                    use three = connect third
                    use address = new Address(first.Port)
                    use room = new Room()
                    ProofLoad.prepare one

                    use recorder =
                        new Recorder(room.Archive, address.Port, ArchiveOptions(SegmentSize = 30_000L))

                    recorder.Await("the base is there", (fun status -> status.Bases = 1))
                    let before = moments recorder first one [ 1..3 ]

                    let promote (old: Client) (server: RealServer) (client: Client) =
                        until "the replica has everything" (fun () -> offsetOf client = offsetOf old)
                        client.Say "REPLICAOF NO ONE" |> ignore
                        address.MoveTo server.Port

                    promote one second two
                    let between = moments recorder second two [ 4..6 ]
                    promote two third three
                    let after = moments recorder third three [ 7..9 ]
                    recorder.Stop()
                    isVerified room.Archive
                    let contents = ReplicaArchive(room.Archive).Read()

                    Expect.equal
                        [ for link in contents.Chain -> link.Id ]
                        [ before.Head.Id; between.Head.Id; after.Head.Id ]
                        "the ids of the chain"

                    let starts = [ for link in contents.Chain -> link.Start.Bytes ]

                    Expect.equal
                        starts.Tail
                        [ (List.last before).Offset; (List.last between).Offset ]
                        "where they begin"

                    Expect.hasLength contents.Generations 1 "bases"
                    Expect.isEmpty contents.Gaps "gaps"

                    for number, noted in List.indexed (before @ between @ after) do
                        isRestored room.Archive (room.Beside $"restored-{number}") noted)
        ]
