/// Streams to try the laws on: sound ones as lists of what a master sends, damaged ones and any text. Text has one
/// character for each byte.
module HybridReplica.Tests.StreamGenerators

open System
open System.Text
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

/// One thing that a master sends.
type Sent =
    /// An array of bulk strings.
    | Words of string list
    /// A line as a 2.4 or 2.6 master types it, its line end not included.
    | Typed of string
    /// What is passed over: an empty line or an empty array.
    | Nothing of string

/// A command as masters since 2.8 send it.
let command (words: string list) : string =
    let word (text: string) = $"$%d{text.Length}\r\n%s{text}\r\n"
    $"*%d{words.Length}\r\n" + String.concat "" (List.map word words)

let textOf (sent: Sent) : string =
    match sent with
    | Words words -> command words
    | Typed line -> line + "\r\n"
    | Nothing text -> text

let text (sent: Sent list) : string = String.concat "" (List.map textOf sent)

let bytes (text: string) : byte[] = Encoding.Latin1.GetBytes text

/// Where the streams begin.
let start: Position =
    { Position.AtFullResync(Generators.replicationIdOf (String('a', 40)), Offset 1000L) with
        Database = ValueSome 3
    }

/// Shorter lists, and lists with one smaller element.
let private shrinkList shrinkElement (elements: 'element list) =
    seq {
        if elements.Length > 1 then
            let first, second = List.splitAt (elements.Length / 2) elements
            first
            second

        for index in 0 .. elements.Length - 1 do
            List.removeAt index elements

            for smaller in shrinkElement elements[index] do
                List.updateAt index smaller elements
    }

// Commands.

let private inAnyCase (word: string) =
    Gen.elements [ word; word.ToLowerInvariant(); word.ToUpperInvariant() ]

let private select =
    Gen.map2 (fun name (database: int) -> [ name; string database ]) (inAnyCase "Select") (Gen.choose (0, 16))

let private named word = Gen.map List.singleton (inAnyCase word)

let private getack =
    Gen.map2 (fun name first -> [ name; first; "*" ]) (inAnyCase "ReplConf") (inAnyCase "GetAck")

let private value =
    Gen.frequency
        [
            6, Generators.latin1.Generator
            2, Gen.elements [ ""; "\r\n"; "$3\r\nabc\r\n"; "*1\r\n$4\r\nEXEC\r\n"; "\000"; "GETACK" ]
            1, Gen.map (fun length -> String('v', length)) (Gen.choose (60, 300))
        ]

/// Names of data, some of which are nearly those of something else.
let private name =
    Gen.frequency
        [
            6, Gen.elements [ "SET"; "del"; "HSET"; "ZADD"; "INCRBY"; "PEXPIREAT"; "RESTORE"; "XADD" ]
            2,
            Gen.elements
                [
                    "PINGS"
                    "PIN"
                    "EXECS"
                    "EXEX"
                    "MULTO"
                    "SELEKT"
                    "REPLCONV"
                    "REPLCONFS"
                    ""
                ]
            1, value
        ]

let private data =
    Gen.map2 (fun name arguments -> name :: arguments) name (Gen.resize 6 (Gen.listOf value))

let private plain =
    Gen.frequency
        [
            10, data
            3, select
            2, named "Ping"
            2, getack
            1,
            Gen.elements
                [
                    [ "REPLCONF"; "ACK"; "12" ]
                    [ "REPLCONF" ]
                    [ "replconf"; String('x', 30); "1" ]
                ]
            1, Gen.elements [ [ "MULTI" ]; [ "EXEC" ]; [ "multi"; "x" ] ]
        ]
    |> Gen.map Words

let private nothing =
    Gen.elements [ "\r\n"; "\n"; "*0\r\n"; "*-1\r\n"; "*-0\r\n"; "*00\r\n" ]
    |> Gen.map Nothing

let private typed =
    let database =
        Gen.map (fun (number: int) -> $"select %d{number}") (Gen.choose (0, 16))

    Gen.oneof [ database; Gen.elements [ "PING"; "ping"; "SELECT  7 "; "pInG  "; "PING\r" ] ]
    |> Gen.map Typed

let private transaction =
    Gen.map (fun inside -> [ Words [ "MULTI" ]; yield! inside; Words [ "EXEC" ] ]) (Gen.resize 5 (Gen.listOf plain))

/// What masters send, of all eras mixed.
let sent: Arbitrary<Sent list> =
    let part =
        Gen.frequency
            [
                10, Gen.map List.singleton plain
                2, transaction
                1, Gen.map List.singleton nothing
                1, Gen.map List.singleton typed
            ]

    let shrinkWord (word: string) =
        if word.Length > 1 then
            seq { word.Substring(0, word.Length / 2) }
        else
            Seq.empty

    let shrinkSent sent =
        match sent with
        | Words(name :: arguments) -> Seq.map (fun fewer -> Words(name :: fewer)) (shrinkList shrinkWord arguments)
        | _ -> Seq.empty

    Arb.fromGenShrink (Gen.map List.concat (Gen.resize 30 (Gen.listOf part)), shrinkList shrinkSent)

// Text.

/// Text of the characters that matter to the grammar.
let private noise =
    let awkward =
        Gen.frequency
            [
                8, Gen.elements "*$-0123456789\r\n \000"
                2, Gen.map char (Gen.choose (0, 255))
            ]

    let fragment =
        Gen.frequency
            [
                6, Gen.map string awkward
                3, Gen.elements [ "\r\n"; "*1\r\n"; "*2\r\n"; "*3\r\n"; "$1\r\n"; "$0\r\n"; "$4\r\nPING\r\n" ]
                2,
                Gen.elements
                    [
                        "$6\r\nSELECT\r\n"
                        "$8\r\nREPLCONF\r\n"
                        "$6\r\nGETACK\r\n"
                        "select "
                        "PING"
                    ]
                1, Gen.elements [ "$18\r\n"; "$19\r\n"; "$-1\r\n"; "999999999999999999"; "1000000000000000000" ]
                1, Gen.elements [ "2147483647\r\n"; "2147483648\r\n"; String('a', 63); String('P', 64) ]
            ]

    Gen.map (String.concat "") (Gen.listOf fragment)

/// One edit of a text, at a place given in parts of a million of its length.
let private edited (text: string) (place: int) (length: int) (instead: string) =
    let index = int (int64 text.Length * int64 place / 1000000L)
    let length = min length (text.Length - index)
    text.Remove(index, length).Insert(index, instead)

let private damaged =
    gen {
        let! sent = sent.Generator
        let! place = Gen.choose (0, 1000000)
        let! length = Gen.elements [ 0; 0; 1; 1; 2; 7; 100000 ]
        let! instead = Gen.oneof [ Gen.constant ""; Gen.resize 3 noise ]
        return edited (text sent) place length instead
    }

/// Any text: sound streams, damaged ones, and noise.
let anyText: Arbitrary<string> =
    let shrink (text: string) =
        seq {
            for length in
                Seq.takeWhile (fun length -> length > 0) (Seq.unfold (fun n -> Some(n, n / 2)) (text.Length / 2)) do
                for index in 0..length .. text.Length - length do
                    text.Remove(index, length)
        }

    Arb.fromGenShrink (
        Gen.frequency
            [
                2, Gen.map text sent.Generator
                5, damaged
                3, noise
                1, Generators.latin1.Generator
            ],
        shrink
    )

/// Sizes in which a text arrives; they are used over and over again.
let sizes: Arbitrary<int list> =
    let size =
        Gen.frequency
            [
                3, Gen.constant 1
                4, Gen.choose (1, 8)
                3, Gen.choose (1, 80)
                1, Gen.choose (80, 5000)
            ]

    Arb.fromGenShrink (
        Gen.nonEmptyListOf size |> Gen.resize 10,
        fun sizes -> shrinkList (fun _ -> Seq.empty) sizes |> Seq.filter (List.isEmpty >> not)
    )
