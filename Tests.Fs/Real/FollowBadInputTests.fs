/// Positions that nobody can resume, masters that break the stream, disks that are full: nothing is lost or doubled.
module HybridReplica.Tests.Real.FollowBadInputTests

open System
open System.IO
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following
open HybridReplica.Tests.Real.FollowOutageTests
open HybridReplica.Tests.Real.SmallDisk
open HybridReplica.Tests.Real.Waiting

// Somebody follows from a position that the master does not have.
let private cannotResume name (spoil: Position -> Position) =
    let begin' policy work =
        use server = RealServer.Start(DataSet.diskless [])
        use writer = connect server

        let position =
            use follower = follow (optionsFor server.Port) acknowledging
            catchUp writer follower
            spoil (lastPosition follower)

        let options = optionsFor server.Port
        options.Resume <- policy
        use follower = new Follower(options, Some position, acknowledging)
        work writer position follower

    testList
        name
        [
            testCase "everything is copied" (fun () ->
                begin' ResumePolicy.PartialOrFull (fun writer position follower ->
                    follower.Await("a snapshot", _.Given.IsSnapshotReceived)
                    writer.Say "SET first 1" |> ignore
                    catchUp writer follower

                    Expect.equal
                        follower.Entries.Head.Given
                        (Given.FullResync(FullResyncReason.PositionLost position))
                        "what it was given first"

                    Expect.equal (linesOf follower.Entries) [ "SET first 1" ] "what came"))
            testCase "or, where only a partial resync is allowed, it ends" (fun () ->
                begin' ResumePolicy.PartialOnly (fun _ position follower ->
                    match follower.Fault with
                    | Fault.Gap(wanted, _) -> Expect.equal wanted position "the position that was wanted"
                    | other -> failtestf "it should have ended in a gap, and ended in %A" other

                    Expect.isEmpty follower.Entries "what it was given"))
        ]

// The handler waits while the master writes more than fits into memory and spool.
let private spills (folder: string) (spoolSize: int64) (isExpected: FileTrouble option -> bool) =
    use server = RealServer.Start(DataSet.diskless [])
    use writer = connect server

    let release =
        TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

    let watcher = Watcher(fun happened _ -> happened.IsSpoolFilled)
    let options = optionsFor server.Port
    options.SpoolFolder <- folder
    options.SpoolSize <- spoolSize
    options.Observer <- watcher

    use follower =
        follow options (fun client event ->
            task {
                if event :? CommandReceived then
                    do! release.Task

                client.Acknowledge event.Position
            })

    let value = String('x', 100_000)

    try
        // 20 MB: memory takes 8 MiB of it.
        writer.AskAll [ for i in 1..200 -> [ "SET"; $"key:{i}"; value ] ]
        until "there is no room for more" (fun () -> watcher.Seen.IsCompleted)
    finally
        release.SetResult()

    catchUp writer follower
    Expect.equal (linesOf follower.Entries) [ for i in 1..200 -> $"SET key:{i} {value}" ] "what came"

    let troubles =
        [
            for entry in follower.Entries do
                match entry.Given with
                | Given.SpoolFilled trouble -> trouble
                | _ -> ()
        ]

    Expect.isNonEmpty troubles "that there was no room"
    Expect.all troubles isExpected "why there was no room"
    Expect.equal (follower.Count _.IsDisconnected) 0 "lost connections"
    Expect.isEmpty (Directory.GetFiles folder) "files that are left"

let tests =
    testList
        "bad input to followers"
        [
            cannotResume "a position from another history" (fun position ->
                { position with
                    Id = (ReplicationId.TryParse(String('f', 40))).Value
                })
            cannotResume "a position ahead of the master" (fun position ->
                { position with
                    Offset = Offset(position.Offset.Bytes + 1_000_000L)
                })
            testCase "a spool on a disk that is full: what has no room comes later" (fun () ->
                use place = new Place()
                let disk = Directory.CreateDirectory(Path.Combine(place.Folder, "disk")).FullName
                onSmallDisk disk (fun () -> spills disk (1L <<< 30) (fun trouble -> trouble = Some FileTrouble.Full)))
            testCase "a spool that holds as much as it may: what has no room comes later" (fun () ->
                use place = new Place()
                let folder = Directory.CreateDirectory(Path.Combine(place.Folder, "spool")).FullName
                spills folder (1L <<< 20) Option.isNone)
        ]
