/// Small RDBs of one entry each, put together byte by byte, with what they hold.
module HybridReplica.Tests.EntrySamples

open System
open HybridReplica.Core
open HybridReplica.Tests.PackedSamples
open HybridReplica.Tests.EntryBytes

let private texts = [ "one"B; "2"B; ""B; "three three"B ]
let private inListpack = listpack (List.map listpackString texts)
let private inZiplist = ziplist (List.map ziplistString texts)

let private fields =
    [|
        for field, value in [ "one"B, "2"B; ""B, "three three"B ] do
            {
                Field = field
                Value = value
                Expiry = ValueNone
            }
    |]

let private expiring: HashField[] =
    [|
        {
            Field = "a"B
            Value = "1"B
            Expiry = ValueNone
        }
        {
            Field = "b"B
            Value = "two"B
            Expiry = ValueSome 5000L
        }
        {
            Field = "c"B
            Value = "3"B
            Expiry = ValueSome 5001L
        }
    |]

let private scored: ScoredMember[] =
    [| { Member = "two"B; Score = 2.5 }; { Member = "7"B; Score = -1.0 } |]

let private list = RdbValue.List(List.toArray texts)
let private set = RdbValue.Set(List.toArray texts)

/// A module called `AAAAAAAAB`, in version 5 of its encoding.
let private moduleBytes =
    Array.concat
        [
            Array.append [| 0x81uy |] (big 8 ((1L <<< 10) + 5L))
            Array.append [| 1uy; 0x81uy |] (big 8 -7L)
            Array.append [| 2uy; 0x81uy |] (big 8 -1L)
            Array.append [| 3uy |] (little 4 (int64 (BitConverter.SingleToInt32Bits 1.5f)))
            Array.append [| 4uy |] (double -2.25)
            Array.append [| 5uy |] (string "some bytes"B)
            Array.append [| 5uy |] (string ""B)
            [| 0uy |]
        ]

let private moduleValue =
    RdbValue.Module(
        "AAAAAAAAB",
        5,
        [|
            ModuleItem.Signed -7L
            ModuleItem.Unsigned UInt64.MaxValue
            ModuleItem.Float 1.5f
            ModuleItem.Double -2.25
            ModuleItem.Text "some bytes"B
            ModuleItem.Text ""B
        |]
    )

let private arrayBytes =
    Array.concat
        [
            length 3UL
            length 1UL
            length 20UL
            Array.concat [ length 0UL; length 1UL; little 8 -5L ]
            Array.concat [ length 7UL; length 2UL; double 0.5 ]
            Array.concat [ length 19UL; length 3UL; string "text"B ]
        ]

let private array =
    RdbValue.Array(
        [|
            struct (0UL, ArrayValue.Integer -5L)
            struct (7UL, ArrayValue.Float 0.5)
            struct (19UL, ArrayValue.Text "text"B)
        |],
        ValueSome 20UL
    )

let private compressed =
    // Ten bytes, the last of them twenty times more.
    let data = Array.concat [ [| 9uy |]; "abcdefghij"B; [| 0xE0uy; 11uy; 0uy |] ]
    Array.concat [ [| 0xC3uy |]; length (uint64 data.Length); length 30UL; data ]

let private pairs =
    [ string "one"B; string "2"B; string ""B; string "three three"B ]

let private ofRedis =
    let strings = each (List.map string texts)

    [
        0, string "value"B, RdbValue.String "value"B
        0, string ""B, RdbValue.String ""B
        0, [| 0xC1uy; 0x18uy; 0xFCuy |], RdbValue.String "-1000"B
        0, compressed, RdbValue.String(Array.append "abcdefghi"B (Array.create 21 106uy))
        1, strings, list
        10, string inZiplist, list
        14, each [ string inZiplist; string (ziplist []) ], list
        18,
        each
            [
                Array.append [| 1uy |] (string "one"B)
                Array.append [| 2uy |] (string inListpack)
            ],
        RdbValue.List(List.toArray ("one"B :: texts))
        2, strings, set
        20, string inListpack, set
        11, string (intset 2 [ -3L; 0L; 400L ]), RdbValue.Set [| "-3"B; "0"B; "400"B |]
        2, length 0UL, RdbValue.Set [||]
        3,
        each
            [
                Array.concat [ string "two"B; [| 3uy |]; "2.5"B ]
                Array.concat [ [| 0xC0uy; 7uy; 2uy |]; "-1"B ]
            ],
        RdbValue.SortedSet scored
        5,
        each
            [
                Array.append (string "two"B) (double 2.5)
                Array.append (string "7"B) (double -1.0)
            ],
        RdbValue.SortedSet scored
        12, string (ziplist (List.map ziplistString [ "two"B; "2.5"B; "7"B; "-1"B ])), RdbValue.SortedSet scored
        17,
        string (
            listpack
                [
                    listpackString "two"B
                    listpackString "2.5"B
                    listpackNumber 7
                    [| 0xDFuy; 0xFFuy |]
                ]
        ),
        RdbValue.SortedSet scored
        4, Array.concat (length 2UL :: pairs), RdbValue.Hash fields
        9, string (zipmap [ zipmapPair 0 ("one"B, "2"B); zipmapPair 2 (""B, "three three"B) ]), RdbValue.Hash fields
        13, string inZiplist, RdbValue.Hash fields
        16, string inListpack, RdbValue.Hash fields
        24,
        Array.concat
            [
                little 8 5000L
                each
                    [
                        Array.concat [ length 0UL; string "a"B; string "1"B ]
                        Array.concat [ length 1UL; string "b"B; string "two"B ]
                        Array.concat [ length 2UL; string "c"B; [| 0xC0uy; 3uy |] ]
                    ]
            ],
        RdbValue.Hash expiring
        25,
        Array.append
            (little 8 5000L)
            (string (
                listpack
                    [
                        yield! [ listpackString "a"B; listpackNumber 1; listpackNumber 0 ]
                        yield! [ listpackString "b"B; listpackString "two"B; listpackLarge 5000L ]
                        yield! [ listpackString "c"B; listpackNumber 3; listpackLarge 5001L ]
                    ]
            )),
        RdbValue.Hash expiring
        for version, number in [ 1, 15; 2, 19; 3, 21; 4, 26; 5, 27 ] do
            number, StreamSamples.bytes version, StreamSamples.value version
        28, arrayBytes, array
        7, moduleBytes, moduleValue
    ]

let private ofValkey =
    [
        22,
        each
            [
                Array.concat [ string "a"B; string "1"B; little 8 -1L ]
                Array.concat [ string "b"B; string "two"B; little 8 5000L ]
                Array.concat [ string "c"B; string "3"B; little 8 5001L ]
            ],
        RdbValue.Hash expiring
    ]

/// What it is, its bytes, and the value in it.
let all: (String * byte[] * RdbValue) list =
    [
        for magic, samples in [ "REDIS0014"B, ofRedis; "VALKEY080"B, ofValkey ] do
            for index, (number, bytes, value) in List.indexed samples do
                $"%s{Text.Encoding.ASCII.GetString magic}, type %d{number}, sample %d{index}",
                rdbOf magic number bytes,
                value
    ]
