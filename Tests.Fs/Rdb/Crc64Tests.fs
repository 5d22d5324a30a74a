/// The checksum of an RDB, held against its definition: one bit at a time, as a textbook divides polynomials.
module HybridReplica.Tests.Crc64Tests

open System
open Expecto
open HybridReplica.Core

/// The polynomial of Jones as it is published: x^63 first, x^64 left out.
[<Literal>]
let private Jones = 0xAD93D23594C935A9UL

/// The lowest `count` bits of a word, the last of them first.
let private reflect count (word: uint64) =
    Seq.fold (fun reflected bit -> (reflected <<< 1) ||| ((word >>> bit) &&& 1UL)) 0UL (seq { 0 .. count - 1 })

let private divideBit (remainder: uint64) =
    if remainder >>> 63 = 1UL then
        (remainder <<< 1) ^^^ Jones
    else
        remainder <<< 1

let private divideByte (remainder: uint64) (value: byte) =
    let joined = remainder ^^^ (reflect 8 (uint64 value) <<< 56)
    Seq.fold (fun remainder _ -> divideBit remainder) joined (seq { 1..8 })

/// The checksum by definition. Nothing in it is shared with the code under test.
let private reference (bytes: byte[]) =
    Array.fold divideByte 0UL bytes |> reflect 64

let private update crc (bytes: byte[]) = Crc64.update (crc, ReadOnlySpan bytes)

/// A way of computing the checksum, and from how many bytes on it can be used.
[<NoEquality; NoComparison>]
type private Way =
    {
        Name: string
        Shortest: int
        Update: uint64 * byte[] * int * int -> uint64
    }

/// All ways but the tables, as far as this processor knows them.
let private ways =
    [
        {
            Name = "by any way"
            Shortest = 0
            Update = fun (crc, bytes, offset, length) -> Crc64.update (crc, ReadOnlySpan(bytes, offset, length))
        }
        if Crc64Folding.HasBlocks then
            {
                Name = "by blocks"
                Shortest = 64
                Update =
                    fun (crc, bytes, offset, length) ->
                        Crc64Folding.updateByBlocks (crc, ReadOnlySpan(bytes, offset, length))
            }
        if Crc64Folding.HasRows then
            {
                Name = "by rows"
                Shortest = 128
                Update =
                    fun (crc, bytes, offset, length) ->
                        Crc64Folding.updateByRows (crc, ReadOnlySpan(bytes, offset, length))
            }
    ]

let private randomBytes (seed: int) length =
    let bytes = Array.zeroCreate<byte> length
    Random(seed).NextBytes bytes
    bytes

/// Compares every way with the tables on one stretch of bytes, continuing from a checksum of something before it.
let private agree crc (bytes: byte[]) offset length =
    let expected = Crc64Tables.update (crc, ReadOnlySpan(bytes, offset, length))

    for way in ways do
        if length >= way.Shortest then
            let actual = way.Update(crc, bytes, offset, length)

            // Put together only when it is needed: this runs many thousand times.
            if actual <> expected then
                Expect.equal actual expected $"{way.Name}, {length} bytes at {offset}"

let private definition =
    testList
        "definition"
        [
            testCase "the check value is that of Redis" (fun () ->
                Expect.equal (update 0UL "123456789"B) 0xE9C6D914C4B8D9CAUL "the checksum of 123456789")
            testCase "nothing has the checksum 0" (fun () ->
                Expect.equal (update 0UL [||]) 0UL "the checksum of nothing")
            testCase "the reference has the check value too" (fun () ->
                Expect.equal (reference "123456789"B) 0xE9C6D914C4B8D9CAUL "the checksum of 123456789 by definition")
            testCase "the generator is the published polynomial, reflected" (fun () ->
                Expect.equal Crc64Polynomial.Generator (reflect 64 Jones) "the generator")
            testCase "a power of x is the remainder of a one with zeros behind it" (fun () ->
                for zeros in 0..300 do
                    let message = Array.append [| 0x80uy |] (Array.zeroCreate zeros)
                    Expect.equal (Crc64Polynomial.xToThe (64 + 8 * zeros)) (reference message) $"{zeros} bytes of zero")
            testCase "a power of x below the generator is a single bit" (fun () ->
                for exponent in 0..63 do
                    Expect.equal (Crc64Polynomial.xToThe exponent) (1UL <<< (63 - exponent)) $"x^{exponent}")
            testProperty "the tables follow the definition" (fun (bytes: byte[]) ->
                Crc64Tables.update (0UL, ReadOnlySpan bytes) = reference bytes)
            testCase "the tables follow the definition at a length that uses all of them" (fun () ->
                let bytes = randomBytes 1 5003
                Expect.equal (Crc64Tables.update (0UL, ReadOnlySpan bytes)) (reference bytes) "the checksum")
        ]

let private agreement =
    testList
        "agreement"
        [
            testCase "every way agrees with the tables at every length to 1100 and every offset to 15" (fun () ->
                let bytes = randomBytes 2 1200

                for length in 0..1100 do
                    for offset in 0..15 do
                        agree 0UL bytes offset length)
            testProperty "every way agrees with the tables on long stretches, continued from anywhere"
            <| fun (crc: uint64, seed: int) ->
                let random = Random seed
                let bytes = randomBytes seed (random.Next 200_000)
                let offset = random.Next(0, min 16 (bytes.Length + 1))
                agree crc bytes offset (bytes.Length - offset)
            testCase "every way agrees with the tables on sixteen million equal bytes" (fun () ->
                for value in [ 0uy; 0xFFuy ] do
                    let bytes = Array.create 16_000_000 value
                    agree 0UL bytes 0 bytes.Length
                    agree 1UL bytes 1 (bytes.Length - 1))
        ]

let private continuation =
    testList
        "continuation"
        [
            testProperty "a checksum may be continued: splitting does not matter"
            <| fun (crc: uint64, front: byte[], back: byte[]) ->
                update (update crc front) back = update crc (Array.append front back)
            testCase "a checksum may be continued at every point of a long message" (fun () ->
                let bytes = randomBytes 3 3000
                let expected = update 0UL bytes

                for split in 0 .. bytes.Length do
                    let actual = update (update 0UL bytes[.. split - 1]) bytes[split..]
                    Expect.equal actual expected $"split at {split}")
            testCase "a checksum behind its own message gives 0" (fun () ->
                for length in [ 0; 1; 9; 1023; 1024; 4097 ] do
                    let bytes = randomBytes length length
                    let own = BitConverter.GetBytes(update 0UL bytes)
                    let own = if BitConverter.IsLittleEndian then own else Array.rev own
                    Expect.equal (update 0UL (Array.append bytes own)) 0UL $"{length} bytes")
        ]

let private cost =
    testCase "computing allocates nothing" (fun () ->
        let bytes = randomBytes 4 100_000
        let mutable crc = Crc64.update (0UL, ReadOnlySpan bytes)
        let before = GC.GetAllocatedBytesForCurrentThread()

        for length in 0..2000 do
            crc <- Crc64.update (crc, ReadOnlySpan(bytes, 0, length))

        crc <- Crc64.update (crc, ReadOnlySpan bytes)
        let allocated = GC.GetAllocatedBytesForCurrentThread() - before
        Expect.equal allocated 0L $"bytes allocated on the way to {crc}")

let tests = testList "Crc64" [ definition; agreement; continuation; cost ]
