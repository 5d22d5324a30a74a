/// A server that is given what a follower was given holds what the master holds.
module HybridReplica.Tests.Real.FollowCopyTests

open System
open System.IO
open System.Threading.Tasks
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Address
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following
open HybridReplica.Tests.Real.Writing

let private started () =
    RealServer.Start(DataSet.diskless [ "repl-backlog-size 64mb" ])

/// The offsets grow: nothing came twice.
let private neverGoBack (entries: Entry list) =
    let offsets =
        [
            for entry in entries do
                if entry.Offset > 0L then
                    entry.Offset
        ]

    Expect.equal offsets (List.distinct (List.sort offsets)) "the offsets of what came"

let private isCopied (server: RealServer) (snapshot: string voption) (entries: Entry list) =
    use copy =
        RealServer.Start
            { DataSet.holding [] with
                Snapshot = snapshot
            }

    replay copy entries
    holdTheSame server copy

// What is done to connections, and whether that is before or while something is written and followed.
[<NoComparison; NoEquality>]
type private Ending =
    | ClosedByMaster
    | CutAfter of random: Random

// Fifty rounds, in each of which the connection comes to its end.
let private endsAgainAndAgain (ending: Ending) =
    use server = started ()
    use writer = connect server
    use other = connect server
    use address = new Address(server.Port)
    use follower = follow (optionsFor address.Port) acknowledging

    for time in 1..50 do
        let before = follower.Count _.IsCommand

        match ending with
        | ClosedByMaster -> ()
        // A round is longer than that.
        | CutAfter random -> address.CutAfter(random.NextInt64(1L, 10_000L))

        let writing = Task.Run(fun () -> writeRound server writer time)

        match ending with
        | ClosedByMaster ->
            follower.AwaitCount("a command", before + 1 + 5 * time, _.IsCommand)
            Expect.equal (other.Say "CLIENT KILL TYPE replica") (Number 1L) "connections that were closed"
        | CutAfter _ -> ()

        follower.AwaitCount("the news that the stream goes on", time, _.IsResumed)
        writing.Wait()

    awaitExpiry writer 50
    catchUp writer follower
    let entries = follower.Entries
    Expect.equal (writer.Info("stats", "sync_full")) "1" "full resyncs"
    Expect.equal (writer.Info("stats", "sync_partial_ok")) "50" "partial resyncs"
    Expect.equal (follower.Count _.IsFullResync) 1 "full resyncs that were told of"
    neverGoBack entries

    for database in 0..15 do
        Expect.equal (roundsIn entries database) [ 1..50 ] $"what was pushed to {database}"

    isCopied server ValueNone entries

let tests =
    testList
        "copies by following"
        [
            testCase "all that is written to sixteen databases" (fun () ->
                use server = started ()
                use writer = connect server
                use follower = follow (optionsFor server.Port) acknowledging
                DataSet.fill server

                for round in 1..20 do
                    writeRound server writer round

                awaitExpiry writer 20
                catchUp writer follower
                neverGoBack follower.Entries
                isCopied server ValueNone follower.Entries)
            testCase "a snapshot of what was there, and all that is written from then on" (fun () ->
                use server = started ()
                use writer = connect server
                use place = new Place()
                DataSet.fill server

                for round in 1..10 do
                    writeRound server writer round

                let options = optionsFor server.Port
                options.SnapshotPath <- place.Target

                // It joins in the midst of this.
                let writing =
                    Task.Run(fun () ->
                        for round in 11..25 do
                            writeRound server writer round)

                use follower = follow options acknowledging
                writing.Wait()
                awaitExpiry writer 25
                catchUp writer follower
                neverGoBack follower.Entries
                isCopied server (ValueSome place.Target) follower.Entries
                Expect.equal (Directory.GetFiles place.Folder) [| place.Target |] "files in the folder")
            testCase "though the master closes the connection fifty times in between" (fun () ->
                endsAgainAndAgain ClosedByMaster)
            testCase "though the connection is cut fifty times, wherever the stream may be" (fun () ->
                endsAgainAndAgain (CutAfter(Random 1)))
        ]
