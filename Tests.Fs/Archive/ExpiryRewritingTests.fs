/// Relative expiry that becomes absolute.
module HybridReplica.Tests.ExpiryRewritingTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Snapshots

let private receivedAt = 1_700_000_000_123L

/// The words of the command as it is loaded. None: it is left as it is.
let rewritten (receivedAt: int64) (words: string list) : string list voption =
    words
    |> List.map (fun word ->
        if word.Length > ExpiryRewriting.LongestWord then
            ""
        else
            word)
    |> ExpiryRewriting.tryRewrite receivedAt
    |> ValueOption.map (
        List.map (fun word ->
            match word with
            | RewrittenWord.Kept index -> words[index]
            | RewrittenWord.Text text -> text)
    )

let private isLong = String('v', 100)

let private becomes (original: string) (expected: string) =
    testCase $"{original} becomes {expected}" (fun () ->
        let words (line: string) =
            line.Replace("LONG", isLong).Split ' ' |> List.ofArray

        Expect.equal (rewritten receivedAt (words original)) (ValueSome(words expected)) "the words")

let private stays (original: string) =
    testCase $"{original} stays" (fun () ->
        Expect.equal (rewritten receivedAt (List.ofArray (original.Split ' '))) ValueNone "nothing is rewritten")

let private forms =
    [
        becomes "EXPIRE k 10" "PEXPIREAT k 1700000010123"
        becomes "expire k 10" "PEXPIREAT k 1700000010123"
        becomes "EXPIRE k 10 GT" "PEXPIREAT k 1700000010123 GT"
        becomes "EXPIRE k +0010" "PEXPIREAT k 1700000010123"
        becomes "EXPIRE k -1" "PEXPIREAT k 1699999999123"
        becomes "EXPIRE LONG 10" "PEXPIREAT LONG 1700000010123"
        becomes "PEXPIRE k 10" "PEXPIREAT k 1700000000133"
        becomes "SETEX k 10 v" "SET k v PXAT 1700000010123"
        becomes "SETEX k 10 LONG" "SET k LONG PXAT 1700000010123"
        becomes "PSetEx k 10 v" "SET k v PXAT 1700000000133"
        becomes "SET k v EX 10" "SET k v PXAT 1700000010123"
        becomes "set k v px 10" "set k v PXAT 1700000000133"
        becomes "SET k v NX EX 10 GET" "SET k v NX PXAT 1700000010123 GET"
        becomes "SET EX PX EX 10" "SET EX PX PXAT 1700000010123"
        becomes "GETEX k EX 10" "GETEX k PXAT 1700000010123"
        becomes "GETEX k px 10" "GETEX k PXAT 1700000000133"
        becomes "RESTORE k 10 p" "RESTORE k 1700000000133 p ABSTTL"
        becomes "RESTORE k 10 p replace freq 5" "RESTORE k 1700000000133 p replace freq 5 ABSTTL"
        becomes "RESTORE k 10 absttl idletime 7" "RESTORE k 1700000000133 absttl idletime 7 ABSTTL"
        becomes "restore-asking k 10 p" "restore-asking k 1700000000133 p ABSTTL"
        stays "SET k v"
        stays "SET k v KEEPTTL"
        stays "SET k v XX KEEPTTL"
        stays "SET k v EXAT 10"
        stays "SET k v PXAT 10"
        stays "GETEX k"
        stays "GETEX k PERSIST"
        stays "EXPIREAT k 10"
        stays "PEXPIREAT k 10"
        stays "PERSIST k"
        stays "RESTORE k 0 p"
        stays "RESTORE k 10 p ABSTTL"
        stays "RESTORE k 10 p REPLACE absttl"
        stays "EVAL redis.call('expire',KEYS[1],10) 1 k"
        stays "SELECT 10"
    ]

let private malformed =
    [
        for line in
            [
                "EXPIRE"
                "EXPIRE k"
                "EXPIRE k x"
                "EXPIRE k 1.5"
                "EXPIRE k 10 20"
                "EXPIRE k 9223372036854775807"
                "PEXPIRE k 9223372036854775807"
                "PEXPIRE k 92233720368547758070"
                "PEXPIRE k -9223372036854775808"
                "PEXPIRE k 10\000"
                "SETEX k 10"
                "SETEX k 0 v"
                "SETEX k -1 v"
                "SETEX k 10 v NX"
                "SET k"
                "SET k v EX"
                "SET k v EX 0"
                "SET k v EX x"
                "SET k v EX 10 PX 10"
                "SET k v EX 10 KEEPTTL"
                "SET k v ODD EX 10"
                "SET k v EX 10 ODD"
                "GETEX k EX 10 PERSIST"
                "GETEX k EX 10 NX"
                "RESTORE k 10"
                "RESTORE k -1 p"
                "RESTORE k 10 p IDLETIME"
                "RESTORE k 10 p ODD"
            ] do
            stays line
    ]

let private candidates =
    [
        "SET"
        "SETEX"
        "PSETEX"
        "GETEX"
        "EXPIRE"
        "PEXPIRE"
        "RESTORE"
        "RESTORE-ASKING"
    ]

let private word =
    Gen.frequency
        [
            3,
            Gen.elements (
                candidates
                @ [ "EX"; "PX"; "PXAT"; "KEEPTTL"; "NX"; "REPLACE"; "ABSTTL"; "FREQ" ]
            )
            2, Gen.elements [ "1"; "10"; "0"; "-1"; "x"; "" ]
        ]

let private isCandidate (name: string) =
    ExpiryRewriting.isCandidate (ReadOnlySpan(latin1 name))

let private laws =
    [
        testProperty "what is rewritten is absolute: it is not rewritten again, and does not depend on when it comes"
        <| Prop.forAll (Gen.resize 8 (Gen.nonEmptyListOf word) |> Arb.fromGen) (fun words ->
            match rewritten receivedAt words with
            | ValueNone -> ()
            | ValueSome once ->
                Expect.isTrue (isCandidate words[0]) "whoever looks at candidates alone misses nothing"
                Expect.equal (rewritten (receivedAt + 1000L) once) ValueNone "there is nothing left to rewrite")
        testProperty "upper and lower case are the same"
        <| Prop.forAll (Gen.resize 8 (Gen.nonEmptyListOf word) |> Arb.fromGen) (fun words ->
            let upper =
                ValueOption.map (List.map (fun (word: string) -> word.ToUpperInvariant()))

            let lower = words |> List.map _.ToLowerInvariant()
            Expect.equal (upper (rewritten receivedAt lower)) (upper (rewritten receivedAt words)) "the words")
        testCase "no other name is a candidate" (fun () ->
            for name in candidates do
                Expect.isTrue (isCandidate name) name
                Expect.isTrue (isCandidate (name.ToLowerInvariant())) name

            for name in
                [
                    ""
                    "GET"
                    "MULTI"
                    "HSETEX"
                    "PEXPIREAT"
                    "SETNX"
                    "RESTORE_ASKING"
                    "EXPIRES"
                ] do
                Expect.isFalse (isCandidate name) name)
    ]

let private plain (text: string) = string (char text.Length) + text

let private needs (magic: string) (fields: (string * string) list) expected =
    let shown = fields |> List.map (fun (name, value) -> $"{name} {value}")

    testCase $"""{magic} {String.Join(", ", shown)}: {expected}""" (fun () ->
        let text =
            magic
            + String.concat "" (fields |> List.map (fun (name, value) -> "\250" + plain name + plain value))
            + "\255"

        Expect.equal (ExpiryRewriting.isNeeded (latin1 text)) expected "whether it is needed")

let private masters =
    [
        needs "REDIS0006" [] true
        needs "REDIS0008" [ "redis-ver", "4.0.14" ] true
        needs "REDIS0009" [ "redis-bits", "x"; "redis-ver", "6.2.16" ] true
        needs "REDIS0009" [ "redis-ver", "6.9.240" ] true
        needs "REDIS0010" [ "redis-ver", "7.0.0" ] false
        needs "REDIS0012" [ "redis-ver", "8.0.3" ] false
        needs "REDIS0009" [ "redis-ver", "255.255.255" ] false
        needs "REDIS0009" [ "redis-ver", "unknown" ] true
        needs "REDIS0011" [ "valkey-ver", "8.1.0" ] false
        needs "VALKEY080" [ "valkey-ver", "9.0.0" ] false
        needs "NOTANRDB0" [] false
    ]

let tests =
    testList
        "expiry rewriting"
        [
            testList "forms" forms
            testList "malformed" malformed
            testList "laws" laws
            testList "masters" masters
        ]
