/// Reading an RDB from files and streams, with a callback and while it is enumerated.
module HybridReplica.Tests.RdbReaderTests

open System
open System.IO
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Reading.Streams

/// How an RDB is read: by which seed it was written and comes in pieces, and what the reader is told.
type private Way =
    {
        Seed: uint64
        BufferSize: int
        PartsAbove: int
        Look: RdbLook
    }

let private ways =
    gen {
        let! seed = Arb.toGen ContentGenerators.seeds
        let! size = Gen.oneof [ Gen.choose (1, 30); Gen.elements [ 4096; 256 <<< 10 ] ]
        let! parts = Gen.oneof [ Gen.choose (1, 30); Gen.constant (64 <<< 10) ]
        let! look = Gen.elements [ RdbLook.Skip; RdbLook.Raw; RdbLook.Typed ]

        return
            {
                Seed = seed
                BufferSize = size
                PartsAbove = parts
                Look = look
            }
    }

let private cases =
    Arb.fromGenShrink (
        Gen.zip (Arb.toGen ContentGenerators.contents) ways,
        fun (content, way) ->
            Arb.toShrink ContentGenerators.contents content
            |> Seq.map (fun content -> content, way)
    )

let private optionsOf (way: Way) =
    RdbReaderOptions(Look = way.Look, PartsAbove = way.PartsAbove, BufferSize = way.BufferSize)

let private agrees (read: Reading.Read) (found: Found list) =
    Expect.equal (found |> List.map (fun (one: Found) -> one.Kind)) (read.Items |> List.map _.Kind) "what there is"

    for item, found in List.zip read.Items found do
        Expect.equal found.Text item.Text $"the text of %A{item.Kind}"
        Expect.equal found.IsNumber item.IsNumber $"whether %A{item.Kind} is a number"

        Expect.equal (List.take item.Numbers.Length found.Numbers) item.Numbers $"the numbers of %A{item.Kind}"

        match item.Head, found.Entry with
        | ValueSome head, ValueSome(struct (database, form, expiry, idle, frequency, offset)) ->
            Expect.equal database head.Database "database"
            Expect.equal form head.Form "form"
            Expect.equal expiry (ValueOption.toNullable head.Expiry) "expiry"
            Expect.equal idle (ValueOption.toNullable head.Idle) "idle time"
            Expect.equal frequency (ValueOption.toNullable head.Frequency) "frequency"
            Expect.equal offset head.Offset "offset"
        | ValueSome _, ValueNone -> failtest $"%A{item.Kind} belongs to no entry"
        | ValueNone, _ -> ()

let private isWhole (written: WrittenRdb) (read: Reading.Read) (result: RdbResult) =
    Expect.equal result.Bytes written.Bytes.LongLength "bytes"
    Expect.equal result.Entries (int64 written.Entries.Length) "entries"
    Expect.equal result.Version (Nullable read.Version) "version"
    Expect.equal result.Verdict read.Verdict "verdict"
    Expect.isNull result.Fault "fault"

let private comesWhole (content, way) =
    let written = Writer.write way.Seed content
    let read = Reading.read way.Look written.Bytes
    use stream = new MemoryStream(written.Bytes)
    let found, result = visited stream (optionsOf way)
    agrees read found
    isWhole written read result
    Expect.equal result.TrailingBytes (Nullable 0L) "bytes behind it"
    use dripping = new Dripping(written.Bytes, way.Seed)
    let found, result = visited dripping (optionsOf way)
    agrees read found
    isWhole written read result
    Expect.equal result.TrailingBytes (Nullable()) "nobody knows what a stream brings next"
    use dripping = new Dripping(written.Bytes, way.Seed + 1UL)
    let found, result = (enumerated dripping (optionsOf way)).Result
    agrees read found
    isWhole written read result

let private withFile (bytes: byte[]) (use': string -> unit) =
    let path =
        Path.Combine(Path.GetTempPath(), $"hybrid-replica-%O{Guid.NewGuid()}.rdb")

    File.WriteAllBytes(path, bytes)

    try
        use' path
    finally
        File.Delete path

let private text (value: string) = Snapshots.latin1 value

let private string key value : RdbPart =
    RdbPart.Entry(WrittenEntry.Of(key, 0, RdbValue.String(text value)))

let private threeStrings =
    (Writer.write
        1UL
        {
            Version = Snapshots.redis 11
            Parts = [ RdbPart.Database 0L; string "one" "a"; string "two" "b"; string "three" "c" ]
            IsSummed = true
        })
        .Bytes

let private kinds found = found |> List.map _.Kind

let private behind (bytes: byte[]) =
    Array.append bytes (text "*1\r\n$4\r\nPING\r\n")

let tests =
    testList
        "RDB reader"
        [
            testProperty
                "a reader finds what the scanner finds, however its stream brings it"
                (Prop.forAll cases comesWhole)
            testCase "a file is read to the end of its RDB, and what follows is counted" (fun () ->
                withFile (behind threeStrings) (fun path ->
                    let collecting = Collecting()
                    let result = RdbReader.Read(path, collecting.Add)
                    Expect.equal result.Bytes threeStrings.LongLength "bytes"
                    Expect.equal result.TrailingBytes (Nullable 14L) "bytes behind it"
                    Expect.equal result.Entries 3L "entries"
                    Expect.equal (List.last (kinds collecting.Found)) RdbTokenKind.Ended "the last event"))
            testCase "a stream that can seek is left behind its RDB, and open" (fun () ->
                use stream = new MemoryStream(behind threeStrings)
                visited stream (RdbReaderOptions()) |> ignore
                Expect.equal stream.Position threeStrings.LongLength "where the stream is"
                use dripping = new Dripping(threeStrings, 1UL)
                (enumerated dripping (RdbReaderOptions())).Wait()
                Expect.isFalse dripping.IsDisposed "the stream is not ours")
            testCase "an RDB is read from where the stream is" (fun () ->
                use stream = new MemoryStream(Array.append (text "else") threeStrings)
                stream.Position <- 4L
                let found, result = visited stream (RdbReaderOptions())
                Expect.equal result.Entries 3L "entries"
                Expect.equal found.Head.Kind RdbTokenKind.Started "the first event")
            testCase "a look is chosen for one entry, and the next begins as it was said" (fun () ->
                use stream = new MemoryStream(threeStrings)
                let collecting = Collecting()

                let visit (event: RdbEvent) =
                    if event.Kind = RdbTokenKind.EntryStarted then
                        Expect.equal event.Look RdbLook.Skip "the look that was said"

                        if event.Text.SequenceEqual(ReadOnlySpan "two"B) then
                            event.Look <- RdbLook.Typed

                    collecting.Add event

                RdbReader.Read(stream, visit, RdbReaderOptions(Look = RdbLook.Skip)) |> ignore

                let values =
                    collecting.Found
                    |> List.filter (fun found -> found.Kind = RdbTokenKind.String)
                    |> List.map _.Text

                Expect.equal values [ text "b" ] "the values that were looked at")
            testCase "a file can be removed once it was read, and once nobody enumerates it any more" (fun () ->
                withFile threeStrings (fun path ->
                    RdbReader.Read(path, ignore) |> ignore
                    use _ = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)
                    ())

                withFile threeStrings (fun path ->
                    let events = RdbReader.ReadAsync(path).GetAsyncEnumerator()
                    Expect.isTrue (events.MoveNextAsync().AsTask().Result) "there is something"
                    events.DisposeAsync().AsTask().Wait()
                    use _ = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)
                    ()))
            testCase "a reading is enumerated once" (fun () ->
                use stream = new MemoryStream(threeStrings)
                let reading = RdbReader.ReadAsync stream
                reading.GetAsyncEnumerator() |> ignore

                Expect.throwsT<InvalidOperationException>
                    (fun () -> reading.GetAsyncEnumerator() |> ignore)
                    "it is read once")
            testCase "a time to expire that is beyond all calendars is the last there is" (fun () ->
                let expiring expiry =
                    RdbPart.Entry
                        {
                            Key = text "key"
                            Form = 0
                            Value = RdbValue.String(text "value")
                            Expiry = ValueSome expiry
                            Idle = ValueNone
                            Frequency = ValueNone
                            Metadata = []
                        }

                let times = ResizeArray<Nullable<DateTimeOffset>>()

                let bytes =
                    (Writer.write
                        1UL
                        {
                            Version = Snapshots.redis 11
                            Parts = [ expiring Int64.MaxValue; expiring 1700000000123L; string "key" "value" ]
                            IsSummed = true
                        })
                        .Bytes

                use stream = new MemoryStream(bytes)

                RdbReader.Read(
                    stream,
                    fun event ->
                        if event.Kind = RdbTokenKind.EntryStarted then
                            times.Add event.ExpiresAt
                )
                |> ignore

                Expect.equal
                    (List.ofSeq times)
                    [
                        Nullable(
                            DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
                        )
                        Nullable(DateTimeOffset.FromUnixTimeMilliseconds 1700000000123L)
                        Nullable()
                    ]
                    "when they expire")
            testCase "options that make no sense are refused before anything is read" (fun () ->
                for options in
                    [
                        RdbReaderOptions(BufferSize = 0)
                        RdbReaderOptions(PartsAbove = 0)
                        RdbReaderOptions(Limit = 0)
                        RdbReaderOptions(EntryLimit = 0)
                        RdbReaderOptions(Look = enum 7)
                    ] do
                    use stream = new MemoryStream(threeStrings)

                    Expect.throws (fun () -> RdbReader.Read(stream, ignore, options) |> ignore) "with a callback"
                    Expect.throws (fun () -> RdbReader.ReadAsync(stream, options) |> ignore) "enumerated"
                    Expect.equal stream.Position 0L "nothing is read")
        ]
