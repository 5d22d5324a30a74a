/// `--format resp`: commands that rebuild what is in a snapshot.
module HybridReplica.Tests.Inspect.RespTests

open System
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Inspect.Inspecting
open HybridReplica.Tests.Inspect.Rebuilding

let private string (bytes: byte[]) = Encoding.Latin1.GetString bytes

/// What a server that is given the snapshot has. None: a collection without elements is no key.
let private loaded (entry: WrittenEntry) : RebuiltKey option =
    let value =
        match entry.Value with
        | RdbValue.String bytes -> Some(Rebuilt.String(string bytes))
        | RdbValue.List [||]
        | RdbValue.Set [||]
        | RdbValue.SortedSet [||]
        | RdbValue.Hash [||] -> None
        | RdbValue.List elements -> Some(Rebuilt.List [ for element in elements -> string element ])
        | RdbValue.Set members -> Some(Rebuilt.Set(set [ for text in members -> string text ]))
        | RdbValue.SortedSet members ->
            Some(Rebuilt.SortedSet(Map [ for scored in members -> string scored.Member, scored.Score ]))
        | RdbValue.Hash fields ->
            Some(
                Rebuilt.Hash(
                    Map
                        [
                            for field in fields -> string field.Field, (string field.Value, field.Expiry)
                        ]
                )
            )
        | other -> failtestf "%A is for other tests" other

    value
    |> Option.map (fun value ->
        {
            Database = 0
            Key = string entry.Key
            Value = value
            Expiry = entry.Expiry
        })

/// No server has a member, or a field, twice.
let private distinct (entry: WrittenEntry) =
    { entry with
        Value =
            match entry.Value with
            | RdbValue.SortedSet members -> RdbValue.SortedSet(Array.distinctBy _.Member members)
            | RdbValue.Hash fields -> RdbValue.Hash(Array.distinctBy _.Field fields)
            | other -> other
    }

let private isPlain form =
    match Forms.kindOf form with
    | RdbKind.Stream
    | RdbKind.Array
    | RdbKind.Module -> false
    | _ -> true

let private arbitrary =
    gen {
        let! version = Gen.elements Forms.versions
        let! form = Gen.elements (List.filter isPlain (Forms.formsOf version))
        let! entry = ContentGenerators.entry version form
        let! seed = ContentGenerators.seeds.Generator
        let! partsAbove = Gen.elements [ 1; 10; 65536 ]
        return version, distinct entry, seed, partsAbove
    }
    |> Arb.fromGen

let private commands version entries =
    commandsOf (written resp (snapshotOf version entries))

let private rebuilds name version entries expected =
    testCase name (fun () -> Expect.equal (commands version entries) expected "the commands")

let private many (prefix: string) count =
    [| for number in 1..count -> latin1 $"{prefix}{number}" |]

let private lengths commands =
    [ for command in commands -> List.length command ]

let private batches =
    [
        testCase "elements come in batches of 64, as when an AOF is rewritten" (fun () ->
            let list = entry "l" 1 (RdbValue.List(many "e" 130))
            Expect.equal (lengths (commands 9 [ list ])) [ 2; 66; 66; 4 ] "words of the commands")
        testCase "large elements come in smaller batches" (fun () ->
            let list = entry "l" 1 (RdbValue.List(Array.replicate 4 (latin1 (noise 40_000))))
            Expect.equal (lengths (commands 9 [ list ])) [ 2; 4; 4 ] "words of the commands")
        testCase "what comes in parts has a command of its own" (fun () ->
            let list =
                plainSnapshot [ [| 1uy |]; plain "l"; [| 3uy |]; plain "a"; plain (noise 100); plain "c" ]

            let written = writtenOf resp everything Int64.MaxValue 10 list |> commandsOf

            Expect.equal
                written
                [
                    [ "SELECT"; "0" ]
                    [ "RPUSH"; "l"; "a" ]
                    [ "RPUSH"; "l"; noise 100 ]
                    [ "RPUSH"; "l"; "c" ]
                ]
                "the commands")
        testCase "a database is selected where another begins" (fun () ->
            let parts =
                [
                    RdbPart.Entry(text "a" "1")
                    RdbPart.Database 3L
                    RdbPart.Entry(text "b" "2")
                    RdbPart.Entry(text "c" "3")
                ]

            Expect.equal
                (commandsOf (written resp (snapshotWith 9 parts)))
                [
                    [ "SELECT"; "0" ]
                    [ "SET"; "a"; "1" ]
                    [ "SELECT"; "3" ]
                    [ "SET"; "b"; "2" ]
                    [ "SET"; "c"; "3" ]
                ]
                "the commands")
        testCase "a database is selected for the first key that is written, not for one that is dropped" (fun () ->
            let filter = HybridReplica.Cli.Inspect.EntryFilter([], [], [], 50L)
            let snapshot = snapshotOf 9 [ text "small" "1"; text "large" (noise 60) ]

            Expect.equal
                (commandsOf (writtenOf resp filter Int64.MaxValue 65536 snapshot))
                [ [ "SELECT"; "0" ]; [ "SET"; "large"; noise 60 ] ]
                "the commands")
    ]

let tests =
    testList
        "inspect resp"
        [
            testProperty "strings, lists, sets, sorted sets and hashes are what they were"
            <| Prop.forAll arbitrary (fun (version, entry, seed, partsAbove) ->
                let content =
                    {
                        Version = version
                        Parts = [ RdbPart.Entry entry ]
                        IsSummed = true
                    }

                let snapshot = (Writer.write seed content).Bytes

                let keys =
                    writtenOf resp everything Int64.MaxValue partsAbove snapshot
                    |> commandsOf
                    |> rebuilt

                Expect.equal keys (Option.toList (loaded entry)) "the keys")
            rebuilds
                "a score is exact"
                9
                [
                    entry
                        "z"
                        5
                        (RdbValue.SortedSet
                            [|
                                {
                                    Member = latin1 "a"
                                    Score = 0.1 + 0.2
                                }
                                { Member = latin1 "b"; Score = 3.0 }
                            |])
                ]
                [ [ "SELECT"; "0" ]; [ "ZADD"; "z"; "0.30000000000000004"; "a"; "3"; "b" ] ]
            testCase "libraries come first, and not at all where some keys are asked for" (fun () ->
                let snapshot =
                    snapshotWith
                        10
                        [
                            RdbPart.FunctionLibrary(latin1 "#!lua name=l\n")
                            RdbPart.Entry(text "a" "1")
                        ]

                let key = [ [ "SELECT"; "0" ]; [ "SET"; "a"; "1" ] ]

                Expect.equal
                    (commandsOf (written resp snapshot))
                    ([ "FUNCTION"; "LOAD"; "#!lua name=l\n" ] :: key)
                    "all commands"

                let filter = HybridReplica.Cli.Inspect.EntryFilter([ "a" ], [], [], 0L)

                let some buffer : HybridReplica.Cli.Inspect.EntryFormat =
                    HybridReplica.Cli.Inspect.RespEntries(buffer, filter.IsOpen)

                Expect.equal
                    (commandsOf (writtenOf some filter Int64.MaxValue 65536 snapshot))
                    key
                    "the commands for some keys")
            testList "batches" batches
        ]
