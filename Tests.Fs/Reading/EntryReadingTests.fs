/// Reading whole entries, and parts of those that are large.
module HybridReplica.Tests.EntryReadingTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Reading.Streams

let private entriesOf (stream: Stream) (options: RdbReaderOptions) : RdbEntry list * RdbResult =
    let read =
        task {
            let found = ResizeArray<RdbEntry>()
            let reading = RdbReader.ReadEntriesAsync(stream, options)
            let entries = reading.GetAsyncEnumerator()

            while! entries.MoveNextAsync() do
                found.Add entries.Current

            do! entries.DisposeAsync()

            match reading.Result with
            | null -> return failwith "The reading says nothing of what came of it."
            | result -> return List.ofSeq found, result
        }

    read.Result

let private writtenOf (content: RdbContent) =
    content.Parts
    |> List.choose (fun part ->
        match part with
        | RdbPart.Entry entry -> Some entry
        | _ -> None)

let private comeWhole (content, seed) =
    let written = Writer.write seed content
    use stream = new Dripping(written.Bytes, seed)
    let found, result = entriesOf stream (RdbReaderOptions(EntryLimit = Int32.MaxValue))
    let expected = writtenOf content
    Expect.equal found.Length expected.Length "entries"
    Expect.equal result.Entries (int64 expected.Length) "entries in what came of it"

    for found, expected in List.zip found expected do
        Expect.equal found.Key expected.Key "key"
        Expect.equal found.Type.Number expected.Form "form"
        Expect.equal found.Expiry expected.Expiry "expiry"
        Expect.equal found.Part 0 "part"
        Expect.isTrue found.IsLast "it is whole"
        // Numbers that are none equal themselves here.
        Expect.isTrue (found.Value.Equals expected.Value) $"%A{found.Value} should be %A{expected.Value}"

let private lengthOf value =
    match value with
    | RdbValue.String bytes -> bytes.Length
    | RdbValue.List elements
    | RdbValue.Set elements -> elements.Length
    | RdbValue.SortedSet members -> members.Length
    | RdbValue.Hash fields -> fields.Length
    | RdbValue.Stream(entries, _) -> entries.Length
    | RdbValue.Array(elements, _) -> elements.Length
    | RdbValue.Module(_, _, items) -> items.Length

let private comeInParts (content, seed) =
    let written = Writer.write seed content
    use stream = new Dripping(written.Bytes, seed)
    let found, _ = entriesOf stream (RdbReaderOptions(EntryLimit = 20))
    let whole = List.filter _.IsLast found
    let expected = writtenOf content
    Expect.equal whole.Length expected.Length "entries"

    for index, parts in
        found
        |> List.mapFold (fun ended (part: RdbEntry) -> (ended, part), (if part.IsLast then ended + 1 else ended)) 0
        |> fst
        |> List.groupBy fst do
        let parts = List.map snd parts
        Expect.equal (List.map _.Part parts) [ 0 .. parts.Length - 1 ] "numbers of the parts"

        Expect.equal
            (parts |> List.sumBy (fun part -> lengthOf part.Value))
            (lengthOf expected[index].Value)
            "what is in all parts"

let private cases =
    Arb.fromGenShrink (
        Gen.zip (Arb.toGen ContentGenerators.contents) (Arb.toGen ContentGenerators.seeds),
        fun (content, seed) ->
            Arb.toShrink ContentGenerators.contents content
            |> Seq.map (fun content -> content, seed)
    )

let tests =
    testList
        "entries of RDBs"
        [
            testProperty "what was written is read, entry by entry" (Prop.forAll cases comeWhole)
            testProperty "what is large comes in parts, and nothing of it is lost" (Prop.forAll cases comeInParts)
            testCase "an element that is larger than what may be in memory ends the reading" (fun () ->
                let bytes =
                    Array.concat
                        [
                            Snapshots.latin1 "REDIS0011\001\001k\001\088\000"
                            Array.zeroCreate 6144
                            Snapshots.latin1 "\255"
                            Array.zeroCreate 8
                        ]

                let options =
                    RdbReaderOptions(EntryLimit = 100, Limit = 1000, KeepWhatCameBefore = true)

                use stream = new MemoryStream(bytes)
                let found, result = entriesOf stream options
                Expect.isEmpty found "entries"

                match result.Fault with
                | null -> failtest "It was read."
                | fault -> Expect.equal fault.Trouble (RdbTrouble.TooLarge(6144L, 1000L)) "why not")
            testCase "behind the end of a reading there is nothing, however often it is asked for" (fun () ->
                use stream =
                    new MemoryStream(Array.append (Snapshots.latin1 "REDIS0003\255") (Array.zeroCreate 100))

                let entries = RdbReader.ReadEntriesAsync(stream).GetAsyncEnumerator()

                for _ in 1..3 do
                    Expect.isFalse (entries.MoveNextAsync().AsTask().Result) "an entry"
                    Expect.equal stream.Position 10L "where the stream is")
            testCase "an entry that ends too early is not handed out" (fun () ->
                let text = Snapshots.latin1

                let written =
                    Writer.write
                        1UL
                        {
                            Version = Snapshots.redis 11
                            Parts =
                                [
                                    for key in [ "first"; "second" ] do
                                        RdbPart.Entry(WrittenEntry.Of(key, 1, RdbValue.List [| text "a"; text "b" |]))
                                ]
                            IsSummed = true
                        }

                use stream = new MemoryStream(written.Bytes[.. written.Entries[1].End - 2])
                let found, result = entriesOf stream (RdbReaderOptions(KeepWhatCameBefore = true))
                Expect.equal (found |> List.map (fun (entry: RdbEntry) -> entry.Key)) [ text "first" ] "keys"
                Expect.isNotNull result.Fault "fault")
        ]
