/// What the tool says, and to whom: results to standard output, troubles to standard error, nothing without need.
module HybridReplica.Tests.Real.OutputTests

open System.IO
open System.Text.Json
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

let private address (server: RealServer) = $"redis://127.0.0.1:{server.Port}"

let private withServer work () =
    use server = RealServer.Start(DataSet.diskless [])
    DataSet.fill server
    use place = new Place()
    work server place

let private members (json: string) =
    [
        for each in JsonDocument.Parse(json).RootElement.EnumerateObject() -> each.Name
    ]

/// A master that is not there.
let private nowhere () = $"redis://127.0.0.1:{freePort ()}"

let private refused (place: Place) arguments =
    run ([ "backup"; nowhere (); "-o"; place.Target; "--attempts"; "1" ] @ arguments)

let private pipes =
    [
        testCase
            "-o - is the snapshot and nothing else"
            (withServer (fun server place ->
                let ended = run [ "backup"; address server; "-o"; "-" ]
                endsWith 0 ended
                Expect.equal ended.Errors "" "standard error"
                let copy = Path.Combine(place.Folder, "copy.rdb")
                File.WriteAllBytes(copy, ended.Output)
                DataSet.isCopyOf server copy))
        testCase
            "-o /dev/stdout is -o -"
            (withServer (fun server place ->
                let ended = run [ "backup"; address server; "-o"; "/dev/stdout" ]
                endsWith 0 ended
                let copy = Path.Combine(place.Folder, "copy.rdb")
                File.WriteAllBytes(copy, ended.Output)
                DataSet.isCopyOf server copy))
        testCase
            "-o - --json tells of the snapshot on standard error"
            (withServer (fun server _ ->
                let ended = run [ "backup"; address server; "-o"; "-"; "--json" ]
                endsWith 0 ended
                let said = JsonDocument.Parse(ended.Errors).RootElement
                Expect.equal (said.GetProperty("bytes").GetInt32()) ended.Output.Length "the size"
                Expect.equal (said.GetProperty("file").ValueKind) JsonValueKind.Null "the file"))
        testCase
            "-o - goes where standard output stands, and what follows comes after it"
            (withServer (fun server place ->
                let file = Path.Combine(place.Folder, "several")
                let script = "{ echo before; \"$0\" backup \"$1\" -o -; echo after; } > \"$2\""
                runAs "sh" [ "-c"; script; path; address server; file ] [] |> endsSilently
                let text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes file)
                Expect.stringStarts text "before\nREDIS0010" "the beginning"
                Expect.stringEnds text "after\n" "the end"
                let copy = Path.Combine(place.Folder, "copy.rdb")
                File.WriteAllBytes(copy, (File.ReadAllBytes file)[7 .. text.Length - 7])
                DataSet.isCopyOf server copy))
        testCase
            "a pipe that nobody reads any more"
            (withServer (fun server _ ->
                use running = startFor Gone path [ "backup"; address server; "-o"; "-" ] []
                running.Wait() |> complains 7 [ "nobody reads the pipe"; "standard output" ]))
        testCase
            "a pipe that is closed in the midst of the snapshot"
            (withServer (fun server _ ->
                let script = "{ \"$0\" backup \"$1\" -o -; echo \"exit $?\" >&2; } | head -c 10"
                let ended = runAs "sh" [ "-c"; script; path; address server ] []
                Expect.equal ended.Output.Length 10 "bytes that were read"
                Expect.stringContains ended.Errors "nobody reads the pipe" "what is said"
                Expect.stringEnds ended.Errors "exit 7\n" "how it ended"))
        testCase
            "standard output on a full disk"
            (withServer (fun server _ ->
                let script = "exec \"$0\" backup \"$1\" -o - > /dev/full"

                runAs "sh" [ "-c"; script; path; address server ] []
                |> complains 7 [ "the disk is full"; "standard output" ]))
    ]

let private talk =
    [
        testCase
            "a backup is silent when nobody watches"
            (withServer (fun server place ->
                run [ "backup"; address server; "-o"; place.Target ] |> endsSilently
                run [ "backup"; address server; "-o"; place.Target; "--quiet" ] |> endsSilently))
        testCase
            "--json is one object, with these members"
            (withServer (fun server place ->
                let ended = run [ "backup"; address server; "-o"; place.Target; "--json" ]
                endsWith 0 ended

                Expect.equal
                    (members ended.Text)
                    [
                        "outcome"
                        "bytes"
                        "checksum"
                        "rdbVersion"
                        "replicationId"
                        "offset"
                        "dialect"
                        "payload"
                        "seconds"
                        "file"
                    ]
                    "the members"

                Expect.equal (ended.Text.IndexOf '\n') (ended.Text.Length - 1) "the end of the only line"))
        testCase "--json tells of a failure too, beside the line for people" (fun () ->
            use place = new Place()
            let ended = refused place [ "--json" ]
            endsWith 3 ended

            Expect.equal (members ended.Text) [ "outcome"; "exitCode"; "fault"; "message"; "advice" ] "the members"

            let said = JsonDocument.Parse(ended.Text).RootElement
            Expect.equal (said.GetProperty("outcome").GetString()) "failed" "the outcome"
            Expect.equal (said.GetProperty("exitCode").GetInt32()) 3 "the exit code"
            Expect.hasLength ended.ErrorLines 1 "lines on standard error")
        testCase "--quiet does not hide a failure" (fun () ->
            use place = new Place()
            refused place [ "--quiet" ] |> complains 3 [ "connection refused" ])
        testCase "a stack trace is for those who asked for it" (fun () ->
            use place = new Place()
            let plain = refused place []
            let verbose = refused place [ "--verbose" ]
            endsWith 3 verbose
            Expect.isFalse (plain.Errors.Contains "   at ") "without --verbose"
            Expect.stringContains verbose.Errors "   at HybridReplica." "with --verbose")
        testCase
            "--verbose logs every step to standard error"
            (withServer (fun server place ->
                let ended = run [ "backup"; address server; "-o"; place.Target; "--verbose" ]
                endsWith 0 ended
                Expect.equal ended.Text "" "standard output"

                for step in [ "Connected"; "FullResync"; "SnapshotReceived"; "Ended" ] do
                    Expect.stringContains ended.Errors $" {step} " "the log"))
        testCase
            "somebody at a terminal sees how far it is, and the result"
            (withServer (fun server place ->
                let command = $"{path} backup {address server} -o {place.Target}"
                let ended = runAs "script" [ "-qec"; command; "/dev/null" ] [ "TERM", "xterm" ]
                endsWith 0 ended
                Expect.stringContains ended.Text "REPL_STATE_" "the state"
                Expect.stringContains ended.Text "checksum verified" "the result"
                DataSet.isCopyOf server place.Target))
        testCase
            "a snapshot is nothing for a terminal"
            (withServer (fun server _ ->
                let command = $"{path} backup {address server} -o -"
                let ended = runAs "script" [ "-qec"; command; "/dev/null" ] [ "TERM", "xterm" ]
                endsWith 2 ended
                Expect.stringContains ended.Text "redirect standard output" "what is said"))
    ]

let tests = testList "tool output" (pipes @ talk)
