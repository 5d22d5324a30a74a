/// Texts and numbers on both sides of every border there is between two ways to write them.
module HybridReplica.Tests.Rdb.TextGenerators

open System
open FsCheck.FSharp
open FsCheck
open HybridReplica.Core

/// Where one form of a number ends, and the next begins.
let private borders: int64 list =
    [
        for bits in [ 3; 6; 7; 8; 12; 13; 15; 16; 23; 24; 31; 32; 47; 53; 62 ] do
            for border in [ 1L <<< bits; -(1L <<< bits) ] do
                border - 1L
                border
                border + 1L
        0L
        1L
        -1L
        10L
        12L
        13L
        Int64.MaxValue
        Int64.MaxValue - 1L
        Int64.MinValue
        Int64.MinValue + 1L
    ]

let number: Gen<int64> =
    Gen.frequency
        [
            2, Gen.map int64 (Gen.choose (-20, 200))
            2, Gen.elements borders
            1, Gen.map int64 (Gen.choose (Int32.MinValue, Int32.MaxValue))
        ]

let private below (limit: int64) =
    Gen.map (fun number -> (number &&& Int64.MaxValue) % limit) number

/// A number from 0 up that fits into a length of 32 bits.
let count: Gen<int64> = below (1L <<< 32)

/// A number from 0 up.
let natural: Gen<int64> = below Int64.MaxValue

let time: Gen<int64> =
    Gen.frequency
        [
            3, Gen.map (fun seconds -> 1_500_000_000_000L + 1000L * int64 seconds) (Gen.choose (0, 500_000_000))
            2, Gen.map (fun part -> 1_700_000_000_000L + int64 part) (Gen.choose (0, 1_000_000_000))
            1, Gen.map ((+) 1L) (below (1L <<< 46))
        ]

let score: Gen<float> =
    Gen.frequency
        [
            3, Gen.map (fun tenths -> float tenths / 10.0) (Gen.choose (-1000, 1000))
            2, Gen.map float number
            1,
            Gen.elements
                [
                    0.0
                    -0.0
                    Double.PositiveInfinity
                    Double.NegativeInfinity
                    Double.MaxValue
                    Double.MinValue
                    Double.Epsilon
                    1e22
                    0.1
                    Math.PI
                    1e-300
                ]
        ]

let private letters length =
    Gen.map (Array.map byte) (Gen.arrayOfLength length (Gen.elements [ 'a' .. 'z' ]))

let private random length =
    Gen.arrayOfLength length (Gen.map byte (Gen.choose (0, 255)))

let private repetitive length =
    Gen.map2
        (fun pattern first ->
            Array.init length (fun index -> Array.get pattern ((index + first) % Array.length pattern)))
        (Gen.choose (1, 40) |> Gen.bind random)
        (Gen.choose (0, 39))

/// Where one form of a text ends, and the next begins.
let private lengths: Gen<int> =
    Gen.frequency
        [
            60, Gen.choose (0, 12)
            12, Gen.choose (13, 80)
            6, Gen.elements [ 63; 64; 127; 128; 252; 253; 254; 255; 256 ]
            1, Gen.elements [ 4095; 4096; 16383; 16384 ]
        ]

let text: Gen<byte[]> =
    gen {
        let! length = lengths

        return!
            Gen.frequency
                [
                    4, letters length
                    2, random length
                    2, repetitive length
                    4, Gen.map Texts.decimal number
                    1, Gen.elements (List.map Texts.ascii [ "-0"; "007"; "+1"; "1.5"; " 1"; "9223372036854775808" ])
                ]
    }

/// Texts that are no numbers.
let name: Gen<byte[]> = Gen.map (Array.append (Texts.ascii "n")) text

let smallList (element: Gen<'Element>) : Gen<'Element list> =
    Gen.frequency [ 1, Gen.constant 0; 12, Gen.choose (1, 8); 1, Gen.choose (9, 80) ]
    |> Gen.bind (fun length -> Gen.listOfLength length element)

let smallArray (element: Gen<'Element>) : Gen<'Element[]> =
    Gen.map Array.ofList (smallList element)

let streamId: Gen<StreamId> =
    Gen.map2
        (fun milliseconds sequence ->
            {
                Milliseconds = milliseconds
                Sequence = sequence
            })
        (Gen.frequency [ 4, Gen.map uint64 time; 1, Gen.map uint64 number ])
        (Gen.frequency [ 4, Gen.map uint64 (Gen.choose (0, 300)); 1, Gen.map uint64 number ])
