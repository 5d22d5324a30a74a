/// What a real server streams is what the grammar describes and the scanner finds.
module HybridReplica.Tests.Real.StreamTests

open System
open System.Globalization
open System.Text
open Expecto
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.RawReplica

let private last = StreamGenerators.command [ "PUBLISH"; "the"; "end" ]

let private ask (server: RealServer) (words: string) = server.Ask(words.Split ' ') |> ignore

/// A bit of everything a server can be made to stream.
let private work (server: RealServer) () =
    ask server "SET first 1"
    ask server "-n 5 SET second 2"
    ask server "-n 5 EXPIRE second 1000"
    // Nobody acknowledges, so the server asks for it, and gives up.
    say server [ "SET waited 1"; "WAIT 1 10" ] ":0\r\n"

    server.Ask("EVAL", "redis.call('SET', 'a', '1'); redis.call('SELECT', 3); redis.call('SET', 'b', '2')", "0")
    |> ignore

    server.Ask("-n", "2", "SET", "binary", "\r\n$5\r\n*3\r\n") |> ignore
    server.Ask("-n", "2", "SET", "long", String('x', 100000)) |> ignore
    ask server "-n 2 RPUSH list a b c d"
    ask server "-n 2 LPOP list 2"
    ask server "PUBLISH the end"

let private historyOf (server: RealServer) =
    let info = server.Ask("INFO", "replication")

    let field (name: string) =
        info.Split('\n')
        |> Array.find _.StartsWith(name + ":", StringComparison.Ordinal)
        |> fun line -> line.Substring(name.Length + 1).TrimEnd()

    Generators.replicationIdOf (field "master_replid"),
    Int64.Parse(field "master_repl_offset", CultureInfo.InvariantCulture)

let private databaseOf (snapshot: string) size =
    let chunks = Encoding.Latin1.GetBytes snapshot |> Array.chunkBySize size

    (StreamDatabase.start, chunks)
    ||> Array.fold (fun seen chunk -> StreamDatabase.advance (seen, ReadOnlySpan chunk))

let tests =
    testList
        "real streams"
        [
            testCase "a server's stream is read as it was written, to the last byte" (fun () ->
                use server = RealServer.Start ServerSettings.Default
                let joined = join server last (work server)
                let id, offset = historyOf server

                let reading =
                    StreamGrammar.read (Position.AtFullResync(id, Offset joined.Offset)) joined.Stream

                Expect.equal reading.Ending StreamEnding.Between "how it ends"
                Expect.equal reading.Safe offset "the master counts the same bytes"

                let commands =
                    reading.Commands
                    |> List.filter (fun command -> command.Kind <> CommandKind.Ping)

                let names =
                    commands |> List.map (fun command -> command.Words.Head.ToUpperInvariant())

                Expect.equal
                    names
                    (List.ofArray (
                        ("SELECT SET SELECT SET PEXPIREAT SELECT SET REPLCONF MULTI SET SELECT SET EXEC "
                         + "SELECT SET SET RPUSH LPOP SELECT PUBLISH")
                            .Split
                            ' '
                    ))
                    "the commands"

                let databases =
                    [
                        for command in commands do
                            if command.Words.Head = "SET" then
                                command.Words[1], ValueOption.toOption command.Database
                    ]

                Expect.equal
                    databases
                    [
                        "first", Some 0
                        "second", Some 5
                        "waited", Some 0
                        "a", Some 0
                        "b", Some 3
                        "binary", Some 2
                        "long", Some 2
                    ]
                    "the databases of what was set")
            testCase "the scanner reads it as the grammar does" (fun () ->
                use server = RealServer.Start ServerSettings.Default
                let stream = (join server last (work server)).Stream
                let bytes = StreamGenerators.bytes stream

                for sizes in [ [ bytes.Length ]; [ 1448 ]; [ 1; 20; 300 ] ] do
                    Expect.equal
                        (StreamReaders.readByCommand sizes bytes)
                        (StreamReaders.readByGrammar stream)
                        $"command by command, in pieces of {sizes}"

                    Expect.equal
                        (StreamReaders.readByWord sizes bytes)
                        (StreamReaders.readByGrammar stream)
                        $"word by word, in pieces of {sizes}")
            testCase "a snapshot names the database that was written to last" (fun () ->
                use server = RealServer.Start ServerSettings.Default
                let first = join server last (work server)
                ask server "-n 7 SET a b"
                let second = join server last (fun () -> ask server "PUBLISH the end")

                for size in [ 1; 7; 100; 100000 ] do
                    Expect.equal (databaseOf first.Snapshot size).Database (ValueSome 0) $"at first, by {size}"
                    Expect.equal (databaseOf second.Snapshot size).Database (ValueSome 7) $"then, by {size}")
        ]
