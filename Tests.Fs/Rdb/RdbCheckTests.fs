/// What is said of a snapshot that streamed by: each verdict by an example, then the laws.
module HybridReplica.Tests.RdbCheckTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Snapshots

/// A test for each example: bytes and the verdict on them.
let private examples name cases =
    testList
        name
        [
            for law: string, example: Lazy<byte[] * RdbVerdict> in cases do
                testCase law (fun () ->
                    let bytes, verdict = example.Value
                    Expect.equal (conclude bytes) verdict $"the verdict on {bytes.Length} bytes")
        ]

let private sound =
    examples
        "a sound snapshot:"
        [
            "the right checksum verifies", lazy (withChecksum "REDIS0009" body, RdbVerdict.Verified(redis 9))
            "RDB 5 is the first with a checksum", lazy (withChecksum "REDIS0005" body, RdbVerdict.Verified(redis 5))
            "Valkey's own numbers have a checksum", lazy (withChecksum "VALKEY080" body, RdbVerdict.Verified(valkey 80))
            "one without keys verifies", lazy (withChecksum "REDIS0011" [||], RdbVerdict.Verified(redis 11))
            "eight zeros are no checksum",
            lazy (withoutChecksum "REDIS0010" body, RdbVerdict.Unchecked(redis 10, ChecksumAbsence.Disabled))
            "RDB 4 ends in its opcode",
            lazy (ended "REDIS0004" body, RdbVerdict.Unchecked(redis 4, ChecksumAbsence.TooOld))
            "the shortest old one has ten bytes",
            lazy (ended "REDIS0001" [||], RdbVerdict.Unchecked(redis 1, ChecksumAbsence.TooOld))
        ]

let private unsound =
    examples
        "an unsound snapshot:"
        [
            "another checksum is a mismatch",
            lazy
                (let bytes = ended "REDIS0009" body

                 Array.append bytes (littleEndian 1UL), RdbVerdict.ChecksumMismatch(redis 9, 1UL, checksum bytes))
            "no opcode before the checksum",
            lazy (Array.append (withChecksum "REDIS0009" body) [| 0uy |], RdbVerdict.EndMissing(redis 9))
            "no opcode before eight zeros",
            lazy (Array.append (latin1 "REDIS0009\xFA") (Array.zeroCreate 9), RdbVerdict.EndMissing(redis 9))
            "no opcode at the end of an old one", lazy (withChecksum "REDIS0003" body, RdbVerdict.EndMissing(redis 3))
            "something else is not an RDB", lazy (latin1 "HTTP/1.1 400 Bad Request\r\n\r\n", RdbVerdict.NotRdb)
            "nine bytes of something else are not an RDB", lazy (latin1 "+PONG\r\n\r\n", RdbVerdict.NotRdb)
            "nothing is too short", lazy ([||], RdbVerdict.TooShort 0L)
            "eight bytes are too short, whatever they are", lazy (latin1 "HTTP/1.1", RdbVerdict.TooShort 8L)
            "a head alone is too short", lazy (latin1 "REDIS0009", RdbVerdict.TooShort 9L)
            "an old head alone is too short", lazy (latin1 "REDIS0004", RdbVerdict.TooShort 9L)
            "seventeen bytes have no room for a checksum",
            lazy (Array.append (ended "REDIS0009" [||]) (Array.zeroCreate 7), RdbVerdict.TooShort 17L)
        ]

let private head =
    testList
        "head"
        [
            testCase "every version of either vendor is read and shown in the same nine characters" (fun () ->
                for version in List.map redis [ 1..9999 ] @ List.map valkey [ 1..999 ] do
                    let text = version.ToString()
                    Expect.equal text.Length Limits.RdbHeadLength text
                    let read = RdbVersion.TryRead(ReadOnlySpan(latin1 (text + "\xFA")))
                    Expect.equal read (ValueSome version) text)
            testCase "anything else is refused" (fun () ->
                for text in
                    [
                        ""
                        "REDIS001"
                        "REDIS0000"
                        "VALKEY000"
                        "redis0009"
                        "REDIS 009"
                        "REDIS+009"
                        "REDIS-009"
                        "REDIS00 9"
                        "REDIS009 "
                        "REDIS00x9"
                        "REDIS0x09"
                        "REDISA009"
                        "VALKEY08:"
                        "VALKEY0/8"
                        "VALKEYREDIS0009"
                        " REDIS0009"
                    ] do
                    let read = RdbVersion.TryRead(ReadOnlySpan(latin1 text))
                    Expect.equal read ValueNone $"`{text}`")
        ]

/// The bytes cut at some of their positions, which need be neither in order nor different.
let private cutAt (positions: int list) (bytes: byte[]) =
    let positions =
        positions
        |> List.map (fun position -> abs (position % (bytes.Length + 1)))
        |> List.sort

    List.pairwise (0 :: positions @ [ bytes.Length ])
    |> List.map (fun (first, next) -> bytes[first .. next - 1])

let private chunking =
    testList
        "chunking"
        [
            testProperty "any chunks of anything give the same check"
            <| fun (bytes: byte[], positions: int list) -> check (cutAt positions bytes) = check [ bytes ]
            testProperty "any chunks of a snapshot verify it"
            <| fun (body: byte[], positions: int list) ->
                let bytes = withChecksum "REDIS0012" body
                RdbCheck.conclude (check (cutAt positions bytes)) = RdbVerdict.Verified(redis 12)
            testCase "two cuts anywhere do not matter" (fun () ->
                let bytes = withChecksum "VALKEY081" body

                for first in 0 .. bytes.Length do
                    for second in first .. bytes.Length do
                        let chunks = cutAt [ first; second ] bytes
                        Expect.equal (check chunks) (check [ bytes ]) $"cut at {first} and {second}")
            testCase "chunks of one size do not matter, long or short" (fun () ->
                let body = Array.init 5000 (fun index -> byte (index * index >>> 3))
                let bytes = withChecksum "REDIS0010" body

                for size in [ 1..20 ] @ [ 1023; 1024; 1025; 4096 ] do
                    let chunks = List.ofArray (Array.chunkBySize size bytes)
                    Expect.equal (check chunks) (check [ bytes ]) $"chunks of {size}")
            testCase "the count is that of the bytes, and goes beyond 32 bits" (fun () ->
                let chunk = Array.zeroCreate<byte>(1 <<< 26)
                let check = check (List.replicate 33 chunk)
                Expect.equal check.Bytes (33L <<< 26) "bytes")
            testCase "looking allocates nothing" (fun () ->
                let chunk = Array.zeroCreate<byte> 3000
                let mutable check = RdbCheck.advance (RdbCheck.empty, ReadOnlySpan chunk)
                let before = GC.GetAllocatedBytesForCurrentThread()

                for length in 0 .. chunk.Length do
                    check <- RdbCheck.advance (check, ReadOnlySpan(chunk, 0, length))

                let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                Expect.equal allocated 0L $"bytes allocated over {check.Bytes}")
        ]

let private damage =
    testList
        "damage"
        [
            testCase "one flipped bit anywhere is never verified" (fun () ->
                for head in [ "REDIS0005"; "REDIS0013"; "VALKEY080" ] do
                    let bytes = withChecksum head body

                    for bit in 0 .. 8 * bytes.Length - 1 do
                        Expect.isFalse (isVerified (flip bit bytes)) $"{head}, bit {bit}")
            testProperty "one flipped bit in a longer snapshot is never verified"
            <| fun (body: byte[], bit: int) ->
                let bytes = withChecksum "REDIS0011" (Array.concat (List.replicate 20 body))
                not (isVerified (flip (abs (bit % (8 * bytes.Length))) bytes))
            testCase "what is cut short is never verified" (fun () ->
                let bytes = withChecksum "REDIS0009" body

                for length in 0 .. bytes.Length - 1 do
                    Expect.isFalse (isVerified bytes[.. length - 1]) $"{length} bytes of {bytes.Length}")
            testCase "what goes on after its end is never verified" (fun () ->
                let bytes = withChecksum "REDIS0009" body

                for more in 0uy .. 255uy do
                    Expect.isFalse (isVerified (Array.append bytes [| more |])) $"with {more} behind it")
        ]

let tests = testList "RdbCheck" [ sound; unsound; head; chunking; damage ]
