/// Segments that are put together from their parts, and what is known of each of their places because of that.
module HybridReplica.Tests.SegmentSamples

open System
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.StreamGenerators

/// One thing behind the SELECT in front.
type Part =
    | Command of string list
    | Annotation of string

/// What is known of the place behind a part.
type Place =
    {
        Part: SegmentPart
        Byte: int64
        Offset: int64
        Safe: Position
        SafeByte: int64
        Timestamp: int64 voption
        Transaction: int64 voption
    }

/// The SELECT in front of the stream.
let select = command [ "SELECT"; "3" ]

let textOfPart part =
    match part with
    | Command words -> command words
    | Annotation line -> line

let textOfParts parts =
    select + String.concat "" (List.map textOfPart parts)

let private beginning: Place =
    {
        Part = SegmentPart.Select
        Byte = int64 select.Length
        Offset = start.Offset.Bytes
        Safe = start
        SafeByte = int64 select.Length
        Timestamp = ValueNone
        Transaction = ValueNone
    }

let private timeIn (line: string) =
    if line.StartsWith("#TS:", StringComparison.Ordinal) then
        ValueSome(Int64.Parse(line.Substring(4).Trim()))
    else
        ValueNone

let private behindCommand database (words: string list) (place: Place) =
    let length = int64 (command words).Length

    let transaction =
        match words.Head.ToUpperInvariant(), place.Transaction with
        | "MULTI", ValueNone -> ValueSome place.Offset
        | "EXEC", _ -> ValueNone
        | _, open' -> open'

    let next =
        { place with
            Part = SegmentPart.Command
            Byte = place.Byte + length
            Offset = place.Offset + length
            Transaction = transaction
        }

    if transaction.IsSome then
        next
    else
        { next with
            SafeByte = next.Byte
            Safe =
                { start with
                    Offset = Offset next.Offset
                    Database = ValueSome database
                }
        }

let private databaseOf (words: string list) database =
    if words.Head.Equals("SELECT", StringComparison.OrdinalIgnoreCase) then
        int words[1]
    else
        database

let private behind (database, place) part =
    match part with
    | Command words ->
        let database = databaseOf words database
        database, behindCommand database words place
    | Annotation line ->
        database,
        { place with
            Part = SegmentPart.Annotation
            Byte = place.Byte + int64 line.Length
            Timestamp = ValueOption.orElse place.Timestamp (timeIn line)
        }

/// What is known of every place between two parts, the one behind the SELECT in front first.
let places (parts: Part list) : Place list =
    parts |> List.scan behind (3, beginning) |> List.map snd

let private annotation =
    Gen.frequency
        [
            5, Gen.choose64 (0L, 4000000000L) |> Gen.map (fun seconds -> $"#TS:{seconds}\r\n")
            1, Gen.elements [ "# nothing\r\n"; "#\n"; "#" + String('c', 1021) + "\n" ]
        ]
    |> Gen.map Annotation

// Annotations in front of some commands outside of transactions.
let rec private annotate isOpen (words: string list list) =
    match words with
    | [] -> Gen.constant []
    | first :: rest ->
        gen {
            let! count =
                Gen.frequency [ 4, Gen.constant 0; 2, Gen.constant 1; 1, Gen.constant 2 ]

            let! lines = Gen.listOfLength (if isOpen then 0 else count) annotation

            let isOpen =
                match first.Head.ToUpperInvariant() with
                | "MULTI" -> true
                | "EXEC" -> false
                | _ -> isOpen

            let! others = annotate isOpen rest
            return lines @ Command first :: others
        }

/// Sound segments, as lists of their parts.
let parts: Arbitrary<Part list> =
    let words (sent: Sent) =
        match sent with
        | Words words -> Some words
        | Typed _
        | Nothing _ -> None

    let shrink (parts: Part list) =
        seq {
            for index in 0 .. parts.Length - 1 do
                match parts[index] with
                | Annotation _ -> List.removeAt index parts
                | Command words when words.Length > 2 -> List.updateAt index (Command(List.truncate 2 words)) parts
                | Command _ -> ()
        }

    Arb.fromGenShrink (sent.Generator |> Gen.map (List.choose words) |> Gen.bind (annotate false), shrink)

/// Segments, most of them damaged in one place, as text.
let anySegment: Arbitrary<string> =
    gen {
        let! parts = parts.Generator
        let text = textOfParts parts
        let! place = Gen.choose (0, text.Length)
        let! length = Gen.elements [ 0; 0; 1; 1; 2; 9; 100000 ]

        let! instead =
            Gen.oneof
                [
                    Gen.elements
                        [
                            ""
                            "#TS:1\r\n"
                            "#TS:\r\n"
                            "#TS:1\n"
                            "#"
                            "\r\n"
                            "*0\r\n"
                            "*-1\r\n"
                            "PING\r\n"
                        ]
                    Gen.elements [ "#" + String('x', 1100) + "\n"; "*1\r\n$5\r\nMULTI\r\n"; "$"; "*"; "\n" ]
                    Gen.resize 4 Generators.latin1.Generator
                ]

        let length = min length (text.Length - place)
        return text.Remove(place, length).Insert(place, instead)
    }
    |> fun generator ->
        Arb.fromGenShrink (
            generator,
            fun text ->
                seq {
                    for length in [ 64; 8; 1 ] do
                        for index in select.Length .. length .. text.Length - length do
                            text.Remove(index, length)
                }
        )
