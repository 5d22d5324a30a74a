/// `hybrid-replica inspect`, run as people run it, on files: what comes out, and what it says of damage.
module HybridReplica.Tests.Inspect.InspectToolTests

open System
open System.IO
open Expecto
open HybridReplica.Cli
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Real.Tool
open HybridReplica.Tests.Inspect.Inspecting
open HybridReplica.Tests.Inspect.InspectedFiles

/// Keys go to standard output as they are found; nothing else does of what is damaged.
let private complainsOf name bytes arguments exitCode said =
    testCase name (fun () ->
        let ended = inspect bytes arguments

        if List.contains "--format" arguments then
            complains exitCode said { ended with Output = [||] }
        else
            complains exitCode said ended)

let private newer = Array.append (latin1 "REDIS0099") some[9..]

/// What is whole in the first half of the snapshot, in two formats.
let private wholeKeys =
    [
        "keys", "user:1\n"
        "resp", "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$6\r\nuser:1\r\n$5\r\nalice\r\n"
    ]

let private damaged =
    [
        for format in [ [ "--check" ]; [ "--format"; "jsonl" ]; [ "--format"; "keys" ]; [] ] do
            let name = String.concat " " ("inspect" :: format)
            complainsOf $"{name}: nothing" [||] format 8 [ "not a single byte"; "some.rdb" ]
            complainsOf $"{name}: something else" (latin1 "<html></html>") format 8 [ "no RDB" ]
            complainsOf $"{name}: a future version" newer format 8 [ "REDIS0099"; "newer" ]
            complainsOf $"{name}: half of one" some[..99] format 8 [ "ends in the middle"; "at byte"; "user:2" ]

            complainsOf
                $"{name}: a wrong checksum"
                (HybridReplica.Tests.Snapshots.flip 170 some)
                format
                8
                [ "its checksum says" ]

            complainsOf
                $"{name}: an unknown type"
                (Array.append some[..10] [| 99uy |])
                format
                8
                [ "no type of values 99"; "at byte" ]
        testCase "a damaged key cannot act on a terminal" (fun () ->
            let bytes = snapshotOf 9 [ text "\027]0;x\007" (noise 500) ]
            let ended = inspect bytes[..99] [ "--check" ]
            complains 8 [ @"\x1b]0;x\x07" ] ended)
        testCase "as JSON, too" (fun () ->
            let ended = inspect some[..99] [ "--check"; "--json" ]
            endsWith 8 ended
            Expect.stringContains ended.Text "\"exitCode\":8" "the JSON")
        for format, expected in wholeKeys do
            testCase $"standard output gets every key that was whole: {format}" (fun () ->
                let ended = inspect some[..99] [ "--format"; format ]
                endsWith 8 ended
                Expect.equal ended.Text expected "the output")

        for name, bytes, data, words in
            [
                "half of one", some[..99], "\"checksum\":null,", "damaged at byte"
                "a wrong checksum",
                HybridReplica.Tests.Snapshots.flip 170 some,
                "\"checksum\":\"wrong\",",
                "wrong checksum"
            ] do
            testCase $"a report on what is damaged says that it is: {name}" (fun () ->
                use snapshot = new Snapshot(bytes)
                let keep = [ "inspect"; snapshot.Path; "-o"; snapshot.Target; "--keep-partial" ]
                run keep |> complains 8 []
                Expect.stringContains (File.ReadAllText snapshot.Target) words "the report"
                run (keep @ [ "--json" ]) |> endsWith 8
                let report = File.ReadAllText snapshot.Target
                Expect.stringStarts report "{\"outcome\":\"partial\"," "the report as data"
                Expect.stringContains report data "the report as data"
                Expect.stringContains report "\"message\":\"The RDB " "the report as data")
        for where in [ "> /dev/full"; "> /dev/full 2>&1" ] do
            testCase $"where a failure cannot be told, the exit code still tells it: {where}" (fun () ->
                use snapshot = new Snapshot(some)
                let script = $"exec '{path}' inspect '{snapshot.Path}' --json {where}"
                runAs "/bin/sh" [ "-c"; script ] [] |> endsWith 7)
    ]

let private outputs =
    [
        testCase "a file is replaced, and nothing else is left" (fun () ->
            use snapshot = new Snapshot(some)
            File.WriteAllText(snapshot.Target, "old")

            run
                [
                    "inspect"
                    snapshot.Path
                    "--format"
                    "keys"
                    "-o"
                    snapshot.Target
                    "--limit"
                    "1"
                ]
            |> endsSilently

            Expect.equal (File.ReadAllText snapshot.Target) "user:1\n" "the output"
            Expect.equal snapshot.Files [| "dump.rdb"; "out"; "some.rdb" |] "the files")
        testCase "of a damaged snapshot nothing is kept, and what was there stays" (fun () ->
            use snapshot = new Snapshot(some[..99])
            File.WriteAllText(snapshot.Target, "old")

            run [ "inspect"; snapshot.Path; "--format"; "keys"; "-o"; snapshot.Target ]
            |> complains 8 [ "ends in the middle" ]

            Expect.equal (File.ReadAllText snapshot.Target) "old" "the output"
            Expect.equal snapshot.Files [| "dump.rdb"; "out"; "some.rdb" |] "the files")
        for format, expected in wholeKeys do
            testCase $"or the keys in front of the damage, where that is wanted: {format}" (fun () ->
                use snapshot = new Snapshot(some[..99])

                run
                    [
                        "inspect"
                        snapshot.Path
                        "--format"
                        format
                        "-o"
                        snapshot.Target
                        "--keep-partial"
                    ]
                |> complains 8 [ "1 entry before it is whole" ]

                Expect.equal (File.ReadAllText snapshot.Target) expected "the output"
                Expect.equal snapshot.Files [| "dump.rdb"; "out"; "some.rdb" |] "the files")
        testCase "what was written of a large key is taken back" (fun () ->
            let large =
                entry "large" 1 (RdbValue.List(Array.init 2_000 (fun index -> latin1 (noise index))))

            let bytes = snapshotOf 9 [ text "small" "1"; large ]
            use snapshot = new Snapshot(bytes[.. bytes.Length - 20])

            run
                [
                    "inspect"
                    snapshot.Path
                    "--format"
                    "jsonl"
                    "-o"
                    snapshot.Target
                    "--keep-partial"
                ]
            |> complains 8 [ "1 entry before it is whole" ]

            let lines = File.ReadAllLines snapshot.Target
            Expect.hasLength lines 1 "lines"
            Expect.stringContains lines[0] "\"small\"" "the line")
        for arguments in
            [
                [ "--format"; "jsonl" ]
                []
                [ "--json" ]
                [ "--check" ]
                [ "--check"; "--json" ]
            ] do
            let name = String.concat " " arguments

            testCase $"nobody reads the pipe: {name}" (fun () ->
                use snapshot = new Snapshot(some)
                use running = startFor Gone path ([ "inspect"; snapshot.Path ] @ arguments) []
                let ended = running.Wait()
                endsWith 7 ended
                Expect.stringContains ended.Errors "nobody reads the pipe" "the line")
        testCase "what standard output got is not said to be gone" (fun () ->
            let line target =
                Failure.Of(OperationCanceledException(), null, target).Line

            Expect.stringContains (line Failure.StandardOutput) "what standard output got is not all" "standard output"
            Expect.stringContains (line "keys.jsonl") "nothing was left behind" "a file")
        testCase "standard input" (fun () ->
            use snapshot = new Snapshot(some)

            let ended =
                runAs "/bin/sh" [ "-c"; $"'{path}' inspect - --format keys --limit 1 < '{snapshot.Path}'" ] []

            endsWith 0 ended
            Expect.equal ended.Text "user:1\n" "the keys")
        testCase "what commands cannot say is told, and is no failure" (fun () ->
            let item = ModuleItem.Unsigned 1UL

            let snapshot =
                snapshotWith 9 [ RdbPart.ModuleAuxiliary(int64 (Modules.idOf "test__rdb" 1), 2L, [ item ]) ]

            let ended = inspect snapshot [ "--format"; "resp" ]
            endsWith 0 ended
            Expect.equal ended.Text "" "standard output"

            Expect.equal
                ended.Errors
                "hybrid-replica: What modules keep beside the keys has no command, and is not among those written.\n"
                "standard error")
    ]

let private checks =
    [
        testCase "a check says what was checked" (fun () ->
            let ended = inspect some [ "--check" ]
            endsWith 0 ended
            Expect.stringContains ended.Text "some.rdb is sound: REDIS0009, checksum verified, 5 keys, " "the line"
            Expect.stringEnds ended.Text $", {some.Length} bytes\n" "the line"
            Expect.equal ended.Errors "" "standard error")
        testCase "or says it as data" (fun () ->
            let ended = inspect some [ "--check"; "--json" ]
            endsWith 0 ended

            Expect.stringEnds
                ended.Text
                ($"\"version\":\"REDIS0009\",\"checksum\":\"verified\",\"keys\":5,\"bytes\":{some.Length},"
                 + "\"trailingBytes\":0}\n")
                "the JSON")
        testCase "or says nothing" (fun () -> inspect some [ "--check"; "--quiet" ] |> endsSilently)
        testCase "the name of a file cannot act on a terminal" (fun () ->
            use snapshot = new Snapshot(some)
            let odd = snapshot.Target + "\027[31m\u202E\u00E9\n"
            File.Copy(snapshot.Path, odd)
            let ended = run [ "inspect"; odd; "--check" ]
            endsWith 0 ended
            Expect.stringContains ended.Text "out\\u001b[31m\\u202e\u00E9\\u000a is sound" "the line")
        testCase "bytes behind the snapshot are told" (fun () ->
            let ended = inspect (Array.append some (latin1 "*1\r\n")) [ "--check" ]
            endsWith 0 ended
            Expect.stringEnds ended.Text "; 4 bytes follow it\n" "the line")
        testCase "where keys go to a file, the JSON object is on standard output" (fun () ->
            use snapshot = new Snapshot(some)

            let ended =
                run
                    [
                        "inspect"
                        snapshot.Path
                        "--format"
                        "keys"
                        "--db"
                        "3"
                        "-o"
                        snapshot.Target
                        "--json"
                    ]

            endsWith 0 ended
            Expect.stringContains ended.Text "\"keys\":5," "the JSON"
            Expect.stringContains ended.Text "\"keysWritten\":2,\"bytesWritten\":11," "the JSON")
        testCase "where they go to standard output, it is on standard error" (fun () ->
            let ended = inspect some [ "--format"; "keys"; "--limit"; "1"; "--json" ]
            endsWith 0 ended
            Expect.equal ended.Text "user:1\n" "standard output"
            Expect.stringContains ended.Errors "\"keysWritten\":1," "standard error"
            Expect.isFalse (ended.Errors.Contains "checksum") "what was not looked at")
        testCase "a report with a limit knows nothing of what follows" (fun () ->
            let ended = inspect some [ "--json"; "--limit"; "1" ]
            endsWith 0 ended
            Expect.stringContains ended.Text "\"checksum\":null," "the report"
            Expect.stringContains ended.Text "\"keys\":1," "the report")
        testCase "a report is what is written where nothing else is asked for" (fun () ->
            let ended = inspect some []
            endsWith 0 ended
            Expect.stringContains ended.Text "REDIS0009, checksum verified" "the report")
        testCase "as data, too" (fun () ->
            let ended = inspect some [ "--json"; "--type"; "string" ]
            endsWith 0 ended
            Expect.stringContains ended.Text "\"keys\":3," "the report")
        testCase "a report counts only what is large enough" (fun () ->
            let ended = inspect some [ "--json"; "--min-size"; "500" ]
            endsWith 0 ended
            Expect.stringContains ended.Text "\"keys\":1," "the report")
    ]

let tests =
    testList
        "inspect"
        [
            testList "damage" damaged
            testList "outputs" outputs
            testList "checks" checks
        ]
