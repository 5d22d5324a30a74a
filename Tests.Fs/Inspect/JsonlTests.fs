/// `--format jsonl`: every key on a line of its own, with all that the snapshot says of it.
module HybridReplica.Tests.Inspect.JsonlTests

open System
open System.Text
open System.Text.Json.Nodes
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Inspect.Inspecting

let private linesOf (written: byte[]) =
    match Encoding.UTF8.GetString(written).Split '\n' |> List.ofArray |> List.rev with
    | "" :: lines -> List.rev lines
    | _ -> failtest "the last line does not end"

let private kindOf form =
    match Forms.kindOf form with
    | RdbKind.SortedSet -> "zset"
    | kind -> (string kind).ToLowerInvariant()

// What the lines should be, function libraries included.
let private expected (content: RdbContent) (written: WrittenRdb) : JsonNode list =
    let mutable database = 0L
    let mutable bounds = written.Entries

    [
        for part in content.Parts do
            match part with
            | RdbPart.Database number -> database <- number
            | RdbPart.FunctionLibrary source ->
                let line = JsonObject()
                line.Add("function", ExpectedJson.text source)
                line
            | RdbPart.Entry entry ->
                let line = (nonNull (ExpectedJson.line database entry bounds.Head)).AsObject()
                line.Add("type", JsonValue.Create(kindOf entry.Form))
                bounds <- bounds.Tail
                line
            | _ -> ()
    ]

let private withoutEncoding (line: string) : JsonNode =
    let node = nonNull (JsonNode.Parse line)
    node.AsObject().Remove "encoding" |> ignore
    node

let private arbitrary =
    Arb.fromGen (Gen.zip ContentGenerators.contents.Generator ContentGenerators.seeds.Generator)

let private one version entry =
    linesOf (written jsonl (snapshotOf version [ entry ]))

let private isLine name version entry line =
    testCase name (fun () ->
        let bounds = (writtenWith version [ RdbPart.Entry entry ]).Entries.Head
        let end' = $"\"bytes\":{bounds.End - bounds.Start}}}"
        Expect.equal (one version entry) [ line + end' ] "the lines")

let private utf8 (text: string) = Encoding.UTF8.GetBytes text

let tests =
    testList
        "inspect jsonl"
        [
            testProperty "the lines say all that is in a snapshot, of every version and every type"
            <| Prop.forAll arbitrary (fun (content, seed) ->
                let snapshot = Writer.write seed content
                let lines = linesOf (written jsonl snapshot.Bytes)
                let expected = expected content snapshot
                Expect.hasLength lines expected.Length "lines"

                for line, expected in List.zip lines expected do
                    if not (JsonNode.DeepEquals(withoutEncoding line, expected)) then
                        failtestf "the line is\n%s\nand not\n%s" line (expected.ToJsonString()))
            testProperty "no control character is in them but the ends of lines"
            <| Prop.forAll arbitrary (fun (content, seed) ->
                let lines = linesOf (written jsonl (Writer.write seed content).Bytes)
                Expect.all lines (Seq.forall (Char.IsControl >> not)) "characters")
            testProperty "what is damaged is refused by its name, whatever the format"
            <| Prop.forAll arbitrary (fun (content, seed) ->
                let damaged = (Writer.write seed content).Bytes
                let chance = Random(int seed)

                for _ in 1..3 do
                    damaged[chance.Next damaged.Length] <- byte (chance.Next 256)

                for format in [ jsonl; resp; keys ] do
                    try
                        written format damaged |> ignore
                    with :? HybridReplica.RdbException ->
                        ())
            isLine
                "a string"
                9
                { text "key" "value" with
                    Expiry = ValueSome 1_700_000_000_000L
                    Idle = ValueSome 7L
                }
                ("""{"db":0,"key":"key","type":"string","encoding":"raw","expiry":1700000000000,"idle":7,"""
                 + """"value":"value","elements":null,""")
            isLine
                "a sorted set with scores that are no numbers of JSON"
                9
                (entry
                    "z"
                    5
                    (RdbValue.SortedSet
                        [|
                            {
                                Member = latin1 "a"
                                Score = infinity
                            }
                            { Member = latin1 "b"; Score = 0.1 }
                            {
                                Member = latin1 "c"
                                Score = -infinity
                            }
                        |]))
                ("""{"db":0,"key":"z","type":"zset","encoding":"skiplist","expiry":null,"""
                 + """"value":[["a","inf"],["b",0.1],["c","-inf"]],"elements":3,""")
            isLine
                "an empty list"
                9
                (entry "l" 1 (RdbValue.List [||]))
                """{"db":0,"key":"l","type":"list","encoding":"linkedlist","expiry":null,"value":[],"elements":0,"""
            testCase "control characters of a terminal are escaped, and what is no UTF-8 is base64" (fun () ->
                let value = RdbValue.String(utf8 "\u001b]0;x\u0007\u009b\"\\é")

                match
                    one
                        9
                        { entry "" 0 value with
                            Key = [| 0xFFuy; 0x1Buy |]
                        }
                with
                | [ line ] ->
                    Expect.stringContains line """"key":{"base64":"/xs="}""" "the key"
                    Expect.stringContains line """"value":"\u001B]0;x\u0007\u009B\"\\é",""" "the value"
                | lines -> failtestf "%d lines" lines.Length)
            testCase "what turns the direction of writing is escaped, and its neighbours are not" (fun () ->
                let turning =
                    [
                        0x200E
                        0x200F
                        0x202A
                        0x202B
                        0x202C
                        0x202D
                        0x202E
                        0x2066
                        0x2067
                        0x2068
                        0x2069
                    ]

                let others = "\u200D\u2010\u2029\u202F\u2065\u206A\u2266"
                let value = String.Join("x", [ for code in turning -> string (char code) ])
                let line = one 9 (entry "k" 0 (RdbValue.String(utf8 (value + "\u2026\u2019"))))
                let escaped = String.Join("x", [ for code in turning -> $"\\u%04x{code}" ])
                Expect.stringContains line.Head $"\"value\":\"{escaped}\u2026\u2019\"," "the value"
                let line = one 9 (entry "k" 0 (RdbValue.String(utf8 others)))
                let read = Text.Json.JsonDocument.Parse(line.Head).RootElement
                Expect.equal (read.GetProperty("value").GetString()) others "the neighbours")
            for length in [ 100; 101; 102 ] do
                testCase $"a text of {length} bytes that comes in parts is base64" (fun () ->
                    let value = noise length

                    let lines =
                        plainSnapshot [ [| 0uy |]; plain "k"; plain value ]
                        |> writtenOf jsonl everything Int64.MaxValue 10
                        |> linesOf

                    let base64 = Convert.ToBase64String(latin1 value)
                    Expect.stringContains lines.Head $"\"value\":{{\"base64\":\"{base64}\"}}," "the value")
        ]
