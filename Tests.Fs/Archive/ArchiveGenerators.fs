/// Archives to try the laws on: of one history or more, with failovers, bases inside of segments, and gaps.
module HybridReplica.Tests.ArchiveGenerators

open System
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.ArchiveBuilder

let private key = Gen.map (fun number -> $"key:%d{number}") (Gen.choose (0, 20))

let private value =
    Gen.frequency
        [
            4, Gen.elements [ ""; "v"; "\r\n"; "#TS:1\r\n"; "*1\r\n$4\r\nEXEC\r\n"; "\000\255" ]
            2, Gen.map (fun length -> String('x', length)) (Gen.choose (1, 300))
        ]

let private write =
    Gen.frequency
        [
            6, Gen.map2 (fun key value -> [ "SET"; key; value ]) key value
            2, Gen.map (fun key -> [ "del"; key ]) key
            1, Gen.constant [ "FLUSHALL" ]
        ]

let private select =
    Gen.map (fun (database: int) -> [ "SELECT"; string database ]) (Gen.choose (0, 15))

let private commands =
    Gen.frequency
        [
            8, Gen.map List.singleton write
            2, Gen.map List.singleton select
            1, Gen.elements [ [ [ "PING" ] ]; [ [ "REPLCONF"; "GETACK"; "*" ] ] ]
            2,
            Gen.map
                (fun inside -> [ [ "MULTI" ]; yield! inside; [ "EXEC" ] ])
                (Gen.resize 4 (Gen.listOf (Gen.oneof [ write; select ])))
        ]

let private units (start: int64) count : Gen<Unit list> =
    gen {
        let pause =
            Gen.frequency
                [
                    3, Gen.choose (0, 99)
                    2, Gen.choose (100, 2500)
                    1, Gen.choose (60000, 90000)
                ]

        let! pauses = Gen.listOfLength count pause
        let! commands = Gen.listOfLength count commands

        let times =
            pauses |> List.scan (fun at pause -> at + int64 pause) start |> List.tail

        return List.map2 (fun at commands -> { At = at; Commands = commands }) times commands
    }

/// Some of the numbers from 1 on that are less.
let private someBelow (count: int) : Gen<int list> =
    Gen.subListOf [ 1 .. count - 1 ]
    |> Gen.map (List.indexed >> List.filter (fun (index, _) -> index % 3 = 0) >> List.map snd)

/// Those that do not lie inside of the same segment as the one before.
let private apart (cuts: int list) (bases: int list) =
    let segmentOf at =
        cuts |> List.filter (fun cut -> cut <= at) |> List.length

    let isInside at = not (List.contains at cuts)

    bases
    |> List.groupBy segmentOf
    |> List.collect (fun (_, inOne) ->
        let inside, atStart = List.partition isInside inOne
        atStart @ List.truncate 1 inside)

let private history (start: Position) (receivedAt: int64) : Gen<History> =
    gen {
        let! count = Gen.choose (0, 30)
        let! units = units receivedAt count
        let! cuts = someBelow count

        let! ids =
            Gen.frequency [ 3, Gen.constant ValueNone; 1, Gen.map ValueSome Generators.replicationId ]
            |> Gen.listOfLength cuts.Length

        let! bases = someBelow count

        return
            {
                Start = start
                ReceivedAt = receivedAt
                Units = units
                Cuts = List.zip cuts ids
                Bases = apart cuts bases
            }
    }

let private endOf (history: History) : Position * int64 =
    let length = history.Units |> List.sumBy (fun unit -> int64 unit.Text.Length)

    let id =
        history.Cuts
        |> List.choose (snd >> ValueOption.toOption)
        |> List.tryLast
        |> Option.defaultValue history.Start.Id

    let last =
        history.Units
        |> List.tryLast
        |> Option.map _.At
        |> Option.defaultValue history.ReceivedAt

    { history.Start with
        Id = id
        Offset = Offset(history.Start.Offset.Bytes + length)
    },
    last

let private position: Gen<Position> =
    gen {
        let! id = Generators.replicationId
        let! offset = Gen.choose64 (0L, 1000000L)
        let! database = Gen.choose (0, 15)

        return
            { Position.AtFullResync(id, Offset offset) with
                Database = ValueSome database
            }
    }

/// Where the next history begins: behind a gap in the same one, or in another.
let private next (before: History) : Gen<History> =
    gen {
        let ended, last = endOf before
        let! gap = Gen.choose64 (1L, 5000L)

        let behindGap =
            { ended with
                Offset = Offset(ended.Offset.Bytes + gap)
                Database = ValueSome 0
            }

        let! start = Gen.oneof [ Gen.constant behindGap; position ]
        return! history start (last + 3600000L)
    }

let private histories: Gen<History list> =
    gen {
        let! start = position
        let! first = history start 1767225600123L

        let! count =
            Gen.frequency [ 4, Gen.constant 1; 2, Gen.constant 2; 1, Gen.constant 3 ]

        let rec goOn made left =
            gen {
                if left = 0 then
                    return List.rev made
                else
                    let! another = next (List.head made)
                    return! goOn (another :: made) (left - 1)
            }

        return! goOn [ first ] (count - 1)
    }

/// What an open segment can end with that is no whole command.
let private torn =
    Gen.frequency
        [
            2, Gen.constant ""
            1,
            Gen.elements
                [
                    "*"
                    "*2\r\n$3\r\nDEL\r\n$5\r\nke"
                    "*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nPING\r\n"
                ]
        ]

/// Archives. Their names are those that a server gives if nobody says otherwise.
let plans: Arbitrary<Plan> =
    gen {
        let! histories = histories
        let! isOpen = Gen.elements [ true; false ]
        let! torn = torn

        return
            {
                Name = "appendonly.aof"
                Histories = histories
                IsOpen = isOpen
                Torn = if isOpen then torn else ""
            }
    }
    |> Arb.fromGen
