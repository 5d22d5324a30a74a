/// The report of `inspect --format summary`.
module HybridReplica.Tests.SummaryTests

open System
open System.IO
open System.Text
open System.Text.Json
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Cli
open HybridReplica.Cli.Inspect.Report
open HybridReplica.Core

let private now = DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero)

let private text (value: string) : byte[] =
    let bytes = Encoding.Latin1.GetBytes value

    // Up to 63 bytes, and up to 16383.
    let length =
        if bytes.Length < 64 then
            [| byte bytes.Length |]
        else
            [| 0x40uy ||| byte (bytes.Length >>> 8); byte bytes.Length |]

    Array.append length bytes

let private field name value =
    Array.concat [ [| 0xFAuy |]; text name; text value ]

let private database (number: int) = [| 0xFEuy; byte number |]

let private expiring (at: DateTimeOffset) =
    Array.append [| 0xFCuy |] (Snapshots.littleEndian (uint64 (at.ToUnixTimeMilliseconds())))

let private string (key: string) (value: string) =
    Array.concat [ [| 0uy |]; text key; text value ]

let private collection (kind: byte) (key: string) (perElement: int) (elements: string list) =
    Array.concat
        [
            [| kind |]
            text key
            [| byte (elements.Length / perElement) |]
            Array.collect text (Array.ofList elements)
        ]

let private list = collection 1uy
let private set = collection 2uy
let private hash = collection 4uy

let private body =
    Array.concat
        [
            field "redis-ver" "7.2.6"
            field "ctime" "1795348800"
            field "used-mem" "1572864"
            [| 0xF5uy |]
            text "#!lua name=mine\nreturn 1"
            database 0
            string "user:1:name" "Ada"
            expiring (now.AddHours -1.0)
            string "user:2:name" "Grace"
            expiring (now.AddMinutes 30.0)
            string "session:123e4567-e89b-12d3-a456-426614174000" (String('x', 600))
            hash "user:1:profile" 2 [ "born"; "1815"; "died"; "1852" ]
            database 7
            list "queue" 1 [ "a"; "b"; "c" ]
            set "\027[2Jodd\n" 1 [ "\255" ]
            expiring (now.AddDays 100.0)
            string "\255" "1"
        ]

let private reportOf (bytes: byte[]) =
    let report = SnapshotReport(ReportOptions now)
    use stream = new MemoryStream(bytes)
    RdbReader.Read(stream, report.Visit) |> ignore
    report

let private snapshot = Snapshots.withChecksum "REDIS0011" body

let private shown width hasColour (report: SnapshotReport) =
    use output = new StringWriter(NewLine = "\n")
    report.WriteText(output, ReportStyle(width, hasColour, '#'))
    output.ToString()

let private objectOf (report: SnapshotReport) : string =
    Summary.Object(fun json -> report.WriteJson json)

let private json (report: SnapshotReport) =
    JsonDocument.Parse(objectOf report).RootElement

let private number (name: string) (element: JsonElement) = element.GetProperty(name).GetInt64()

let private sum (name: string) (elements: JsonElement seq) = Seq.sumBy (number name) elements

let private items (name: string) (element: JsonElement) =
    element.GetProperty(name).EnumerateArray() |> List.ofSeq

/// Whether a prefix amounts to what those below it and the others do, all the way down.
let rec private addsUp (prefix: JsonElement) =
    let children = items "children" prefix

    List.forall
        (fun name -> number name prefix = sum name children + number name (prefix.GetProperty "others"))
        [ "keys"; "bytes" ]
    && List.forall addsUp children

let private entries =
    let key = Gen.elements [ "a"; "a:b"; "user:1:name"; "user:2:name"; "x9"; "" ]

    let kind =
        Gen.elements [ "string", "raw"; "string", "int"; "hash", "listpack"; "set", "intset" ]

    let expiry =
        Gen.oneof
            [
                Gen.constant (Nullable())
                Gen.choose (-100, 10_000)
                |> Gen.map (fun hours -> Nullable(now.AddHours(float hours).ToUnixTimeMilliseconds()))
            ]

    let elements = Gen.choose (0, 100) |> Gen.map (int64 >> Nullable)

    Gen.zip3 key kind (Gen.zip expiry (Gen.zip elements (Gen.choose (0, 2000))))
    |> Gen.map (fun (key, (kind, encoding), (expiry, (elements, database))) ->
        let elements = if kind = "string" then Nullable() else elements
        key, EntryFacts(database, kind, encoding, expiry, int64 (key.Length + 10), elements))
    |> Gen.listOf

let private counted entries =
    let report = SnapshotReport(ReportOptions now)
    let buffer = KeyBuffer()

    for (key: string), facts in entries do
        buffer.Set(ReadOnlySpan(Encoding.ASCII.GetBytes key))
        report.Tally.Add(buffer, &facts)

    report

let tests =
    testList
        "summary"
        [
            testCase "is the report agreed on" (fun () ->
                Golden.agrees "Tests.Fs/Golden/inspect-summary.txt" (shown 100 false (reportOf snapshot)))
            testCase "is the JSON agreed on" (fun () ->
                let options = JsonSerializerOptions(WriteIndented = true, NewLine = "\n")

                Golden.agrees
                    "Tests.Fs/Golden/inspect-summary.json"
                    (JsonSerializer.Serialize(json (reportOf snapshot), options) + "\n"))
            testCase "has no line that is wider than it may be" (fun () ->
                for width in [ 80; 100; 120 ] do
                    for line in (shown width false (reportOf snapshot)).Split '\n' do
                        Expect.isLessThanOrEqual line.Length width line)
            testCase "does nothing to a terminal" (fun () ->
                let odd =
                    shown 100 false (reportOf snapshot)
                    |> Seq.filter (fun shown -> shown <> '\n' && (shown < ' ' || shown > '~'))

                Expect.isEmpty odd "characters that may act"
                let json = objectOf (reportOf snapshot)
                Expect.isEmpty (json |> Seq.filter Char.IsControl) "characters that may act in JSON")
            testCase "has the same words in colours" (fun () ->
                let coloured = shown 100 true (reportOf snapshot)
                Expect.stringContains coloured "\027[1m" "something is bold"

                let plain =
                    [ "\027[1m"; "\027[2m"; "\027[0m" ]
                    |> List.fold (fun (text: string) code -> text.Replace(code, "")) coloured

                Expect.equal plain (shown 100 false (reportOf snapshot)) "the words")
            testCase "of nothing says so" (fun () ->
                let report = reportOf (Snapshots.withoutChecksum "REDIS0009" [||])

                Expect.equal
                    (shown 100 false report)
                    "Snapshot  REDIS0009, it carries no checksum to verify\nSize      18 bytes\nKeys      0, 0 bytes\n"
                    "the whole report"

                Expect.equal (number "keys" (json report)) 0L "keys")
            testCase "of what was not read to its end says so" (fun () ->
                let report = SnapshotReport(ReportOptions now)
                use stream = new MemoryStream(Array.truncate 120 snapshot)

                RdbReader.Read(stream, report.Visit, RdbReaderOptions(KeepWhatCameBefore = true))
                |> ignore

                Expect.stringContains (shown 100 false report) "REDIS0011, not read to its end" "the text"
                Expect.equal ((json report).GetProperty("checksum").ValueKind) JsonValueKind.Null "the JSON")
            testCase "names the largest keys, the largest first, and the first of equals" (fun () ->
                let report = SnapshotReport(ReportOptions(now, Largest = 3))
                let buffer = KeyBuffer()

                for key, bytes in [ "a", 5L; "b", 7L; "c", 7L; "d", 9L; "e", 7L; "f", 6L ] do
                    buffer.Set(ReadOnlySpan(Encoding.ASCII.GetBytes(key: string)))
                    let facts = EntryFacts(0, "string", "raw", Nullable(), bytes, Nullable())
                    report.Tally.Add(buffer, &facts)

                let named =
                    items "mostBytes" (json report) |> List.map _.GetProperty("key").GetString()

                Expect.equal named [ "d"; "b"; "c" ] "the keys")
            testCase "looks at the beginning of a long key only" (fun () ->
                let report =
                    counted
                        [
                            String('k', 5000), EntryFacts(0, "string", "raw", Nullable(), 1L, Nullable())
                        ]

                let largest = List.exactlyOne (items "mostBytes" (json report))
                Expect.hasLength (nonNull (largest.GetProperty("key").GetString())) KeyBuffer.Most "what is kept of it"
                Expect.isTrue (largest.GetProperty("isCut").GetBoolean()) "it says so")
            testCase "tells a key that expires now from one that has expired" (fun () ->
                let expiry (milliseconds: float) =
                    let at = now.AddMilliseconds(milliseconds).ToUnixTimeMilliseconds()
                    let facts = EntryFacts(0, "string", "raw", Nullable at, 1L, Nullable())
                    let tally = (counted [ "k", facts ]).Tally

                    Enum.GetValues<ExpiryClass>()
                    |> Array.find (fun expiry -> tally.Expiry[expiry].Keys = 1L)

                let hour = 3600_000.0
                Expect.equal (expiry -1.0) ExpiryClass.Expired "the millisecond before"
                Expect.equal (expiry 0.0) ExpiryClass.Hour "this millisecond"
                Expect.equal (expiry hour) ExpiryClass.Hour "in an hour"
                Expect.equal (expiry (hour + 1.0)) ExpiryClass.Day "after an hour"
                Expect.equal (expiry (24.0 * hour + 1.0)) ExpiryClass.Week "after a day"
                Expect.equal (expiry (168.0 * hour + 1.0)) ExpiryClass.Month "after a week"
                Expect.equal (expiry (720.0 * hour + 1.0)) ExpiryClass.Later "after thirty days")
            testProperty
                "adds up, whichever way the keys are shared out"
                (Prop.forAll (Arb.fromGen entries) (fun entries ->
                    let report = json (counted entries)
                    let prefixes = report.GetProperty "prefixes"

                    let expiry =
                        [
                            for shared in (report.GetProperty "expiry").EnumerateObject() do
                                if shared.Value.ValueKind = JsonValueKind.Object then
                                    shared.Value
                        ]

                    let bytes = List.sumBy (fun (_, facts: EntryFacts) -> facts.Bytes) entries
                    Expect.equal (number "keys" report, number "keyBytes" report) (int64 entries.Length, bytes) "all"

                    for name, parts in
                        [
                            "databases", items "databases" report
                            "types", items "types" report
                            "encodings", items "encodings" report
                            "prefixes", [ prefixes ]
                            "expiry", expiry
                        ] do
                        Expect.equal (sum "keys" parts, sum "bytes" parts) (int64 entries.Length, bytes) name

                    Expect.equal
                        (sum "elements" (items "types" report))
                        (entries |> List.sumBy (fun (_, facts) -> facts.Elements.GetValueOrDefault()))
                        "elements"

                    Expect.isTrue (addsUp prefixes) "prefixes add up all the way down"))
            testCase "keeps no count of more databases than there may be" (fun () ->
                let entries =
                    List.init 3000 (fun index -> "k", EntryFacts(index, "string", "raw", Nullable(), 10L, Nullable()))

                let databases = items "databases" (json (counted entries))
                Expect.hasLength databases (SnapshotTally.MostDatabases + 1) "databases"
                Expect.equal (sum "keys" databases) 3000L "keys"
                Expect.equal (databases[0].GetProperty("db").ValueKind) JsonValueKind.Null "the others")
        ]
