/// The database in which the stream behind a snapshot begins.
module HybridReplica.Tests.StreamDatabaseTests

open System
open System.IO
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Snapshots

let private look (chunks: byte[] list) =
    List.fold
        (fun seen (chunk: byte[]) -> StreamDatabase.advance (seen, ReadOnlySpan chunk))
        StreamDatabase.start
        chunks

let private answer (chunks: byte[] list) =
    let seen = look chunks
    seen.Database, seen.IsDecided

/// A snapshot of some fields, with what follows them.
let private snapshot (fields: string list) (rest: string) =
    latin1 (
        "REDIS0010"
        + String.concat "" (List.map (fun field -> "\250" + field) fields)
        + rest
    )

let private plain (text: string) = string (char text.Length) + text

let private field key value = plain key + value

let private database value = field "repl-stream-db" value

/// What servers write in front of it.
let private before =
    [
        field "redis-ver" (plain "7.0.15")
        field "redis-bits" "\192\064"
        field "ctime" "\194\001\002\003\004"
        field "used-mem" "\194\005\006\007\008"
    ]

/// All ways to write a text, with the text.
let private encodings =
    [
        "int8", "\192\012", ValueSome 12
        "negative int8", "\192\255", ValueNone
        "int16", "\193\001\002", ValueSome 513
        "negative int16", "\193\000\128", ValueNone
        "int32", "\194\001\002\003\004", ValueSome 67305985
        "six bits of length", "\00212", ValueSome 12
        "fourteen bits of length", "\064\00212", ValueSome 12
        "thirty-two bits of length", "\128\000\000\000\00212", ValueSome 12
        "sixty-four bits of length", "\129\000\000\000\000\000\000\000\00212", ValueSome 12
        "a text that is no number", plain "twelve", ValueNone
        "a negative text", plain "-1", ValueNone
        "a number with a sign", plain "+1", ValueNone
        "too large a number", plain "2147483648", ValueNone
        "no text at all", plain "", ValueNone
    ]

let private found =
    testList
        "found"
        [
            for name, value, expected in encodings do
                testCase $"written as %s{name}" (fun () ->
                    let bytes = snapshot (before @ [ database value ]) "\254\000"
                    Expect.equal (answer [ bytes ]) (expected, true) "the database")
            testCase "behind a field that is compressed, and one with a long text" (fun () ->
                let compressed = field "lua" "\195\003\064\200abc"
                let long = field "long" ("\065\044" + String('x', 300))

                Expect.equal
                    (answer [ snapshot [ compressed; long; database "\192\007" ] "" ])
                    (ValueSome 7, true)
                    "it")
            testCase "with the last byte of its value, and not before" (fun () ->
                let bytes = snapshot (before @ [ database "\192\007" ]) ""

                for length in 0 .. bytes.Length - 1 do
                    Expect.equal (answer [ bytes[.. length - 1] ]) (ValueNone, false) $"with {length} bytes"

                Expect.equal (answer [ bytes ]) (ValueSome 7, true) "with all of them")
        ]

let private absent =
    let isAbsent name bytes =
        testCase name (fun () -> Expect.equal (answer [ bytes ]) (ValueNone, true) "the database")

    testList
        "not there"
        [
            isAbsent "another opcode comes first" (snapshot before ("\254\000\250" + database "\192\007"))
            isAbsent "the file has no fields" (latin1 "REDIS0006\254\000")
            isAbsent "the bytes are no RDB" (latin1 ("REDIX0010\250" + database "\192\007"))
            isAbsent "a length is none" (snapshot [ "\130abc" ] "")
            isAbsent "a compressed text has no length" (snapshot [ field "lua" "\195\255\003" ] "")
            testCase "beyond 4 KiB it is not looked for" (fun () ->
                let filler length =
                    field "long" ($"\079%c{char (length &&& 255)}" + String('x', 3840 + length))
                // Head, opcode, key, length and text, opcode, key, value.
                let fits =
                    snapshot [ filler (4096 - 3840 - 9 - 1 - 5 - 2 - 1 - 15 - 2); database "\192\007" ] ""

                Expect.equal fits.Length 4096 "as long as it may be"
                Expect.equal (answer [ fits ]) (ValueSome 7, true) "in the last bytes that are looked at"
                let late = snapshot [ filler 255; database "\192\007" ] ""
                Expect.equal (answer [ late ]) (ValueNone, true) "a little later")
            testCase "a text that claims to be huge is not waited for" (fun () ->
                let huge = snapshot [ field "long" "\129\255\255\255\255\255\255\255\255" ] ""
                Expect.equal (answer [ huge ]) (ValueNone, false) "as long as there may be more"
                Expect.equal (answer [ huge; Array.zeroCreate 4096 ]) (ValueNone, true) "with 4 KiB")
        ]

let private noise =
    let fragment =
        Gen.oneof
            [
                Gen.elements before
                Gen.elements [ for _, value, _ in encodings -> database value ]
                Gen.map plain (Gen.elements [ "a"; "repl-id"; String('a', 40) ])
                Gen.map (string << char) (Gen.choose (0, 255))
            ]

    Gen.map (fun fragments -> snapshot fragments "\251\001\002\254") (Gen.listOf fragment)
    |> Arb.fromGen

let private chunking =
    testList
        "chunks"
        [
            testProperty "however it is cut, the answer is the same"
            <| Prop.forAll noise (fun bytes ->
                for size in [ 1; 2; 3; 7; 100 ] do
                    Expect.equal (answer (List.ofArray (Array.chunkBySize size bytes))) (answer [ bytes ]) $"{size}")
            testProperty "what is decided stays as it is, and costs nothing"
            <| Prop.forAll noise (fun bytes ->
                let seen = look [ bytes; Array.zeroCreate 4096 ]
                Expect.isTrue seen.IsDecided "decided"
                let before = GC.GetAllocatedBytesForCurrentThread()
                let later = StreamDatabase.advance (seen, ReadOnlySpan bytes)
                Expect.equal (GC.GetAllocatedBytesForCurrentThread() - before) 0L "bytes allocated"
                Expect.isTrue (obj.ReferenceEquals(later, seen)) "the same value")
        ]

/// The sample files that were saved for replicas. All of them name the first database.
let private savedForReplicas =
    [
        "cluster_slot_info.rdb"
        "future_v19.rdb"
        "invalid_chksum_v8.rdb"
        "misc_with_stream.rdb"
        "quicklist2_v11.rdb"
        "redis_ent_opcode_ram_lru.rdb"
        "single_key.rdb"
    ]

let private samples =
    testCase "files of all eras name it if they were saved for replicas" (fun () ->
        match Repository.tryFindAbove "shared/rdb" with
        | None -> skiptest "There is no folder shared/rdb beside the repository."
        | Some folder ->
            let files = DirectoryInfo(folder).GetFiles "*.rdb"
            Expect.isNonEmpty files $"the RDB files in {folder}"

            for file in files do
                let bytes = File.ReadAllBytes file.FullName

                let expected =
                    if List.contains file.Name savedForReplicas then
                        ValueSome 0
                    else
                        ValueNone

                Expect.equal (answer [ bytes ]) (expected, true) file.Name
                Expect.equal (answer (List.ofArray (Array.chunkBySize 5 bytes))) (expected, true) file.Name)

let tests = testList "stream database" [ found; absent; chunking; samples ]
