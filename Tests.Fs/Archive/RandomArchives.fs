/// Archives made up at random, and what is to be restored from them as simply as it can be said.
module HybridReplica.Tests.RandomArchives

open System
open System.IO
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.ArchiveBuilder

let private id (letter: char) =
    match ReplicationId.TryParse(String(letter, 40)) with
    | ValueSome id -> id
    | ValueNone -> invalidOp "this is an id"

let private key = Gen.elements [ "a"; "b"; "c"; "user:1" ]

let private value =
    Gen.elements [ ""; "x"; "1"; "#TS:5"; "*1\r\n$4\r\nPING"; String('y', 300) ]

let private change =
    Gen.oneof
        [
            Gen.map2 (fun key value -> [ "SET"; key; value ]) key value
            Gen.map (fun key -> [ "DEL"; key ]) key
            Gen.map (fun key -> [ "RPUSH"; key + ":list"; "e" ]) key
        ]

let private commands =
    Gen.frequency
        [
            6, Gen.map List.singleton change
            2, Gen.map (fun inside -> [ [ "MULTI" ] ] @ inside @ [ [ "EXEC" ] ]) (Gen.resize 4 (Gen.listOf change))
            1, Gen.map (fun database -> [ [ "SELECT"; string<int> database ] ]) (Gen.choose (0, 3))
            1, Gen.elements [ [ [ "PING" ] ]; [ [ "REPLCONF"; "GETACK"; "*" ] ]; [ [ "FLUSHALL" ] ] ]
        ]

let private units (startedAt: int64) =
    gen {
        let! count = Gen.choose (0, 14)

        let! pauses =
            Gen.listOfLength count (Gen.elements [ 0L; 5L; 60L; 100L; 400L; 2500L ])

        let! commands = Gen.listOfLength count commands
        let times = pauses |> List.scan (+) startedAt |> List.tail
        return List.map2 (fun at commands -> { At = at; Commands = commands }) times commands
    }

// Rising places inside of so many units.
let private places (count: int) =
    if count < 2 then
        Gen.constant []
    else
        Gen.resize 4 (Gen.listOf (Gen.choose (1, count - 1)))
        |> Gen.map (List.distinct >> List.sort)

// Not two of them in one segment.
let private apart (cuts: int list) (bases: int list) =
    let segmentOf place =
        cuts |> List.filter (fun cut -> cut <= place) |> List.length

    bases |> List.distinctBy segmentOf

let private history (letter: char) (offset: int64) (startedAt: int64) =
    gen {
        let! units = units startedAt
        let! cuts = places units.Length
        let! bases = places units.Length

        let! renamed =
            Gen.listOfLength cuts.Length (Gen.frequency [ 3, Gen.constant false; 1, Gen.constant true ])

        let! database = Gen.choose (0, 3)

        return
            {
                Start =
                    { Position.AtFullResync(id letter, Offset offset) with
                        Database = ValueSome database
                    }
                ReceivedAt = startedAt
                Units = units
                Cuts =
                    List.zip cuts renamed
                    |> List.mapi (fun index (cut, isRenamed) ->
                        cut,
                        if isRenamed then
                            ValueSome(id (char (int letter + 1 + index)))
                        else
                            ValueNone)
                Bases = apart cuts bases
            }
    }

// A base lies in no segment that is still written: that one is sealed first.
let private sealedAtBases (history: History) =
    let last = history.Cuts |> List.map fst |> List.fold max 0

    { history with
        Bases = history.Bases |> List.filter (fun place -> place <= last)
    }

/// Archives of one history or two.
let plan: Gen<Plan> =
    gen {
        let! first = history 'a' 100L 1_700_000_000_250L
        let! hasSecond = Gen.frequency [ 3, Gen.constant false; 1, Gen.constant true ]
        let! second = history 'k' 1_000_000L 1_700_000_900_000L
        let! isOpen = Gen.elements [ true; false ]

        let! torn =
            Gen.elements
                [
                    ""
                    "*"
                    "*3\r\n$3\r\nSET\r\n$1\r\na"
                    "*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n"
                ]

        let histories = if hasSecond then [ first; second ] else [ first ]

        return
            {
                Name = "appendonly.aof"
                Histories =
                    if isOpen then
                        List.mapi
                            (fun index history ->
                                if index = histories.Length - 1 then
                                    sealedAtBases history
                                else
                                    history)
                            histories
                    else
                        histories
                IsOpen = isOpen
                Torn = if isOpen then torn else ""
            }
    }

/// What happened, under the id that it is archived under.
type Happened =
    {
        Id: ReplicationId
        Start: int64
        End: int64
        Unit: Unit
    }

/// Everything that happened in a history.
let happened (history: History) : Happened list =
    let idAt index =
        history.Cuts
        |> List.filter (fun (cut, id) -> cut <= index && id.IsSome)
        |> List.tryLast
        |> Option.map (fun (_, id) -> id.Value)
        |> Option.defaultValue history.Start.Id

    (history.Start.Offset.Bytes, List.indexed history.Units)
    ||> List.mapFold (fun start (index, unit) ->
        let ended = start + int64 unit.Text.Length

        {
            Id = idAt index
            Start = start
            End = ended
            Unit = unit
        },
        ended)
    |> fst

/// The text of a segment without what is beside the stream: its first SELECT, and the annotations, which stand between
/// commands.
let private streamOf (bytes: byte[]) : string =
    let text = Text.Encoding.Latin1.GetString bytes

    let rec skipWords words at =
        if words = 0 then
            at
        else
            let lineEnd = text.IndexOf("\r\n", at, StringComparison.Ordinal)
            let length = int text[at + 1 .. lineEnd - 1]
            skipWords (words - 1) (lineEnd + 2 + length + 2)

    let rec pieces at =
        if at >= text.Length then
            []
        else
            let lineEnd = text.IndexOf("\r\n", at, StringComparison.Ordinal) + 2

            if text[at] = '#' then
                pieces lineEnd
            else
                let behind = skipWords (int text[at + 1 .. lineEnd - 3]) lineEnd
                text[at .. behind - 1] :: pieces behind

    pieces 0 |> List.tail |> String.concat ""

/// What is in a restored folder: its base, and the stream behind that.
let restored (output: string) : byte[] * string =
    let folder = Path.Combine(output, "appendonlydir")

    let manifest =
        File.ReadAllLines(Path.Combine(folder, "appendonly.aof.manifest"))
        |> List.ofArray
        |> List.filter (fun line -> not (line.StartsWith '#'))

    let names = manifest |> List.map (fun line -> (line.Split ' ')[1])

    let listed = names @ [ "appendonly.aof.manifest" ] |> List.sort

    let there =
        Directory.GetFiles folder
        |> Array.map (Path.GetFileName >> string)
        |> List.ofArray
        |> List.sort

    if listed <> there then
        failwithf "listed is %A, and there is %A" listed there

    match names with
    | first :: rest ->
        File.ReadAllBytes(Path.Combine(folder, first)),
        rest
        |> List.map (fun name -> streamOf (File.ReadAllBytes(Path.Combine(folder, name))))
        |> String.concat ""
    | [] -> failwith "the manifest is empty"
