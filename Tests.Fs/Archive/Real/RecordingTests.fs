/// Archives of real servers: stock servers start from them and hold what the master held.
module HybridReplica.Tests.Archive.Real.RecordingTests

open System
open System.IO
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting
open HybridReplica.Tests.Archive.Real.Recording

// No PING moves the offset behind our back, and nothing that is written is forgotten.
let private quiet = [ "repl-ping-replica-period 3600"; "repl-backlog-size 64mb" ]

let private expired (client: Client) =
    int (client.Info("stats", "expired_keys"))

// Writes, and waits until the master has removed what is to expire soon.
let private write (server: RealServer) (client: Client) (rounds: int list) =
    let before = expired client

    for round in rounds do
        Writing.writeRound server client round

    until "all short lives are over" (fun () -> expired client = before + 16 * rounds.Length)

let private fullSyncs (client: Client) = client.Info("stats", "sync_full")

let private small =
    ArchiveOptions(SegmentSize = 8_000L, SegmentAge = TimeSpan.FromHours 1.0)

let private offsetOf (client: Client) =
    int64 (client.Info("replication", "master_repl_offset"))

// Stops it when it has everything, and says where that is.
let private complete (recorder: Recorder) (master: Client) =
    recorder.CatchUp master
    recorder.Stop()
    recorder.Written

let private basics =
    [
        testCase "what a stock server loads is what the master holds" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            DataSet.fill server
            use client = connect server
            use room = new Room()
            use recorder = record room server.Port
            write server client [ 1..6 ]
            recorder.CatchUp client
            // While it is written.
            isCopyOf server room
            write server client [ 7..10 ]
            let ended = complete recorder client
            isSound room.Archive ended
            isCopyOf server room)

        testCase "an archive that is begun again goes on at the byte" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use client = connect server
            use room = new Room()
            let mutable ended = -1L

            for round in 1..5 do
                use recorder = record room server.Port
                write server client [ round ]
                ended <- complete recorder client
                // What comes while nobody archives.
                write server client [ 100 + round ]

            use recorder = record room server.Port
            ended <- complete recorder client
            Expect.equal (fullSyncs client) "1" "full resyncs"
            isSound room.Archive ended
            isCopyOf server room)

        testCase "segments end where they are large enough, between two commands" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use client = connect server
            use room = new Room()
            use recorder = new Recorder(room.Archive, server.Port, small)
            recorder.Await("the base is there", (fun status -> status.Bases = 1))
            write server client [ 1..12 ]
            let ended = complete recorder client
            let archive = manifestOf room.Archive
            Expect.isGreaterThan archive.Segments.Length 3 "segments"
            Expect.hasLength archive.Generations 1 "generations"
            isSound room.Archive ended
            isCopyOf server room)

        testCase "the second who archives into a folder is refused, and the first goes on" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use client = connect server
            use room = new Room()
            use first = record room server.Port
            first.Await("the base is there", (fun status -> status.Bases = 1))
            use second = record room server.Port
            Expect.equal second.Fault (Fault.ArchiveRefused ArchiveTrouble.InUse) "why"
            write server client [ 1 ]
            let ended = complete first client
            isSound room.Archive ended
            isCopyOf server room)

        testCase "a folder with something else in it is not touched" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use room = new Room()
            Directory.CreateDirectory room.Archive |> ignore
            let other = Path.Combine(room.Archive, "somebody's")
            File.WriteAllText(other, "text")
            use recorder = record room server.Port
            Expect.equal recorder.Fault (Fault.ArchiveRefused ArchiveTrouble.NotAnArchive) "why"
            Expect.equal (File.ReadAllText other) "text" "what is in it")

        testCase "a stream without a manifest is not taken for what is left of a beginning" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use client = connect server
            use room = new Room()
            use first = record room server.Port
            write server client [ 1 ]
            complete first client |> ignore
            File.Delete(Path.Combine(room.Archive, "appendonly.aof.manifest"))
            let before = Directory.GetFiles room.Archive
            use recorder = record room server.Port
            Expect.equal recorder.Fault (Fault.ArchiveRefused ArchiveTrouble.NotAnArchive) "why"
            Expect.equal (Directory.GetFiles room.Archive) before "the files")

        testCase "a folder in a folder that is not there is not made" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use room = new Room()

            use recorder =
                new Recorder(Path.Combine(room.Archive, "deeper"), server.Port, ArchiveOptions())

            Expect.equal recorder.Fault (Fault.Archive(ArchiveStep.Lock, FileTrouble.NotFound)) "why")
    ]

let private changes =
    [
        testCase "connections that are cut cost and double nothing" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use client = connect server
            use address = new Address.Address(server.Port)
            use room = new Room()
            use recorder = new Recorder(room.Archive, address.Port, small)
            recorder.Await("the base is there", (fun status -> status.Bases = 1))
            let random = Random 7

            for round in 1..12 do
                address.CutAfter(int64 (random.Next(1, 30_000)))
                write server client [ round ]

            let ended = complete recorder client
            Expect.equal (fullSyncs client) "1" "full resyncs"
            isSound room.Archive ended
            isCopyOf server room)

        testCase "a replica that takes over goes on with the archive, in a segment of its own" (fun () ->
            use first = RealServer.Start(DataSet.diskless quiet)

            use second =
                RealServer.Start(DataSet.diskless ($"replicaof 127.0.0.1 {first.Port}" :: quiet))

            use old = connect first
            use client = connect second
            until "the replica has joined" (fun () -> client.Info("replication", "master_link_status") = "up")
            use address = new Address.Address(first.Port)
            use room = new Room()
            use recorder = record room address.Port
            write first old [ 1..3 ]
            recorder.CatchUp old
            until "the replica has everything" (fun () -> offsetOf client = offsetOf old)
            let _, before = recorder.Counts
            client.Say "REPLICAOF NO ONE" |> ignore
            address.MoveTo second.Port
            write second client [ 4..6 ]
            let ended = complete recorder client
            let archive = manifestOf room.Archive
            Expect.hasLength archive.Generations 1 "generations"
            Expect.equal archive.Segments.Length (before + 1) "segments"

            Expect.equal
                (List.last archive.Segments).Start.Id.Text
                (client.Info("replication", "master_replid"))
                "the id of the last"

            isSound room.Archive ended
            isCopyOf second room)

        testCase "a master that has forgotten the position is copied anew, and what was before is kept" (fun () ->
            use first = RealServer.Start(DataSet.diskless quiet)
            use second = RealServer.Start(DataSet.diskless quiet)
            use old = connect first
            use client = connect second
            use address = new Address.Address(first.Port)
            use room = new Room()
            use recorder = record room address.Port
            write first old [ 1..2 ]
            recorder.CatchUp old
            write second client [ 5 ]
            address.MoveTo second.Port
            recorder.Await("the second base is there", (fun status -> status.Bases = 2))
            write second client [ 6 ]
            let ended = complete recorder client
            Expect.hasLength (manifestOf room.Archive).Generations 2 "generations"
            isSound room.Archive ended
            isCopyOf second room)

        testCase "bases are fetched when it is time, and no more are kept than were asked for" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use client = connect server
            use room = new Room()

            let options =
                ArchiveOptions(BaseEvery = TimeSpan.FromSeconds 1.0, Keep = Retention.Bases 2)

            use recorder = new Recorder(room.Archive, server.Port, options)
            let mutable round = 0

            recorder.Await(
                "the first bases are gone",
                fun status ->
                    round <- round + 1
                    write server client [ round ]

                    status.Bases = 2
                    && (manifestOf room.Archive).Generations.Head.Base.Sequence >= 3L
            )

            let ended = complete recorder client
            Expect.hasLength (manifestOf room.Archive).Generations 2 "generations"
            isSound room.Archive ended
            isCopyOf server room)

        testCase "a disk that is full ends it, and it goes on where it was when there is room again" (fun () ->
            use server = RealServer.Start(DataSet.diskless quiet)
            use client = connect server
            use room = new Room()
            Directory.CreateDirectory room.Archive |> ignore

            SmallDisk.onSmallDisk room.Archive (fun () ->
                let isFull (recorder: Recorder) =
                    match recorder.Fault with
                    | Fault.Archive(_, FileTrouble.Full) -> ()
                    | other -> failtestf "it ended because of %A" other

                do
                    use recorder = record room server.Port
                    recorder.Await("the base is there", (fun status -> status.Bases = 1))
                    client.Say $"SET first {String('x', 300_000)}" |> ignore
                    client.Say $"SET second {String('x', 300_000)}" |> ignore
                    client.Say $"SET third {String('x', 600_000)}" |> ignore
                    client.Say "SET last 1" |> ignore
                    isFull recorder

                do
                    use copy = serverFrom room room.Archive
                    Expect.equal (copy.Ask("STRLEN", "second")) "300000" "what was written"
                    Expect.equal (copy.Ask("EXISTS", "third", "last")) "0" "what was not"

                // Still full: the same again, and nothing is lost by that.
                do
                    use recorder = record room server.Port
                    isFull recorder

                runProgram "mount" [ "-o"; "remount,size=8m"; room.Archive ] [] |> ignore
                use recorder = record room server.Port
                let ended = complete recorder client
                Expect.equal (fullSyncs client) "1" "full resyncs"
                isSound room.Archive ended
                isCopyOf server room))
    ]

let tests = testList "recording" (basics @ changes)
