/// `archive`, killed at any time: nothing is doubled, nothing is missing, and what was confirmed is there.
module HybridReplica.Tests.Archive.Real.ProofKillTests

open System
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting
open HybridReplica.Tests.Archive.Real.Recording
open HybridReplica.Tests.Archive.Real.ProofMoments

/// A master that forgets nothing that is needed, and says nothing by itself.
let quietMaster () =
    RealServer.Start(
        DataSet.diskless
            [
                "repl-ping-replica-period 3600"
                "repl-timeout 3600"
                "repl-backlog-size 256mb"
            ]
    )

/// Starts the tool.
let archive (server: RealServer) (folder: string) (arguments: string list) =
    Tool.start ([ "archive"; $"redis://127.0.0.1:{server.Port}"; folder; "--quiet" ] @ arguments)

/// Waits until the first base is there.
let untilBegun (folder: string) =
    until "a base" (fun () ->
        try
            (ReplicaArchive folder).Read().Generations.Count > 0
        with :? ArchiveException ->
            false)

/// Waits until all that was written so far is archived, as the master hears it.
let untilArchived (client: Client) =
    client.Say $"SET waited {Guid.NewGuid()}" |> ignore
    Expect.equal (client.Say "WAIT 1 25000") (Number 1L) "replicas that have it"

let private fullSyncs (client: Client) = client.Info("stats", "sync_full")

let private partialSyncs (client: Client) = client.Info("stats", "sync_partial_ok")

let private kill (running: Tool.Running) =
    running.Signal "KILL"
    running.Wait() |> ignore

let private killedAtAnyTime =
    testCase "killed fifty times, it has every byte once" (fun () ->
        use server = quietMaster ()
        use client = connect server
        use room = new Room()
        use stop = new CancellationTokenSource()
        let small = [ "--segment-size"; "50kb" ]

        using (archive server room.Archive small) (fun running ->
            untilBegun room.Archive
            kill running)

        let first = (List.head (manifestOf room.Archive).Generations).Base.Position
        use witness = new ProofStream.Witness(server, first)
        let writes = FollowedWrites.writing server.Port 1000 stop.Token
        let random = Random 50

        for number in 1..49 do
            let resumed = partialSyncs client
            use running = archive server room.Archive small
            // A third of them are killed wherever they are, the others while they write.
            if number % 3 > 0 then
                until "a partial resync" (fun () -> running.HasEnded || partialSyncs client <> resumed)

            Task.Delay(random.Next 400).Wait()
            Expect.isFalse running.HasEnded "whether it has ended by itself"
            kill running

        stop.Cancel()
        writes.Wait()

        using (archive server room.Archive small) (fun running ->
            untilArchived client
            running.Signal "INT"
            Tool.endsWith 130 (running.Wait()))

        let noted = note client
        let bytes = ProofStream.commandsOf room.Archive |> List.map snd |> Array.concat
        let expected = witness.Until noted.Offset
        Expect.equal bytes.Length expected.Length "how many bytes there are"
        Expect.isTrue (bytes.AsSpan().SequenceEqual(ReadOnlySpan expected)) "whether they are the master's"
        isVerified room.Archive
        Expect.equal (fullSyncs client) "1" "full resyncs"
        Expect.isGreaterThan (manifestOf room.Archive).Segments.Length 5 "segments"
        isRestored room.Archive (room.Beside "restored") noted)

// Writes so many keys, each of which WAIT says is archived before the next one is written.
let private confirmed (client: Client) (round: int) (count: int) : string list =
    [
        for number in 1..count do
            let key = $"key:{round}:{number}"
            client.Ask [ "SET"; key; key ] |> ignore
            Expect.equal (client.Say "WAIT 1 25000") (Number 1L) $"whether WAIT confirms {key}"
            key
    ]

let private waitedFor (policy: string) =
    testCase $"what WAIT confirms is archived, with --fsync {policy}" (fun () ->
        use server = quietMaster ()
        use client = connect server
        use room = new Room()
        let mutable keys = Set.empty

        for round in 1..10 do
            use running =
                archive server room.Archive [ "--segment-size"; "2kb"; "--fsync"; policy ]

            untilArchived client
            keys <- Set.union keys (set (confirmed client round 50))
            running.Signal "KILL"
            running.Wait() |> ignore

            let found =
                ProofStream.commandsOf room.Archive
                |> List.choose (fun (words, _) ->
                    match words with
                    | [ "SET"; key; _ ] -> Some key
                    | _ -> None)
                |> set

            Expect.isEmpty (Set.difference keys found) "what was confirmed and is not there"

        Expect.equal keys.Count 500 "how many were confirmed"
        Expect.equal (fullSyncs client) "1" "full resyncs"
        isVerified room.Archive

        // The last question of the master may have come too late. It changes nothing.
        let archived =
            ProofStream.commandsOf room.Archive |> List.sumBy (snd >> Array.length)

        let first =
            (List.head (manifestOf room.Archive).Generations).Base.Position.Offset.Bytes

        isRestored
            room.Archive
            (room.Beside "restored")
            { note client with
                Offset = first + int64 archived
            })

let tests =
    testList "killed archives" [ killedAtAnyTime; waitedFor "everysec"; waitedFor "always" ]
