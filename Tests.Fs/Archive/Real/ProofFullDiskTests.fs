/// `archive` where there is no room, or somebody else at work: it says so and ends, and the archive stays what it was.
module HybridReplica.Tests.Archive.Real.ProofFullDiskTests

open System
open System.IO
open Expecto
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Archive.Real.Recording
open HybridReplica.Tests.Archive.Real.ProofMoments
open HybridReplica.Tests.Archive.Real.ProofKillTests

let private uriOf (server: RealServer) = $"redis://127.0.0.1:{server.Port}"

let private random = Random 3

let private noise (length: int) =
    String.init length (fun _ -> string (char (random.Next(int 'a', int 'z'))))

let private write (client: Client) (key: string) (length: int) =
    client.Ask [ "SET"; key; noise length ] |> ignore

// What has been archived stays valid when there is no more room, and with room it goes on there.
let private goesOn (server: RealServer) (room: Room) (starting: unit -> Tool.Running) (makeRoom: unit -> unit) said =
    use client = connect server
    use running = starting ()
    untilBegun room.Archive
    write client "first" 200_000
    untilArchived client
    let archived = note client
    write client "second" 200_000
    untilArchived client
    write client "third" 700_000
    running.Wait() |> Tool.complains 7 said
    isVerified room.Archive
    isRestored room.Archive (room.Beside "before") archived
    // What fits is kept, and restored as well.
    let newest = restore room.Archive Moment.Newest (room.Beside "newest")
    Expect.isGreaterThan newest.Offset archived.Offset "the last that is there"
    isAccepted newest.Folder
    makeRoom ()

    using (archive server room.Archive []) (fun running ->
        untilArchived client
        running.Signal "INT"
        Tool.endsWith 130 (running.Wait()))

    Expect.equal (client.Info("stats", "sync_full")) "1" "full resyncs"
    isVerified room.Archive
    isRestored room.Archive (room.Beside "after") (note client)

let private fullDisk =
    testCase "a disk that is full: exit code 7, and it goes on when there is room" (fun () ->
        use server = quietMaster ()
        use room = new Room()
        Directory.CreateDirectory room.Archive |> ignore

        SmallDisk.onSmallDisk room.Archive (fun () ->
            goesOn
                server
                room
                (fun () -> archive server room.Archive [ "--segment-size"; "64kb" ])
                (fun () -> runProgram "mount" [ "-o"; "remount,size=16m"; room.Archive ] [] |> ignore)
                [ "the disk is full"; room.Archive ]))

let private limitedFiles =
    testCase "a limit on the size of files: exit code 7, and it goes on without it" (fun () ->
        use server = quietMaster ()
        use room = new Room()
        let script = "ulimit -f 1400 && exec \"$0\" archive \"$1\" \"$2\" --quiet"
        // Else the runtime would not start: it keeps its code in memory as a file, which the limit counts.
        let environment = [ "DOTNET_EnableWriteXorExecute", "0" ]

        goesOn
            server
            room
            (fun () -> Tool.startAs "sh" [ "-c"; script; Tool.path; uriOf server; room.Archive ] environment)
            ignore
            [ "too large"; room.Archive ])

let private inUse =
    testCase "the second who archives into a folder is refused in one line, and the first goes on" (fun () ->
        use server = quietMaster ()
        use client = connect server
        use room = new Room()
        use first = archive server room.Archive []
        untilBegun room.Archive
        write client "first" 1000

        Tool.run [ "archive"; uriOf server; room.Archive ]
        |> Tool.complains 7 [ "Somebody else"; room.Archive ]

        write client "second" 1000
        untilArchived client
        Expect.equal (client.Info("stats", "sync_full")) "1" "full resyncs"
        Expect.equal (client.Info("stats", "sync_partial_ok")) "0" "partial resyncs"
        first.Signal "INT"
        Tool.endsWith 130 (first.Wait())
        isVerified room.Archive
        isRestored room.Archive (room.Beside "restored") (note client))

let tests =
    testList "archives that cannot be written" [ fullDisk; limitedFiles; inUse ]
