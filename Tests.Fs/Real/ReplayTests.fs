/// `hybrid-replica replay` takes the decisions again that a recorded conversation tells, without any server.
module HybridReplica.Tests.Real.ReplayTests

open System
open System.IO
open System.Text
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

/// The lines that say something of the conversation: neither remarks, nor in how many pieces the snapshot came.
let private conversation (text: string) =
    let isOther (line: string) =
        [ "#"; "<:"; "<.."; "* take" ]
        |> List.exists (fun beginning -> line.StartsWith(beginning, StringComparison.Ordinal))

    text.Split '\n' |> Array.filter (isOther >> not) |> List.ofArray

/// Replays a transcript, and fails unless it tells the same again, with the states' names.
let private tellsTheSame (transcript: string) =
    let ended = run [ "replay"; transcript ]
    endsWith 0 ended
    Expect.equal ended.Errors "" "standard error"
    Expect.equal (conversation ended.Text) (conversation (File.ReadAllText transcript)) "what is told"
    Expect.stringContains ended.Text "# RE" "the names of the states"

let private recorded options arguments () =
    use server = RealServer.Start(DataSet.diskless options)
    DataSet.fill server
    use place = new Place()
    let transcript = Path.Combine(place.Folder, "transcript.txt")
    let uri = $"redis://127.0.0.1:{server.Port}"

    runWith
        [ "REDISCLI_AUTH", "s3cret" ]
        ([ "backup"; uri; "-o"; place.Target; "--transcript"; transcript ] @ arguments)
    |> endsSilently

    tellsTheSame transcript

/// Replays a text, given on standard input or in a file.
let private replay (text: string) =
    use place = new Place()
    let file = Path.Combine(place.Folder, "transcript.txt")
    File.WriteAllText(file, text, Encoding.Latin1)
    run [ "replay"; file ]

let tests =
    testList
        "replay"
        [
            testCase "a backup with a password" (recorded [ "requirepass s3cret" ] [])
            testCase "a backup from a master's disk" (recorded [ "requirepass s3cret"; "repl-diskless-sync no" ] [])
            testCase "a backup in the old way" (recorded [ "requirepass s3cret" ] [ "--dialect"; "redis26" ])
            testCase "a backup that failed" (fun () ->
                use place = new Place()
                let transcript = Path.Combine(place.Folder, "transcript.txt")

                run
                    [
                        "backup"
                        $"redis://127.0.0.1:{freePort ()}"
                        "-o"
                        place.Target
                        "--attempts"
                        "2"
                        "--transcript"
                        transcript
                    ]
                |> complains 3 [ "refused" ]

                tellsTheSame transcript)
            testCase "a transcript that tells other decisions" (fun () ->
                let ended = replay "dialect redis6\n\n* check target\n+ target ready\n* dial 7\n"
                endsWith 8 ended
                Expect.stringContains ended.Errors "other decisions" "what is said")
            testCase "nonsense is told line by line" (fun () ->
                let ended = replay "dialect redis6\n\n* check target\nnonsense\n+ more nonsense\n"
                endsWith 8 ended
                Expect.hasLength ended.ErrorLines 2 "lines on standard error"
                Expect.stringContains ended.ErrorLines[0] "line 4" "the first"
                Expect.stringContains ended.ErrorLines[1] "line 5" "the second"
                Expect.equal ended.Text "" "standard output")
            testCase "nonsense cannot act on the terminal, and is not told for ever" (fun () ->
                let bytes = Array.zeroCreate<byte> 100_000
                Random(5).NextBytes bytes
                let ended = replay (Encoding.Latin1.GetString bytes)
                endsWith 8 ended
                Expect.isLessThan ended.ErrorLines.Length 12 "lines on standard error"
                Expect.all ended.ErrorLines (fun line -> line.Length < 500) "short lines"

                Expect.isFalse
                    (ended.Errors |> Seq.exists (fun c -> Char.IsControl c && c <> '\n'))
                    "control characters")
            testCase "a file that is not there" (fun () ->
                run [ "replay"; "/none/transcript.txt" ]
                |> complains 7 [ "/none/transcript.txt" ])
            testCase "a folder is no transcript" (fun () ->
                use place = new Place()
                run [ "replay"; place.Folder ] |> complains 7 [ place.Folder ])
        ]
