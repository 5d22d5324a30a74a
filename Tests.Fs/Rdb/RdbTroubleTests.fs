/// What cannot be read has a trouble that names it, and the offset is that of what it is about.
module HybridReplica.Tests.RdbTroubleTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Rdb.Reading
open HybridReplica.Tests.Snapshots

/// An entry behind the head of an RDB: its type and its key. Its value is at 12.
let private entry form (value: byte[]) =
    Array.concat
        [
            latin1 "REDIS0014"
            [| byte form; 1uy; 107uy |]
            value
            [| 0xFFuy |]
            littleEndian 0UL
        ]

let private valueOffset = 12L

/// A string of less than 64 bytes.
let private text (bytes: byte[]) =
    Array.append [| byte bytes.Length |] bytes

let private listpack (elements: byte[]) =
    Array.concat
        [
            [| byte (7 + elements.Length); 0uy; 0uy; 0uy; 0xFFuy; 0xFFuy |]
            elements
            [| 0xFFuy |]
        ]
    |> text

let private longest = Array.append [| 0x81uy |] (Array.create 8 0xFFuy)

let private streamNode (elements: byte[]) =
    Array.concat [ [| 1uy; 16uy |]; Array.zeroCreate 16; listpack elements ]

/// Behind the length of a stream and the id of its first node.
let private nodeOffset = valueOffset + 18L

let private examples =
    [
        "a length that is none", entry 1 [| 0xC1uy |], RdbTrouble.NotALength 0xC1, 0L
        "a string in a form that there is none of", entry 0 [| 0xC4uy |], RdbTrouble.UnknownStringEncoding 4, 0L
        "a string longer than anything", entry 0 longest, RdbTrouble.ImpossibleLength UInt64.MaxValue, 0L
        "a compressed string that points in front of itself",
        entry 0 [| 0xC3uy; 4uy; 10uy; 0uy; 65uy; 0xC0uy; 1uy |],
        RdbTrouble.BadCompression,
        0L
        "a compressed string that becomes too short",
        entry 0 [| 0xC3uy; 2uy; 3uy; 0uy; 65uy |],
        RdbTrouble.BadCompression,
        0L
        "a listpack without room for its head",
        entry 20 (text [| 1uy |]),
        RdbTrouble.Damaged("listpack", PackedTrouble.TooShort),
        0L
        "a ziplist of another size",
        entry 10 (text [| 12uy; 0uy; 0uy; 0uy; 10uy; 0uy; 0uy; 0uy; 0uy; 0uy; 255uy |]),
        RdbTrouble.Damaged("ziplist", PackedTrouble.WrongSize),
        0L
        "an intset of no width",
        entry 11 (text (Array.zeroCreate 8)),
        RdbTrouble.Damaged("intset", PackedTrouble.UnknownEncoding),
        0L
        "a zipmap with one pair too few",
        entry 9 (text [| 1uy; 255uy |]),
        RdbTrouble.Damaged("zipmap", PackedTrouble.WrongCount),
        0L
        "a field without a value", entry 16 (listpack [| 5uy; 1uy |]), RdbTrouble.Uneven "listpack", 0L
        "a node of a list that is neither a listpack nor an element",
        entry 18 [| 1uy; 3uy |],
        RdbTrouble.Damaged("quicklist", PackedTrouble.UnknownEncoding),
        1L
        "a score that is no number", entry 3 [| 1uy; 1uy; 97uy; 1uy; 120uy |], RdbTrouble.BadScore, 3L
        "a node of a stream whose id is too short",
        entry 15 [| 1uy; 3uy; 0uy; 0uy; 0uy |],
        RdbTrouble.BadStream "the id of a node",
        1L
        "a node of a stream without entries",
        entry 15 (streamNode [||]),
        RdbTrouble.BadStream "the master entry of a node",
        18L
        "an item of a module of a kind that there is none of",
        entry 7 (Array.append longest [| 6uy |]),
        RdbTrouble.BadModule 6UL,
        9L
        "an array whose flag is none", entry 28 [| 1uy; 2uy |], RdbTrouble.ImpossibleLength 2UL, 0L
        "a field that expires later than anything",
        entry 24 (Array.concat [ BitConverter.GetBytes Int64.MaxValue; [| 1uy; 5uy; 1uy; 102uy; 1uy; 118uy |] ]),
        RdbTrouble.ImpossibleLength 5UL,
        9L
        "a field whose expiry does not fit into a number",
        entry 22 (Array.concat [ [| 1uy |]; longest; [| 1uy; 102uy; 1uy; 118uy |] ]),
        RdbTrouble.ImpossibleLength UInt64.MaxValue,
        1L
        "a field in a listpack that expired before 1970",
        entry 23 (listpack [| 0x81uy; 102uy; 2uy; 0x81uy; 118uy; 2uy; 0xDFuy; 0xFFuy; 2uy |]),
        RdbTrouble.ImpossibleLength UInt64.MaxValue,
        0L
        "an element of an array of no kind", entry 28 [| 1uy; 0uy; 5uy; 4uy |], RdbTrouble.ImpossibleLength 4UL, 2L
    ]

let private named =
    testList
        "values"
        [
            for law, bytes, trouble, offset in examples do
                testCase law (fun () ->
                    let read = read RdbLook.Typed bytes
                    Expect.equal read.Trouble (Some trouble) "the trouble"
                    Expect.equal read.Offset (valueOffset + offset) "where it is")
            testCase "a field of Valkey that expired before 1970, and does not say so with -1" (fun () ->
                let bytes =
                    Array.concat
                        [
                            latin1 "VALKEY080"
                            [| 22uy; 1uy; 107uy; 1uy; 1uy; 102uy; 1uy; 118uy |]
                            BitConverter.GetBytes -5L
                        ]

                let read = read RdbLook.Typed bytes
                Expect.equal read.Trouble (Some(RdbTrouble.ImpossibleLength(uint64 -5L))) "the trouble"
                Expect.equal read.Offset 17L "where it is")
            testCase "a time that nobody can have waited" (fun () ->
                let bytes = Array.concat [ latin1 "REDIS0014"; [| 248uy |]; longest ]
                let read = read RdbLook.Typed bytes
                Expect.equal read.Trouble (Some(RdbTrouble.ImpossibleLength UInt64.MaxValue)) "the trouble"
                Expect.equal read.Offset 9L "where it is")
            testCase "parts of a text are not longer than what may come whole" (fun () ->
                let bytes = entry 0 (Array.concat [ [| 0x44uy; 0uy |]; Array.zeroCreate 1024 ])
                let mutable scan = RdbScanner.Start(100, 10_000L)
                let mutable token = RdbToken()
                let mutable parts = []

                while RdbScanner.Next(&scan, ReadOnlySpan bytes, Span.Empty, RdbLook.Typed, &token) = RdbStep.Token do
                    if token.Kind = RdbTokenKind.String then
                        parts <- token.Text(ReadOnlySpan bytes, ReadOnlySpan.Empty, Span.Empty).Length :: parts

                Expect.equal (List.rev parts) (List.replicate 10 100 @ [ 24 ]) "bytes of the parts")
            testCase
                "a text that would not fit is named with its size, and those that come in parts are read"
                (fun () ->
                    let bytes = entry 1 (Array.concat [ [| 1uy; 0x44uy; 0uy |]; Array.zeroCreate 1024 ])

                    let feeding =
                        { atOnce RdbLook.Typed with
                            Sizes = [| 100 |]
                            Limit = 1000L
                        }

                    let whole = feed feeding bytes
                    Expect.equal whole.Trouble (Some(RdbTrouble.TooLarge(1026L, 1000L))) "whole"
                    Expect.equal (feed { feeding with PartsAbove = 100 } bytes).Trouble None "in parts")
        ]

let private head =
    testList
        "head"
        [
            testCase "every version that is newer is named" (fun () ->
                for version in List.map redis [ 15..9999 ] @ List.map valkey [ 81..999 ] do
                    let read = read RdbLook.Typed (withChecksum (version.ToString()) [||])
                    Expect.equal read.Trouble (Some(RdbTrouble.FutureVersion version)) $"{version}"
                    Expect.equal read.Offset 0L $"{version}")
            testCase "versions that Valkey never had are refused by number" (fun () ->
                for number in [ 1; 11; 79 ] do
                    match (read RdbLook.Typed (latin1 $"VALKEY{number:D3}")).Trouble with
                    | Some(RdbTrouble.Refused(refused, _)) -> Expect.equal refused number "its number"
                    | other -> failtest $"{number}: {other}")
            testCase "what does not begin like an RDB is none" (fun () ->
                for text in [ "VALKEY000"; "REDIS0000"; "HTTP/1.1 400 Bad Request"; "X"; "REDIX" ] do
                    let read = read RdbLook.Typed (latin1 text)
                    Expect.equal read.Trouble (Some RdbTrouble.NotRdb) text)
        ]

/// Both know the same, although one means something different.
let private opcodes = set [ 243..245 ] + set [ 247..255 ]

let private refusedBy (version: RdbVersion) =
    match version.Vendor with
    | RdbVendor.Redis -> set [ 6; 246; 107; 242 ] + set [ 29..33 ]
    | RdbVendor.Valkey -> set [ 6; 246; 23; 242 ]

let private newestOf (version: RdbVersion) =
    match version.Vendor with
    | RdbVendor.Redis -> redis 14
    | RdbVendor.Valkey -> valkey 80

let private isNamed number (trouble: RdbTrouble option) (version: RdbVersion) =
    match trouble with
    | Some(RdbTrouble.Refused(named, _)) -> named = number && (refusedBy version).Contains number
    | Some(RdbTrouble.UnknownOpcode named) ->
        named = number && number >= 200 && not ((refusedBy version).Contains number)
    | Some(RdbTrouble.UnknownType named) -> named = number && number < 200 && not ((refusedBy version).Contains number)
    | _ -> false

let private unknownTo (version: RdbVersion) =
    set [ 0..255 ] - opcodes - set (Forms.formsOf (newestOf version))

let private expectNamed version number (body: byte[]) =
    for look in [ RdbLook.Skip; RdbLook.Typed ] do
        let read = read look (Array.append body [| byte number; 1uy |])
        Expect.isTrue (isNamed number read.Trouble version) $"{number}: {read.Trouble}"
        Expect.equal read.Offset body.LongLength $"where {number} is"

let private between =
    testList
        "between entries"
        [
            testCase "what a module keeps beside the keys begins with a number" (fun () ->
                let bytes = latin1 "REDIS0009\xF7\x00\x05\x02\x00"
                let read = read RdbLook.Typed bytes
                Expect.equal read.Trouble (Some(RdbTrouble.BadModule 5UL)) "the trouble"
                Expect.equal read.Offset 10L "where it is")
            testCase "every number that is neither type nor opcode is named" (fun () ->
                for version in Forms.versions do
                    for number in Set.toList (unknownTo version) do
                        expectNamed version number (latin1 (version.ToString())))
            testProperty "it is named behind anything, and where it is"
            <| ContentGenerators.law (fun content written ->
                let tail = if content.Version.HasChecksum then 9 else 1
                let body = Array.take (written.Bytes.Length - tail) written.Bytes

                Prop.forAll (Arb.fromGen (Gen.elements (unknownTo content.Version))) (fun number ->
                    expectNamed content.Version number body))
            testProperty "a wrong checksum is named with both, behind everything that was found"
            <| ContentGenerators.law (fun content written ->
                if content.IsSummed then
                    let sound = read RdbLook.Typed written.Bytes
                    let body = Array.take (written.Bytes.Length - 8) written.Bytes
                    let right = checksum body

                    for bit in [ 0; 17; 63 ] do
                        let stored = right ^^^ (1UL <<< bit)
                        let read = read RdbLook.Typed (Array.append body (littleEndian stored))
                        Expect.equal read.Trouble (Some(RdbTrouble.WrongChecksum(stored, right))) "the trouble"
                        Expect.equal read.Offset body.LongLength "where it is"
                        Expect.equal read.Items (List.take (sound.Items.Length - 1) sound.Items) "what was found")
        ]

let tests = testList "RDB troubles" [ named; head; between ]
