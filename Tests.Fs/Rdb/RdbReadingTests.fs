/// What is written from a model is read as that model, however it is written, and wherever it is cut.
module HybridReplica.Tests.RdbReadingTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Rdb.Reading

let private looks = [ RdbLook.Skip; RdbLook.Raw; RdbLook.Typed ]

/// Any sizes of pieces, any border between whole texts and parts, any looks.
let private feedings: Arbitrary<Feeding> =
    gen {
        let! sizes =
            Gen.oneof
                [
                    Gen.constant [ 1 ]
                    Gen.nonEmptyListOf (Gen.choose (1, 20))
                    Gen.nonEmptyListOf (Gen.choose (1, 300))
                ]

        let! partsAbove =
            Gen.oneof [ Gen.choose (0, 30); Gen.choose (0, 400); Gen.constant Int32.MaxValue ]

        let! looks = Gen.nonEmptyListOf (Gen.elements looks)
        let! isHasty = Gen.elements [ true; false ]

        return
            {
                Sizes = Array.ofList sizes
                PartsAbove = partsAbove
                Limit = 1L <<< 29
                Looks = Array.ofList looks
                IsHasty = isHasty
            }
    }
    |> Arb.fromGen

/// The numbers and offsets of where each entry ends.
let private endings (read: Read) =
    [
        for item in read.Items do
            if item.Kind = RdbTokenKind.EntryEnded then
                item.Head.Value.Offset, item.Numbers
    ]

let private boundsOf (written: WrittenRdb) =
    [
        for entry in written.Entries do
            int64 entry.Start, [ int64 (entry.End - entry.Start); int64 (entry.End - entry.ValueStart) ]
    ]

/// The items of each entry, and what is between them.
let private byEntry (items: Item list) : Item list list =
    let folder item (groups: Item list list) =
        match groups with
        | first :: behind when item.Kind <> RdbTokenKind.EntryEnded -> (item :: first) :: behind
        | groups -> [ item ] :: groups

    List.foldBack folder items [ [] ]

let private verdictOf (content: RdbContent) =
    match content.Version.HasChecksum, content.IsSummed with
    | false, _ -> RdbVerdict.Unchecked(content.Version, ChecksumAbsence.TooOld)
    | _, false -> RdbVerdict.Unchecked(content.Version, ChecksumAbsence.Disabled)
    | _ -> RdbVerdict.Verified content.Version

let private model =
    testList
        "model"
        [
            for form in List.collect Forms.formsOf Forms.versions |> List.distinct |> List.sort do
                testProperty $"a value of type {form} is read again in every version that has it"
                <| ContentGenerators.lawOf (ContentGenerators.ofForm form) (fun content written ->
                    Expect.equal (Folding.content (read RdbLook.Typed written.Bytes)) content "the value")
            testProperty "what is written is read again"
            <| ContentGenerators.law (fun content written ->
                Expect.equal (Folding.content (read RdbLook.Typed written.Bytes)) content "what is in it")
            testProperty "the checksum gets the verdict it deserves, whatever the look"
            <| ContentGenerators.law (fun content written ->
                for look in looks do
                    let read = read look written.Bytes
                    Expect.equal read.Verdict (verdictOf content) $"{look}"
                    Expect.equal read.Offset written.Bytes.LongLength $"where it ends, {look}")
            testProperty "what follows the end is not touched"
            <| ContentGenerators.law (fun _ written ->
                let followed = read RdbLook.Typed (Array.append written.Bytes (Texts.ascii "$EOF"))
                Expect.equal followed (read RdbLook.Typed written.Bytes) "what is found")
        ]

let private cutting =
    testList
        "cutting"
        [
            testProperty "wherever it is cut the same is found"
            <| ContentGenerators.law (fun _ written ->
                Prop.forAll feedings (fun feeding ->
                    let atOnce =
                        { atOnce RdbLook.Skip with
                            Looks = feeding.Looks
                        }

                    let whole = feed atOnce written.Bytes
                    Expect.equal (feed feeding written.Bytes) whole "what is found"))
            testProperty "an entry is read in the same way, however those beside it are looked at"
            <| ContentGenerators.law (fun _ written ->
                Prop.forAll feedings (fun feeding ->
                    let found = byEntry (feed feeding written.Bytes).Items

                    let each =
                        looks
                        |> List.map (fun look -> look, byEntry (read look written.Bytes).Items)
                        |> Map.ofList

                    for index, items in List.indexed found do
                        let look = feeding.Looks[index % feeding.Looks.Length]
                        Expect.equal items (List.item index each[look]) $"entry {index}, {look}"))
            testProperty "what is cut short says so, and what was found before is right"
            <| ContentGenerators.law (fun _ written ->
                let whole = (read RdbLook.Typed written.Bytes).Items

                let stride = max 1 (written.Bytes.Length / 40)

                for length in 0..stride .. written.Bytes.Length - 1 do
                    let cut = read RdbLook.Typed (Array.take length written.Bytes)
                    let trouble = if length = 0 then RdbTrouble.Empty else RdbTrouble.Cut
                    Expect.equal cut.Trouble (Some trouble) $"{length} bytes of {written.Bytes.Length}"
                    Expect.equal cut.Items (List.take cut.Items.Length whole) "what was found before")
        ]

/// Looks at what is in the window with a copy of the scan, then with the scan.
let private lookTwice (scan: byref<RdbScan>) (window: byte[]) (scratch: byte[]) (token: byref<RdbToken>) =
    let mutable copy = scan
    let mutable copied = RdbToken()
    let besides = Array.copy scratch

    let first =
        RdbScanner.Next(&copy, ReadOnlySpan window, Span besides, RdbLook.Typed, &copied)

    let second =
        RdbScanner.Next(&scan, ReadOnlySpan window, Span scratch, RdbLook.Typed, &token)

    let room = Array.zeroCreate<byte> 20

    let text (token: RdbToken) (scratch: byte[]) =
        token.Text(ReadOnlySpan window, ReadOnlySpan scratch, Span room).ToArray()

    Expect.equal first second "the outcome"
    Expect.equal copied.Kind token.Kind "the kind"
    Expect.equal copied.Number token.Number "the number"
    Expect.equal (text copied besides) (text token scratch) "the text"
    Expect.equal copy.Offset scan.Offset "how far it came"
    second

let private copying =
    testProperty "a copy of the scan finds the same"
    <| ContentGenerators.law (fun _ written ->
        let mutable scan = RdbScanner.Start(100, 1L <<< 29)
        let mutable token = RdbToken()
        let scratch = Array.zeroCreate<byte> 20_000

        while lookTwice &scan written.Bytes scratch &token = RdbStep.Token do
            ()

        Expect.equal scan.Offset written.Bytes.LongLength "where it ends")

/// Does nothing with what is found.
type private Ignoring() =
    interface ITokens with
        member _.Take(_, _, _, _) = ()

let private allocating =
    testProperty "reading allocates nothing for what is in it"
    <| ContentGenerators.law (fun _ written ->
        let feeder = Feeder()
        let ignoring = Ignoring()

        for look in looks do
            let feeding = atOnce look

            let allocated () =
                let before = GC.GetAllocatedBytesForCurrentThread()
                feeder.Feed(written.Bytes, written.Bytes.Length, feeding, ignoring) |> ignore
                GC.GetAllocatedBytesForCurrentThread() - before

            // The feeder makes room at first, and the runtime something for itself now and then. What reading allocates
            // it allocates every time. A little may be taken for an RDB, whatever is in it.
            let least = Seq.init 5 (fun _ -> allocated ()) |> Seq.min
            Expect.isLessThanOrEqual least 256L $"bytes, {look}")

let private bounds =
    testList
        "bounds"
        [
            testProperty "skip, raw and typed agree on where each entry is, and are right"
            <| ContentGenerators.law (fun _ written ->
                for look in looks do
                    Expect.equal (endings (read look written.Bytes)) (boundsOf written) $"{look}")
            testProperty "raw bytes are those of the value"
            <| ContentGenerators.law (fun _ written ->
                let raw =
                    [
                        for item in (read RdbLook.Raw written.Bytes).Items do
                            if item.Kind = RdbTokenKind.Raw then
                                item.Text
                    ]

                let expected =
                    [
                        for entry in written.Entries -> written.Bytes[entry.ValueStart .. entry.End - 1]
                    ]

                Expect.equal raw expected "the values")
        ]

let private ends =
    testCase "the end of an entry has no text, whatever was passed over" (fun () ->
        // An array with one number in it, whose checksum is off.
        let array =
            [|
                yield! "REDIS0014"B
                yield! [| 28uy; 1uy; byte 'a'; 1uy; 0uy; 0uy; 1uy |]
                yield! BitConverter.GetBytes 33L
                255uy
                yield! Array.zeroCreate<byte> 8
            |]

        let mutable scan = RdbScanner.Start(100, 1000L)
        let mutable token = RdbToken()

        while token.Kind <> RdbTokenKind.EntryEnded do
            let step =
                RdbScanner.Next(&scan, ReadOnlySpan array, Span.Empty, RdbLook.Skip, &token)

            Expect.equal step RdbStep.Token "something is found"

        let text =
            token.Text(ReadOnlySpan array, ReadOnlySpan.Empty, Span(Array.zeroCreate<byte> 20))

        Expect.equal (text.ToArray()) [||] "its text"
        Expect.isFalse token.IsNumber "whether it is a number")

let tests =
    testList "RDB reading" [ model; cutting; copying; allocating; bounds; ends ]
