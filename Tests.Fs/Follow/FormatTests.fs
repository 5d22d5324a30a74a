module HybridReplica.Tests.FormatTests

open System
open System.Text
open System.Text.Json
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Cli
open HybridReplica.Cli.Follow
open HybridReplica.Core
open HybridReplica.Tests.Follow.StreamEvents

/// What a format makes of something.
let private written (name: string) (write: FollowFormat -> unit) : byte[] =
    let buffer = OutputBuffer()

    match FollowFormat.Create(name, buffer) with
    | null -> failtestf "There is no format %s." name
    | format ->
        format.History <- history
        write format
        buffer.Written.ToArray()

let private text name write =
    Encoding.UTF8.GetString(written name write)

let private markOf offset database (transaction: int64 voption) =
    CommandMark(offset, Nullable database, ValueOption.toNullable transaction, time)

let private write offset database transaction words (format: FollowFormat) =
    let mark = markOf offset database transaction
    format.Write(&mark, command offset database transaction words)

let private take (large: LargeCommand) (part: HybridReplica.CommandPart) =
    let mark = markOf part.Offset 3 ValueNone
    large.Take(part, &mark) |> ignore

/// Writes a command in parts.
let private writeParts piece words (format: FollowFormat) =
    let filter = CommandFilter([], [], [])
    let large = LargeCommand(filter, format, OpenTransaction format)

    for part in parts 100L 3 piece words do
        take large part

let private set = [ bytes "SET"; bytes "k"; bytes "v" ]

/// Words with something for each rule of escaping.
let private odd =
    [
        bytes "SET"
        bytes "\"\\\r\n\t\007\b\000"
        bytes "\255\254"
        bytes ""
        Encoding.UTF8.GetBytes "é"
    ]

/// Commands as a master would send them.
let private asSent (commands: byte[] list list) =
    Array.concat
        [
            for words in commands do
                bytes $"*{words.Length}\r\n"

                for word in words do
                    bytes $"${word.Length}\r\n"
                    word
                    bytes "\r\n"
        ]

let private select (database: int) =
    [ bytes "SELECT"; bytes (string database) ]

let private events (format: FollowFormat) =
    format.WriteFullResync(at 7L, fullResync FullResyncReason.NoPosition)
    format.WriteSnapshot(snapshot (at 8L))
    format.WriteResumed(at 8L, time)
    let multi = markOf 9L 2 (ValueSome 8L)
    format.WriteMulti &multi
    write 10L 2 (ValueSome 8L) set format
    let exec = markOf 11L 2 (ValueSome 8L)
    format.WriteExec &exec
    write 12L 3 ValueNone odd format
    format.WriteRewound(at 12L, time, true)

/// A line in which single quotes stand for double ones, and two words for what is the same in all lines.
let private spelled (name: string) (line: string) =
    let id, time = string history, "2026-11-22T12:00:00.123Z"

    match name with
    | "jsonl" -> line.Replace("ID", $"'replid':'{id}'").Replace("TIME", $"'time':'{time}'").Replace('\'', '"')
    | _ -> line.Replace("ID", id).Replace("TIME", time).Replace('\'', '"')

let private golden name (lines: string list) =
    testCase $"{name} looks like this" (fun () ->
        let expected = List.map (spelled name) lines @ [ "" ]
        Expect.equal ((text name events).Split '\n' |> List.ofArray) expected "the lines")

/// What redis-cli makes of it: words, command by command.
let private respGolden =
    testCase "resp looks like this" (fun () ->
        let expected =
            asSent
                [
                    [ bytes "SELECT"; bytes "2" ]
                    [ bytes "MULTI" ]
                    set
                    [ bytes "EXEC" ]
                    [ bytes "SELECT"; bytes "3" ]
                    odd
                    [ bytes "DISCARD" ]
                ]

        Expect.equal (written "resp" events) expected "the bytes")

let private goldens =
    [
        golden
            "jsonl"
            [
                "{'event':'full-resync',ID,'offset':7,TIME,'reason':'there is no position to resume from'}"
                "{'event':'snapshot',ID,'offset':8,TIME,'bytes':18,'checksum':'verified','file':null}"
                "{'event':'resumed',ID,'offset':8,TIME}"
                "{'event':'multi',ID,'offset':9,'db':2,'transaction':8,TIME}"
                "{ID,'offset':10,'db':2,'transaction':8,TIME,'command':'SET','args':['k','v']}"
                "{'event':'exec',ID,'offset':11,'db':2,'transaction':8,TIME}"
                @"{ID,'offset':12,'db':3,'transaction':null,TIME,'command':'SET',"
                + @"'args':['\'\\\r\n\t\u0007\b\u0000',{'base64':'//4='},'','é']}"
                "{'event':'rewound',ID,'offset':12,TIME}"
            ]
        golden
            "text"
            [
                "TIME -- full resync: there is no position to resume from"
                "TIME -- snapshot of 18 bytes at ID:8:0"
                "TIME -- resumed at ID:8:0"
                "TIME [2] 'MULTI'"
                "TIME [2] 'SET' 'k' 'v'"
                "TIME [2] 'EXEC'"
                @"TIME [3] 'SET' '\'\\\r\n\t\a\b\x00' '\xff\xfe' '' '\xc3\xa9'"
                "TIME -- what came behind ID:12:0 is void"
            ]
    ]

/// Words of any bytes, of which the first is a name.
let private anyWords =
    Gen.nonEmptyListOf (Gen.arrayOf (Gen.choose (0, 255) |> Gen.map byte))
    |> Arb.fromGen

/// The words in a line: strings are UTF-8, and objects hold base64.
let private wordsOf (line: byte[]) : byte[] list =
    use document = JsonDocument.Parse(ReadOnlyMemory line)

    let word (element: JsonElement) =
        if element.ValueKind = JsonValueKind.String then
            Encoding.UTF8.GetBytes(nonNull (element.GetString()))
        else
            element.GetProperty("base64").GetBytesFromBase64()

    let root = document.RootElement

    word (root.GetProperty "command")
    :: [ for argument in root.GetProperty("args").EnumerateArray() -> word argument ]

let private isWhole name (expected: byte[] list -> byte[]) =
    testProperty $"{name} is the same whether a command comes whole or in parts of any size"
    <| Prop.forAll anyWords (fun words ->
        for piece in [ 1; 2; 7; 1000 ] do
            Expect.equal (written name (writeParts piece words)) (expected words) $"in pieces of {piece}")

let private properties =
    [
        testProperty "a JSON line gives back the words, whatever bytes they have"
        <| Prop.forAll anyWords (fun words ->
            let line = written "jsonl" (write 100L 3 ValueNone words)
            Expect.equal (Array.IndexOf(line, byte '\n')) (line.Length - 1) "it is one line"
            Expect.equal (wordsOf line) words "the words")
        testProperty "a JSON line of parts gives back the words, whatever bytes they have"
        <| Prop.forAll anyWords (fun words ->
            for piece in [ 1; 2; 7; 1000 ] do
                let line = written "jsonl" (writeParts piece words)
                Expect.equal (Array.IndexOf(line, byte '\n')) (line.Length - 1) "it is one line"
                Expect.equal (wordsOf line) words $"in pieces of {piece}")
        testProperty "resp is what a master would send"
        <| Prop.forAll anyWords (fun words ->
            Expect.equal (written "resp" (write 100L 3 ValueNone words)) (asSent [ select 3; words ]) "the bytes")
        isWhole "resp" (fun words -> asSent [ select 3; words ])
        isWhole "text" (fun words -> written "text" (write 100L 3 ValueNone words))
    ]

/// A value that is too long to be looked at whole.
let private long = Array.init 200_001 (fun index -> byte (index * 7))

let private longWords =
    [
        testCase "a long value is base64, though it may be UTF-8" (fun () ->
            let line =
                written "jsonl" (writeParts 1000 [ bytes "SET"; bytes "k"; Array.replicate 70_000 97uy ])

            Expect.stringContains (Encoding.UTF8.GetString line) "\"k\",{\"base64\":\"YWFh" "the line")
        testCase "a long value gives back its bytes" (fun () ->
            let words = [ bytes "SET"; bytes "k"; long; bytes "x" ]

            for piece in [ 1; 64 * 1024; 1_000_000 ] do
                Expect.equal (wordsOf (written "jsonl" (writeParts piece words))) words $"in pieces of {piece}")
        testCase "the beginning of a command that breaks off is JSON, and says so" (fun () ->
            let words = [ bytes "SET"; bytes "k"; long; bytes "x" ]
            let all = parts 100L 3 1000 words

            for taken in [ 1; 2; 3; 10; all.Length - 1 ] do
                let line =
                    written "jsonl" (fun format ->
                        let large = LargeCommand(CommandFilter([], [], []), format, OpenTransaction format)

                        for part in List.take taken all do
                            take large part

                        Expect.isTrue (format.BreakOff()) "it can be said"
                        write 101L 3 ValueNone set format)

                let lines = (Encoding.UTF8.GetString line).Split '\n'
                use broken = JsonDocument.Parse lines[0]
                Expect.isTrue (broken.RootElement.GetProperty("incomplete").GetBoolean()) "the first line"
                Expect.equal (wordsOf (bytes lines[1])) set "the next line")
    ]

let private selecting =
    testCase "resp selects the database when it changes, and again when the end was cut off" (fun () ->
        let actual =
            written "resp" (fun format ->
                write 1L 0 ValueNone set format
                write 2L 0 ValueNone set format
                write 3L 1 ValueNone set format
                format.Forget()
                write 4L 1 ValueNone set format)

        Expect.equal actual (asSent [ select 0; set; set; select 1; set; select 1; set ]) "the bytes")

let tests =
    testList "formats" (respGolden :: goldens @ properties @ longWords @ [ selecting ])
