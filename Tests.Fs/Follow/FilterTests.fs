module HybridReplica.Tests.FilterTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Cli
open HybridReplica.Cli.Follow
open HybridReplica.Tests.Follow.StreamEvents

/// A pattern, piece by piece.
type private Piece =
    | Star
    | One
    | Byte of char
    | Class of isNegated: bool * ranges: (char * char) list

/// The law, as simple as it can be said.
let rec private fits (pieces: Piece list) (text: char list) : bool =
    match pieces, text with
    | [], [] -> true
    | Star :: rest, [] -> fits rest []
    | Star :: rest, _ :: tail -> fits rest text || fits pieces tail
    | One :: rest, _ :: tail -> fits rest tail
    | Byte expected :: rest, actual :: tail -> expected = actual && fits rest tail
    | Class(isNegated, ranges) :: rest, actual :: tail ->
        let isIn =
            ranges
            |> List.exists (fun (first, last) -> min first last <= actual && actual <= max first last)

        isIn <> isNegated && fits rest tail
    | _ -> false

let private show (piece: Piece) =
    let plain (character: char) =
        if "*?[]\\^-".Contains character then
            $"\\{character}"
        else
            string character

    match piece with
    | Star -> "*"
    | One -> "?"
    | Byte character -> plain character
    | Class(isNegated, ranges) ->
        let range (first, last) =
            if first = last then plain first else $"{first}-{last}"

        "["
        + (if isNegated then "^" else "")
        + String.Join("", List.map range ranges)
        + "]"

// Few characters, so that much fits; some of them mean something in a pattern.
let private character = Gen.elements "aab*?[]\\"

let private plainCharacter = Gen.elements "abcd"

let private piece =
    Gen.frequency
        [
            3, Gen.constant Star
            2, Gen.constant One
            6, Gen.map Byte character
            2,
            Gen.zip (Gen.elements [ true; false ]) (Gen.nonEmptyListOf (Gen.zip plainCharacter plainCharacter))
            |> Gen.map Class
        ]

let private matches (pattern: string) (text: string) =
    Glob.Matches(ReadOnlySpan(bytes pattern), ReadOnlySpan(bytes text))

let private glob =
    [
        testProperty "a pattern fits what it should, and nothing else"
        <| Prop.forAll
            (Gen.zip (Gen.resize 7 (Gen.listOf piece)) (Gen.resize 10 (Gen.listOf character))
             |> Arb.fromGen)
            (fun (pieces, text) ->
                let pattern = String.Join("", List.map show pieces)
                Expect.equal (matches pattern (String(List.toArray text))) (fits pieces text) pattern)
        testProperty "no pattern is too odd"
        <| Prop.forAll (Gen.listOf (Gen.zip character character) |> Arb.fromGen) (fun pairs ->
            let pattern, text = List.unzip pairs
            matches (String(List.toArray pattern)) (String(List.toArray text)) |> ignore)
        testCase "many stars take no time" (fun () ->
            Expect.isFalse (matches (String.replicate 50 "a*" + "b") (String('a', 5000))) "it does not fit")
        for pattern, text, expected in
            [
                "h?llo", "hello", true
                "h*llo", "heeeello", true
                "h[ae]llo", "hillo", false
                "h[^e]llo", "hello", false
                "h[a-b]llo", "hbllo", true
                "h[b-a]llo", "hallo", true
                "h[a-", "h-", true
                "[abc", "c", true
                "a\\*", "a*", true
                "a\\*", "ab", false
                "a\\", "a\\", true
                "Hello", "hello", false
                "", "", true
                "", "a", false
                "**", "", true
                "[]", "]", false
            ] do
            testCase $"'{pattern}' and '{text}'" (fun () ->
                Expect.equal (matches pattern text) expected "whether it fits")
    ]

let private passes (filter: CommandFilter) database (line: string) =
    filter.Passes(command 1L database ValueNone (line.Split ' ' |> Array.map bytes |> List.ofArray))

let private byKey line expected =
    testCase $"--match user:* and {line}" (fun () ->
        Expect.equal (passes (CommandFilter([ "user:*" ], [], [])) 0 line) expected "whether it passes")

let private keys =
    [
        byKey "SET user:1 x" true
        byKey "SET x user:1" false
        byKey "set user:1 x" true
        byKey "DEL a b user:1" true
        byKey "MSET a user:1 b c" false
        byKey "MSET a x user:1 c" true
        byKey "RENAME a user:1" true
        byKey "LMOVE a b LEFT user:1" false
        byKey "BITOP user:1 a b" false
        byKey "BITOP AND a b user:1" true
        byKey "ZUNIONSTORE a 2 b user:1 WEIGHTS 1 2" true
        byKey "ZUNIONSTORE user:1 1 b" true
        byKey "ZUNIONSTORE a 1 b user:1" false
        byKey "EVAL user:1 0 user:2" false
        byKey "EVAL x 1 user:2" true
        byKey "EVAL x 99 a user:2" true
        byKey "EVAL x -1 user:2" false
        byKey "EVAL x" false
        byKey "SORT a BY b STORE user:1" true
        byKey "SORT a BY STORE x" false
        byKey "XGROUP CREATE user:1 g 0" true
        byKey "XGROUP user:1" false
        byKey "PUBLISH user:1 x" false
        byKey "FUNCTION LOAD user:1" false
        byKey "module.set user:1" true
        byKey "FLUSHALL" true
        byKey "FLUSHDB ASYNC" true
        byKey "SWAPDB 0 1" true
    ]

let private filter name patterns names databases database line expected =
    testCase name (fun () ->
        Expect.equal (passes (CommandFilter(patterns, names, databases)) database line) expected "whether it passes")

let private others =
    [
        filter "no filter lets everything pass" [] [] [] 0 "SET a b" true
        filter "a name is a name in any case" [] [ "set"; "DEL" ] [] 0 "SeT a b" true
        filter "other names do not pass" [] [ "set"; "del" ] [] 0 "GETSET a b" false
        filter "a database passes" [] [] [ 1; 3 ] 3 "SET a b" true
        filter "other databases do not pass" [] [] [ 1; 3 ] 2 "SET a b" false
        filter "FLUSHALL concerns every database" [] [] [ 1 ] 2 "FLUSHALL" true
        filter "SWAPDB concerns two of them, whichever" [] [] [ 1 ] 2 "SWAPDB 0 1" true
        filter "FLUSHDB concerns one" [] [] [ 1 ] 2 "FLUSHDB" false
        filter "MOVE concerns the database it moves to" [] [] [ 1 ] 2 "MOVE a 1" true
        filter "MOVE concerns the database it moves from" [] [] [ 2 ] 2 "MOVE a 1" true
        filter "MOVE concerns no other database" [] [] [ 3 ] 2 "MOVE a 1" false
        filter "COPY concerns the database it copies to" [] [] [ 1 ] 2 "COPY a b DB 1 REPLACE" true
        filter "COPY concerns no other database" [] [] [ 3 ] 2 "COPY a b DB 1" false
        filter "all filters have to agree" [ "a*" ] [ "set" ] [ 1 ] 1 "SET b b" false
        filter "all filters have to agree, on names too" [ "a*" ] [ "set" ] [ 1 ] 1 "FLUSHDB" false
        testCase "an unknown database is none of those asked for" (fun () ->
            let received = command 1L 0 ValueNone [ bytes "SET"; bytes "a" ]
            received.Database <- Nullable()
            Expect.isFalse (CommandFilter([], [], [ 0 ]).Passes received) "whether it passes")
    ]

/// Whether a command in parts is written.
let private passesInParts patterns names piece (words: byte[] list) =
    let buffer = OutputBuffer()
    use format = new JsonLines(buffer)

    let large =
        LargeCommand(CommandFilter(patterns, names, []), format, OpenTransaction format)

    let mutable isWritten = false

    for part in parts 100L 3 piece words do
        let mark = CommandMark(part.Offset, part.Database, part.Transaction, time)
        isWritten <- large.Take(part, &mark)

    Expect.isFalse large.IsOpen "it is over"
    Expect.equal (buffer.Length > 0) isWritten "bytes are written when it says so"
    isWritten

let private large name patterns names words expected =
    testCase $"in parts: {name}" (fun () ->
        for piece in [ 1; 3; 1000; 1_000_000 ] do
            Expect.equal (passesInParts patterns names piece words) expected $"in pieces of {piece}")

let private value = Array.zeroCreate<byte> 100_000

let private inParts =
    [
        large "a key that fits" [ "a*" ] [] [ bytes "SET"; bytes "ab"; value ] true
        large "a key that does not" [ "a*" ] [] [ bytes "SET"; bytes "b"; value ] false
        large "a name that is not asked for" [] [ "del" ] [ bytes "SET"; bytes "b"; value ] false
        large "a name that is" [] [ "set" ] [ bytes "SET"; bytes "b"; value ] true
        large "a name that is much too long" [] [ "set" ] [ value; bytes "b" ] false
        large "several keys are too many to wait for" [ "a*" ] [] [ bytes "MSET"; bytes "b"; value ] true
        large "a key behind a subcommand" [ "a*" ] [] [ bytes "XGROUP"; bytes "x"; bytes "a"; value ] true
        large "a key that is too long to wait for" [ "a*" ] [] [ bytes "SET"; value; bytes "x" ] true
        large "no key at all" [ "a*" ] [] [ bytes "PUBLISH"; bytes "a"; value ] false
        large "a name alone" [ "a*" ] [] [ bytes "MODULE.CALL" ] true
    ]

let tests = testList "filters" (glob @ keys @ others @ inParts)
