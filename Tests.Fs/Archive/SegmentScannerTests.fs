/// What a segment is made of is found in it, however it is cut and at whatever pace it is read.
module HybridReplica.Tests.SegmentScannerTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.SegmentSamples
open HybridReplica.Tests.StreamGenerators

/// One look at the bytes behind the scan.
type private Looking = SegmentScan -> byte[] -> struct (SegmentScan * SegmentTrouble voption)

let private byWindow: Looking =
    fun scan bytes ->
        let mutable trouble = null
        let scan = SegmentScanner.ScanWindow(scan, ReadOnlySpan bytes, &trouble)
        struct (scan, ValueOption.ofObj trouble)

let private byPart: Looking =
    let ranges = Array.zeroCreate 64

    fun scan bytes ->
        let mutable trouble = null

        let scan = SegmentScanner.ScanNext(scan, ReadOnlySpan bytes, Span ranges, &trouble)

        struct (scan, ValueOption.ofObj trouble)

/// Every look at a file that arrives in pieces of these sizes, from there on, and the trouble at its end.
let private looks (looking: Looking) (sizes: int list) (text: string) (scan: SegmentScan) =
    let file = bytes text

    let rec look (scan: SegmentScan) there index found =
        let struct (next, trouble) = looking scan file[int scan.Byte .. there - 1]
        Expect.isGreaterThanOrEqual next.Byte scan.Byte "a look never goes back"
        Expect.isLessThanOrEqual next.Byte (int64 there) "a look never goes further than the window"
        let found = if next.Byte > scan.Byte then next :: found else found

        if trouble.IsSome then
            List.rev found, next, trouble
        elif next.Byte > scan.Byte then
            look next there index found
        elif there < file.Length then
            look next (min file.Length (there + sizes[index % sizes.Length])) (index + 1) found
        else
            List.rev found, next, trouble

    look scan (int scan.Byte) 0 []

let private whole = [ Int32.MaxValue / 2 ]

let private beginning = SegmentScan.At start

let private placeOf (scan: SegmentScan) : Place =
    {
        Part = scan.Part
        Byte = scan.Byte
        Offset = scan.Offset.Bytes
        Safe = scan.Safe
        SafeByte = scan.SafeByte
        Timestamp = scan.Timestamp
        Transaction = scan.Transaction |> ValueOption.map (fun offset -> offset.Bytes)
    }

let private hasEnded (scan: SegmentScan) = scan.Part <> SegmentPart.Nothing

// Less of a bad line may have been there to be shown.
let private nameOf trouble =
    match trouble with
    | ValueSome(SegmentTrouble.Stream trouble) -> $"stream {trouble.Name}"
    | other -> $"{other}"

let private expectSameEnd (scan: SegmentScan, trouble) (expected: SegmentScan, expectedTrouble) =
    Expect.equal (placeOf scan) (placeOf expected) "where it ends"
    Expect.equal scan.IsBetween expected.IsBetween "whether it ends between commands"
    Expect.equal (nameOf trouble) (nameOf expectedTrouble) "the trouble"

let private inPieces law =
    Prop.forAll anySegment (fun text -> Prop.forAll sizes (fun sizes -> law text sizes))

let private troubleIn text =
    let _, scan, trouble = looks byWindow whole text beginning
    trouble, scan.Byte

let private expectTrouble trouble place text =
    Expect.equal (troubleIn text) (ValueSome trouble, int64 place) text

let private set = command [ "SET"; "k"; "v" ]

let private bad =
    [
        "nothing in front", set, SegmentTrouble.NoSelect, 0
        "typed in front", "select 3\r\n", SegmentTrouble.NoSelect, 0
        "another database", command [ "SELECT"; "4" ], SegmentTrouble.OtherDatabase 3, 0
        "a longer database", command [ "SELECT"; "33" ], SegmentTrouble.OtherDatabase 3, 0
        "an annotation in front", "#TS:1\r\n" + select, SegmentTrouble.AnnotationFirst, 0
        "an annotation in MULTI",
        select + command [ "MULTI" ] + "#TS:1\r\n",
        SegmentTrouble.AnnotationInTransaction,
        select.Length + 15
        "no number", select + "#TS:x\r\n", SegmentTrouble.BadAnnotation "#TS:x", select.Length
        "no carriage return", select + "#TS:1\n", SegmentTrouble.BadAnnotation "#TS:1", select.Length
        "more than a number", select + "#TS:1 \r\n", SegmentTrouble.BadAnnotation "#TS:1 ", select.Length
        "a line of 1024 bytes", select + "#" + String('x', 1022) + "\n", SegmentTrouble.AnnotationTooLong, select.Length
        "a blank line",
        select + set + "\r\n" + set,
        SegmentTrouble.Stream(StreamTrouble.NotACommand ""),
        select.Length + set.Length
        "a command that was typed",
        select + set + "PING\r\n",
        SegmentTrouble.Stream(StreamTrouble.NotACommand "PING"),
        select.Length + set.Length
        "a command of no words",
        select + set + "*0\r\n" + set,
        SegmentTrouble.Stream(StreamTrouble.BadCount "*0"),
        select.Length + set.Length
        "a command of less", select + "*-1\r\n", SegmentTrouble.Stream(StreamTrouble.BadCount "*-1"), select.Length
        "an annotation in a command",
        select + "*2\r\n#TS:1\r\n",
        SegmentTrouble.Stream(StreamTrouble.BadLength "#TS:1"),
        select.Length + 4
    ]

let tests =
    testList
        "segment scanner"
        [
            testProperty "every part is found, and its place is known, however the file is cut"
            <| Prop.forAll parts (fun parts ->
                Prop.forAll sizes (fun sizes ->
                    let found, last, trouble = looks byPart sizes (textOfParts parts) beginning
                    Expect.equal trouble ValueNone "there is no trouble"
                    Expect.equal (found |> List.filter hasEnded |> List.map placeOf) (places parts) "the places"
                    Expect.isTrue last.IsBetween "it ends between two commands"))
            testProperty "looking as far as possible comes to the same place"
            <| inPieces (fun text sizes ->
                let _, expected, expectedTrouble = looks byPart whole text beginning
                let _, scan, trouble = looks byWindow sizes text beginning
                expectSameEnd (scan, trouble) (expected, expectedTrouble))
            testProperty "a window can be cut anywhere"
            <| inPieces (fun text sizes ->
                let _, expected, expectedTrouble = looks byWindow whole text beginning
                let _, scan, trouble = looks byWindow sizes text beginning
                expectSameEnd (scan, trouble) (expected, expectedTrouble))
            testProperty "looking part by part can be cut anywhere"
            <| inPieces (fun text sizes ->
                let expected, last, expectedTrouble = looks byPart whole text beginning
                let found, scan, trouble = looks byPart sizes text beginning
                let ended = List.filter hasEnded >> List.map placeOf
                Expect.equal (ended found) (ended expected) "the places"
                expectSameEnd (scan, trouble) (last, expectedTrouble))
            testProperty "what is safe is sound, and can be gone on from"
            <| Prop.forAll anySegment (fun text ->
                let found, last, trouble = looks byPart whole text beginning

                for scan in List.filter (fun (scan: SegmentScan) -> scan.IsBegun) found do
                    let kept = text.Substring(0, int scan.SafeByte)
                    let _, cut, cutTrouble = looks byWindow whole kept beginning
                    Expect.equal cutTrouble ValueNone "no trouble in front of it"
                    Expect.equal (cut.Byte, cut.SafeByte) (int64 kept.Length, int64 kept.Length) "all of it is safe"
                    Expect.equal cut.Safe scan.Safe "the position"

                    let entry: IndexEntry =
                        {
                            Offset = scan.Safe.Offset
                            Byte = scan.SafeByte
                            ReceivedAt = 0L
                            Database = ValueOption.defaultValue -1 scan.Safe.Database
                            Checksum = 0UL
                        }

                    let _, other, otherTrouble =
                        looks byWindow whole text (SegmentScan.From(start.Id, entry))

                    Expect.equal (nameOf otherTrouble) (nameOf trouble) "the same trouble"
                    Expect.equal (other.Byte, other.Safe) (last.Byte, last.Safe) "the same end"
                    Expect.equal other.SafeByte last.SafeByte "the same safe byte")
            testProperty "everything but the SELECT in front and the annotations counts"
            <| Prop.forAll parts (fun parts ->
                let _, last, _ = looks byWindow whole (textOfParts parts) beginning

                let counted =
                    parts
                    |> List.sumBy (fun part ->
                        match part with
                        | Command words -> int64 (command words).Length
                        | Annotation _ -> 0L)

                Expect.equal last.Offset.Bytes (start.Offset.Bytes + counted) "the offset at the end")
            testList
                "is refused"
                [
                    for what, text, trouble, place in bad do
                        testCase $"{what}" (fun () -> expectTrouble trouble place text)
                ]
            testCase "an annotation of 1023 bytes is read" (fun () ->
                Expect.equal
                    (troubleIn (select + "#" + String('x', 1021) + "\n" + set))
                    (ValueNone, int64 (select.Length + 1023 + set.Length))
                    "all of it")
            testCase "the SELECT in front is written as it is read, for every database" (fun () ->
                for database in [ 0; 9; 10; 99; 100; 16383; Int32.MaxValue ] do
                    let target = Array.zeroCreate SegmentLines.Longest
                    let length = SegmentLines.WriteSelect(database, target.AsSpan())
                    let text = Text.Encoding.Latin1.GetString(target, 0, length)
                    Expect.equal text (command [ "SELECT"; string database ]) "the text"

                    let at =
                        SegmentScan.At
                            { start with
                                Database = ValueSome database
                            }

                    let _, scan, trouble = looks byWindow [ 1 ] text at
                    Expect.equal (scan.IsBegun, scan.Byte, trouble) (true, int64 length, ValueNone) "it is read")
            testCase "the time is written as it is read" (fun () ->
                let target = Array.zeroCreate SegmentLines.Longest
                let length = SegmentLines.WriteAnnotation(1700000000L, target.AsSpan())
                let text = Text.Encoding.Latin1.GetString(target, 0, length)
                Expect.equal text "#TS:1700000000\r\n" "the text"
                let _, scan, _ = looks byWindow whole (select + text) beginning
                Expect.equal scan.Timestamp (ValueSome 1700000000L) "the time")
            testCase "a whole window is looked at without allocating" (fun () ->
                let file = bytes (select + String.replicate 2000 set)
                let mutable trouble = null

                let look () =
                    let mutable trouble = null
                    SegmentScanner.ScanWindow(beginning, ReadOnlySpan file, &trouble) |> ignore

                look ()
                let before = GC.GetAllocatedBytesForCurrentThread()
                let scan = SegmentScanner.ScanWindow(beginning, ReadOnlySpan file, &trouble)
                let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                Expect.equal scan.Byte (int64 file.Length) "all of it"
                Expect.isLessThan allocated 1000L "bytes allocated")
            testCase "every trouble has words" (fun () ->
                for _, _, trouble, _ in bad do
                    let words = ArchiveWording.segmentTrouble trouble
                    Expect.isGreaterThan words.Length 15 "words"
                    Expect.all words (fun character -> character >= ' ' && character < '\127') "nothing acts")
        ]
