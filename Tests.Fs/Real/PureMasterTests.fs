/// The pure master against a real one: they write the same.
module HybridReplica.Tests.Real.PureMasterTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.RawReplica

let private last = StreamGenerators.command [ "PUBLISH"; "the"; "end" ]

let private ask (server: RealServer) (words: string) = server.Ask(words.Split ' ') |> ignore

/// The era of a server: the latest that it does not come before.
let private eraOf (server: RealServer) =
    let version =
        server.Ask("INFO", "server").Split('\n')
        |> Array.find _.StartsWith("redis_version:", StringComparison.Ordinal)
        |> fun line -> System.Version.Parse(line.Substring("redis_version:".Length).TrimEnd())

    // The last row stands for 7.2, where what it says of the stream began.
    [
        System.Version(7, 2), MasterEra.redis74
        System.Version(7, 0), MasterEra.redis70
        System.Version(4, 0), MasterEra.redis60
    ]
    |> List.find (fun (first, _) -> version >= first)
    |> snd

let private work (server: RealServer) () =
    ask server "SET first 1"
    ask server "SET first 2"
    ask server "-n 5 SET second 2"
    // Nobody acknowledges, so the server asks for it, and gives up.
    say server [ "SET waited 1"; "WAIT 1 10" ] ":0\r\n"
    say server [ "MULTI"; "SET a 1"; "SELECT 3"; "SET b 2"; "EXEC" ] "*3\r\n+OK\r\n+OK\r\n+OK\r\n"
    say server [ "SELECT 3"; "MULTI"; "SET c 3"; "EXEC" ] "*1\r\n+OK\r\n"
    say server [ "SELECT 4"; "MULTI"; "SET d 4"; "SET e 5"; "EXEC" ] "*2\r\n+OK\r\n+OK\r\n"
    ask server "PUBLISH the end"

/// The same, written by the pure master.
let private workOfOurs era =
    let start = MasterHistory.Without(Deeds.id, Offset 0L)

    ((start, ""),
     [
         fun history -> MasterStream.write (era, 0, [ "SET"; "first"; "1" ], history)
         fun history -> MasterStream.write (era, 0, [ "SET"; "first"; "2" ], history)
         fun history -> MasterStream.write (era, 5, [ "SET"; "second"; "2" ], history)
         fun history -> MasterStream.write (era, 0, [ "SET"; "waited"; "1" ], history)
         fun history -> MasterStream.ask (era, history)
         fun history -> MasterStream.transact (era, [ 0, [ "SET"; "a"; "1" ]; 3, [ "SET"; "b"; "2" ] ], history)
         fun history -> MasterStream.transact (era, [ 3, [ "SET"; "c"; "3" ] ], history)
         fun history -> MasterStream.transact (era, [ 4, [ "SET"; "d"; "4" ]; 4, [ "SET"; "e"; "5" ] ], history)
         fun history -> MasterStream.write (era, 0, [ "PUBLISH"; "the"; "end" ], history)
     ])
    ||> List.fold (fun (history, written) deed ->
        let history, added = deed history
        history, written + added)
    |> snd

let tests =
    testList
        "real and pure master"
        [
            testCase "the pure master writes what a real one of its time writes, byte for byte" (fun () ->
                use server = RealServer.Start ServerSettings.Default
                let era = eraOf server
                let stream = (join server last (work server)).Stream
                // When a sign of life comes depends on how fast all this goes.
                let ping = StreamGenerators.command [ era.Ping ]
                Expect.equal (stream.Replace(ping, "", StringComparison.Ordinal)) (workOfOurs era) "stream")
        ]
