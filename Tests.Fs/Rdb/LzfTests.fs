/// The compression of strings, held against its definition.
module HybridReplica.Tests.LzfTests

open System
open Expecto
open HybridReplica.Core

/// Uncompresses into memory between two guards, which must stay as they are.
let private decompress (compressed: byte[]) (length: int) : byte[] option =
    let memory = Array.create (length + 128) 0xA5uy
    let isSound = Lzf.Decompress(ReadOnlySpan compressed, Span(memory, 64, length))

    if
        Array.exists ((<>) 0xA5uy) memory[..63]
        || Array.exists ((<>) 0xA5uy) memory[64 + length ..]
    then
        failwith "there was written beside the destination"

    if isSound then Some memory[64 .. 63 + length] else None

/// What a compressed string is by definition, byte after byte; none, if it is no compressed string.
let private reference (compressed: byte[]) : byte[] option =
    let output = ResizeArray<byte>()

    let rec next input =
        if input = compressed.Length then
            Some(output.ToArray())
        else
            match int compressed[input] with
            | control when control < 32 && input + control + 1 < compressed.Length ->
                output.AddRange compressed[input + 1 .. input + control + 1]
                next (input + control + 2)
            | control when control < 32 -> None
            | control ->
                let bytes = if control >>> 5 = 7 then 2 else 1

                if input + bytes >= compressed.Length then
                    None
                else
                    let more = if bytes = 2 then int compressed[input + 1] else 0
                    let distance = ((control &&& 31) <<< 8) + int compressed[input + bytes] + 1

                    if distance > output.Count then
                        None
                    else
                        for _ in 1 .. (control >>> 5) + more + 2 do
                            output.Add output[output.Count - distance]

                        next (input + bytes + 1)

    next 0

/// A part of a compressed string.
type private Part =
    | Literal of byte[]
    | Reference of distance: int * length: int

let private bytesOf part =
    match part with
    | Literal bytes -> Array.append [| byte (bytes.Length - 1) |] bytes
    | Reference(distance, length) ->
        let far = byte ((distance - 1) >>> 8)
        let near = byte (distance - 1)

        if length < 9 then
            [| byte (length - 2) <<< 5 ||| far; near |]
        else
            [| 224uy ||| far; byte (length - 9); near |]

let private compressedOf parts =
    Array.collect bytesOf (Array.ofList parts)

/// A sound compressed string that a seed stands for.
let private sound (seed: int) =
    let random = Random seed

    let rec parts count have =
        if count = 0 then
            []
        elif have = 0 || random.Next 2 = 0 then
            let literal = Array.zeroCreate<byte>(random.Next(1, 33))
            random.NextBytes literal
            Literal literal :: parts (count - 1) (have + literal.Length)
        else
            let near = if random.Next 2 = 0 then 20 else 8192
            let distance = random.Next(1, 1 + min near have)

            let length =
                if random.Next 2 = 0 then
                    random.Next(3, 9)
                else
                    random.Next(9, 265)

            Reference(distance, length) :: parts (count - 1) (have + length)

    compressedOf (parts (random.Next(1, 40)) 0)

let private laws =
    testList
        "laws"
        [
            testProperty "what is sound becomes what the definition says" (fun (seed: int) ->
                let compressed = sound seed
                let expected = reference compressed |> Option.get
                decompress compressed expected.Length = Some expected)
            testProperty "it fits into no other length" (fun (seed: int) ->
                let compressed = sound seed
                let length = (reference compressed |> Option.get).Length

                [
                    0
                    1
                    length - 33
                    length - 17
                    length - 1
                    length + 1
                    length + 33
                    2 * length + 1
                ]
                |> List.filter (fun other -> other >= 0 && other <> length)
                |> List.forall (fun other -> decompress compressed other = None))
            testProperty "any bytes become what the definition says, or nothing" (fun (bytes: byte[]) (length: uint8) ->
                let expected =
                    reference bytes |> Option.filter (fun output -> output.Length = int length)

                decompress bytes (int length) = expected)
            testProperty "cut anywhere it never becomes the whole" (fun (seed: int) ->
                let compressed = sound seed
                let length = (reference compressed |> Option.get).Length

                Seq.forall
                    (fun cut -> decompress compressed[.. cut - 1] length = None)
                    (seq { 0 .. compressed.Length - 1 }))
            testProperty "with any bit flipped it becomes what the definition says, or nothing" (fun (seed: int) ->
                let compressed = sound seed
                let length = (reference compressed |> Option.get).Length

                Seq.forall
                    (fun bit ->
                        let flipped =
                            Array.updateAt (bit / 8) (compressed[bit / 8] ^^^ (1uy <<< bit % 8)) compressed

                        let expected =
                            reference flipped |> Option.filter (fun output -> output.Length = length)

                        decompress flipped length = expected)
                    (seq { 0 .. 8 * compressed.Length - 1 }))
            testProperty "what is sound is possible" (fun (seed: int) ->
                let compressed = sound seed
                let length = (reference compressed |> Option.get).Length
                Lzf.IsPossible(int64 compressed.Length, int64 length))
        ]

let private edges =
    let becomes parts (expected: byte[]) name =
        Expect.equal (decompress (compressedOf parts) expected.Length) (Some expected) name

    testList
        "edges"
        [
            testCase "nothing becomes nothing" (fun () -> becomes [] [||] "nothing")
            testCase "the longest run and the longest reference are read" (fun () ->
                let run = Array.init 32 byte
                let expected = Array.init 296 (fun index -> byte (index % 32))
                becomes [ Literal run; Reference(32, 264) ] expected "296 bytes")
            testCase "every distance and length that overlap repeat what is there" (fun () ->
                let run = Array.init 32 (fun index -> byte (65 + index))

                for distance in 1..32 do
                    for length in [ 3..20 ] @ [ 31; 32; 33; 64; 100; 264 ] do
                        let expected =
                            Array.init (32 + length) (fun index ->
                                if index < 32 then
                                    run[index]
                                else
                                    run[32 - distance + (index - 32) % distance])

                        becomes [ Literal run; Reference(distance, length) ] expected $"{length} from {distance} back")
            testCase "the farthest reference is read, and one farther is refused" (fun () ->
                let runs count =
                    [
                        for run in 1..count -> Literal(Array.init 32 (fun index -> byte (run * 7 + index)))
                    ]

                let expected =
                    Array.append
                        [|
                            for run in 1..256 do
                                yield! Array.init 32 (fun index -> byte (run * 7 + index))
                        |]
                        [| 7uy; 8uy; 9uy |]

                becomes (runs 256 @ [ Reference(8192, 3) ]) expected "8192 bytes back"
                let beyond = compressedOf (runs 255 @ [ Reference(8192, 3) ])
                Expect.isNone (decompress beyond (8192 - 32 + 3)) "in front of the beginning")
            testCase "a reference with nothing before it is refused" (fun () ->
                Expect.isNone (decompress [| 0x20uy; 0uy |] 3) "the first byte of all")
        ]

let private bound =
    testList
        "bound"
        [
            testCase "what can be the case at most is possible, and one byte more is not" (fun () ->
                for compressed in [ 1L; 2L; 3L; 1000L; 1L <<< 40; Int64.MaxValue / 88L ] do
                    Expect.isTrue
                        (Lzf.IsPossible(compressed, 88L * compressed))
                        $"{compressed} become 88 times as many"

                    if compressed < Int64.MaxValue / 88L then
                        Expect.isFalse (Lzf.IsPossible(compressed, 88L * compressed + 1L)) $"{compressed} become more")
            testCase "half as many at least must come out" (fun () ->
                Expect.isTrue (Lzf.IsPossible(4L, 2L)) "two runs of one byte"
                Expect.isFalse (Lzf.IsPossible(5L, 2L)) "five bytes become two")
            testCase "the extremes are impossible" (fun () ->
                for compressed, original in
                    [
                        0L, 1L
                        -1L, 1L
                        1L, -1L
                        Int64.MinValue, Int64.MaxValue
                        100L, Int64.MaxValue
                        Int64.MaxValue, 100L
                    ] do
                    Expect.isFalse (Lzf.IsPossible(compressed, original)) $"{compressed} become {original}")
        ]

let tests = testList "lzf" [ laws; edges; bound ]
