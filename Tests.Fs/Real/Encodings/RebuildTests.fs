/// What the tool writes as commands, given to a real server that has nothing.
module HybridReplica.Tests.Real.RebuildTests

open System.Diagnostics
open System.IO
open Expecto
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

/// Gives a file of commands to a server as people do it, and fails if the server complains of any.
let private pipe (server: RealServer) (commands: string) =
    let line = $"redis-cli -p {server.Port} --pipe < '{commands}'"
    let said = runProgram "sh" [ "-c"; line ] []
    Expect.stringContains said "errors: 0" $"what redis-cli says: {said}"

let private isRebuilt (options: string list) =
    use origin = EncodedServer.full options
    use copy = EncodedServer.empty ()
    use place = new Place()
    let snapshot = EncodedServer.save origin

    run [ "inspect"; snapshot; "--format"; "resp"; "-o"; place.Target ]
    |> endsWith 0

    pipe copy place.Target
    EncodedServer.isSame copy origin

let private isRebuiltFromItself () =
    use origin =
        EncodedServer.full [ "repl-diskless-sync yes"; "repl-diskless-sync-delay 0" ]

    use copy = EncodedServer.empty ()
    use place = new Place()

    run
        [
            "inspect"
            $"redis://127.0.0.1:{origin.Port}"
            "--format"
            "resp"
            "-o"
            place.Target
        ]
    |> endsWith 0

    pipe copy place.Target
    EncodedServer.isSame copy origin

/// `XCLAIM` does not take an entry that the stream has not, and nothing adds one between others. A server that rewrites
/// its AOF as commands loses it too (`rewriteStreamObject`, 7.0.15).
let private isLost () =
    use origin = EncodedServer.empty ()
    use copy = EncodedServer.empty ()
    use place = new Place()
    EncodedServer.write origin EncodedStreams.lost

    run [ "inspect"; EncodedServer.save origin; "--format"; "resp"; "-o"; place.Target ]
    |> endsWith 0

    pipe copy place.Target

    let pending (server: RealServer) =
        server.Ask("XPENDING", EncodedStreams.Lost, "group").Split '\n'

    Expect.equal (pending origin) [| "6"; "10-1"; "60-6"; "consumer"; "6" |] "what was pending"
    Expect.equal (pending copy) [| "4"; "10-1"; "60-6"; "consumer"; "4" |] "what is pending"

/// All that was pending for the consumer was deleted, so no claim makes it.
let private consumerIsMade () =
    use origin = EncodedServer.empty ()
    use copy = EncodedServer.empty ()
    use place = new Place()

    EncodedServer.write
        origin
        [
            [ "XADD"; "s"; "1-1"; "a"; "1" ]
            [ "XADD"; "s"; "2-1"; "a"; "2" ]
            [ "XGROUP"; "CREATE"; "s"; "g"; "0" ]
            [ "XREADGROUP"; "GROUP"; "g"; "ghost"; "COUNT"; "1"; "STREAMS"; "s"; ">" ]
            [ "XDEL"; "s"; "1-1" ]
        ]

    run [ "inspect"; EncodedServer.save origin; "--format"; "resp"; "-o"; place.Target ]
    |> endsWith 0

    pipe copy place.Target
    Expect.stringContains (copy.Ask("XINFO", "CONSUMERS", "s", "g")) "ghost" "the consumers of the copy"

/// The commands another program makes of a stream, and ours: the same stream, and the same of its groups.
let private isTheSameStream () =
    match Repository.tryFindAbove "shared/rdb" with
    | None -> skiptest "There is no folder shared/rdb beside the repository."
    | Some folder ->
        use theirs = EncodedServer.empty ()
        use ours = EncodedServer.empty ()
        use place = new Place()

        run
            [
                "inspect"
                Path.Combine(folder, "stream_v11.rdb")
                "--format"
                "resp"
                "-o"
                place.Target
            ]
        |> endsWith 0

        pipe ours place.Target
        // A consumer that has nothing pending is left out there.
        pipe theirs (Path.Combine(folder, "stream_v11_target_ver_7.2.resp"))

        theirs.Ask("XGROUP", "CREATECONSUMER", "mystream", "groupA", "consumerA1")
        |> ignore

        EncodedServer.isSame ours theirs

let tests =
    testList
        "rebuilding"
        [
            testList
                "the same data set comes of the commands"
                [
                    for variant, options in List.take 2 EncodedServer.variants ->
                        testCase variant (fun () -> isRebuilt options)
                ]
            testCase "the same data set comes of the commands, straight from the master" isRebuiltFromItself
            testCase "an entry that is pending and was deleted is lost, as in a rewritten AOF" isLost
            testCase "a consumer whose pending entries were all deleted is there" consumerIsMade
            testCase "the same stream comes of the commands that another program writes" isTheSameStream
        ]
