/// What the scanner makes of single streams, and what it costs.
module HybridReplica.Tests.StreamScannerTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.StreamGenerators
open HybridReplica.Tests.StreamReaders

let private commands (all: string list list) = String.concat "" (List.map command all)

let private beginning = StreamScan.At start

let private noRoom: ArgumentRange[] = [||]

/// One look at a text from its beginning.
let private look (looking: Looking) ranges (text: string) = looking beginning (bytes text) ranges

let private lengthOf (scan: StreamScan) =
    int (scan.Offset.Bytes - start.Offset.Bytes)

let private asking =
    testList
        "GETACK"
        [
            testCase "a window is looked at to the end of a GETACK, and no further" (fun () ->
                let before = commands [ [ "SET"; "a"; "b" ]; [ "PING" ] ]
                let getack = command [ "REPLCONF"; "GETACK"; "*" ]
                let { Scan = scan } = look window noRoom (before + getack + before)
                Expect.equal (lengthOf scan) (before.Length + 37) "bytes looked at"
                Expect.isTrue scan.IsAsked "it is asked"
                Expect.equal (scan.Asked.Bytes - start.Offset.Bytes) (int64 before.Length) "the safe end before it"
                Expect.equal scan.Safe scan.Offset "the safe end behind it")
            testCase "inside a transaction it is answered with the end in front of that" (fun () ->
                let before = command [ "SET"; "a"; "b" ]

                let inside =
                    commands [ [ "MULTI" ]; [ "SET"; "a"; "c" ]; [ "REPLCONF"; "GETACK"; "*" ] ]

                let { Scan = scan } = look window noRoom (before + inside + before)
                Expect.isTrue scan.IsAsked "it is asked"
                Expect.equal (scan.Asked.Bytes - start.Offset.Bytes) (int64 before.Length) "the safe end before it"
                Expect.equal scan.Safe scan.Asked "the safe end behind it")
            testCase "it is not asked any more once the look has gone on" (fun () ->
                let getack = command [ "REPLCONF"; "GETACK"; "*" ]
                let { Scan = scan } = look window noRoom getack
                let { Scan = later } = window scan (bytes "*1\r\n") noRoom
                Expect.isFalse later.IsAsked "it is asked")
        ]

let private words =
    testList
        "words"
        [
            testCase "where there is no room for them, the look stops behind their number" (fun () ->
                let text = command [ "SET"; "a"; "b" ]

                for room in 0..2 do
                    let { Scan = scan } = look byCommand (Array.zeroCreate room) (text + text)
                    Expect.equal (lengthOf scan) 4 "bytes looked at"
                    Expect.equal (scan.Words, scan.WordsSeen) (3L, 0L) "words announced, words seen"

                let { Scan = scan } = look byCommand (Array.zeroCreate 2) text

                let { Scan = whole } =
                    byCommand scan (bytes (text.Substring 4)) (Array.zeroCreate 3)

                Expect.isTrue whole.IsWhole "with more room it is looked at to its end")
            testCase "those of a typed line are found in it" (fun () ->
                let ranges = Array.zeroCreate 2
                let { Scan = scan } = look byCommand ranges "select   15 \r\n"
                Expect.equal (scan.Kind, scan.Words, scan.Database) (CommandKind.Select, 2L, ValueSome 15) "what it is"
                Expect.equal ranges [| { Start = 0; Length = 6 }; { Start = 9; Length = 2 } |] "where they are")
            testCase "a value larger than any window is gone over without keeping it" (fun () ->
                let size = 3000000000L

                let mutable scan =
                    (look window noRoom $"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$%d{size}\r\n").Scan

                let piece = Array.zeroCreate 100000000

                for _ in 1 .. int (size / int64 piece.Length) do
                    scan <- (window scan piece noRoom).Scan

                Expect.equal (scan.WordLength, scan.WordLeft) (size, 0L) "its length, and what is left of it"
                let { Scan = whole } = window scan (bytes ("\r\n" + command [ "PING" ])) noRoom
                Expect.equal whole.Safe whole.Offset "the command behind it was found"
                Expect.equal whole.Offset.Bytes (scan.Offset.Bytes + 16L) "every byte was counted")
        ]

/// A bit of everything.
let private mixture =
    commands
        [
            [ "SELECT"; "1" ]
            [ "SET"; "key"; "value" ]
            [ "SET"; ""; "" ]
            [ "MULTI" ]
            [ "SELECT"; "2" ]
            [ "SET"; "another key"; String('v', 100) ]
            [ "EXEC" ]
            [ "REPLCONF"; "GETACK"; "*" ]
            [ "PING" ]
        ]
    + "select 4\r\n\r\n*0\r\n"

let private damage =
    testList
        "damage"
        [
            testCase "what tries the grammar is read as the grammar reads it" (fun () ->
                for text in StreamGrammarTests.examples do
                    for read in [ readByCommand; readByWord ] do
                        Expect.equal (read [ text.Length ] (bytes text)) (readByGrammar text) (Printable.escape text))
            testCase "with any byte changed, added or left out it is read as the grammar reads it" (fun () ->
                for index in 0 .. mixture.Length - 1 do
                    for instead in "" :: List.map string (List.ofSeq "\000\n\r $*-019:a\255") do
                        for taken in [ 0; 1 ] do
                            let text = mixture.Remove(index, taken).Insert(index, instead)

                            for read in [ readByCommand; readByWord ] do
                                Expect.equal
                                    (read [ text.Length ] (bytes text))
                                    (readByGrammar text)
                                    $"%s{Printable.escape instead} for {taken} bytes at {index}")
            testCase "a stream that is cut anywhere waits for the rest, and goes on with it" (fun () ->
                for cut in 0 .. mixture.Length do
                    for read in [ readByCommand; readByWord ] do
                        let sizes = [ cut; mixture.Length ] |> List.filter (fun size -> size > 0)
                        Expect.equal (read sizes (bytes mixture)) (readByGrammar mixture) $"cut at {cut}")
        ]

let private cost =
    testList
        "cost"
        [
            testCase "a look allocates nothing" (fun () ->
                let text = bytes (String.replicate 100 mixture)
                let ranges = Array.zeroCreate 10

                let readAll () =
                    let mutable scan = beginning
                    let mutable left = ReadOnlySpan text
                    let mutable turn = 0

                    while left.Length > 0 do
                        let mutable trouble = null
                        turn <- turn + 1

                        let next =
                            match turn % 3 with
                            | 0 -> StreamScanner.ScanWindow(scan, left.Slice(0, min 100 left.Length), &trouble)
                            | 1 -> StreamScanner.ScanCommand(scan, left, Span ranges, &trouble)
                            | _ -> StreamScanner.ScanWord(scan, left, &trouble)

                        Expect.isNull trouble "trouble"
                        left <- left.Slice(int (next.Offset.Bytes - scan.Offset.Bytes))
                        scan <- next

                readAll ()
                let before = GC.GetAllocatedBytesForCurrentThread()
                readAll ()
                let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                Expect.equal allocated 0L "bytes allocated")
        ]

let tests = testList "stream scanner" [ asking; words; damage; cost ]
