/// Each file below `Scenarios` is a conversation and the test of it. See `Scenarios/README.md`.
module HybridReplica.Tests.ScenarioTests

open System
open System.IO
open Expecto
open HybridReplica.Core

let private folder = Repository.findAbove "Tests.Fs/Scenarios"

let private isRewriting =
    Environment.GetEnvironmentVariable "HYBRIDREPLICA_REWRITE" = "1"

/// So many bytes of filler are sent one by one; more are only cut where no power of two cuts them.
let private fewBytes = 4096L

let private cutFiller count =
    if count <= fewBytes then
        List.replicate (int count) (Input.Filler 1L)
    else
        let piece = 65521L
        let pieces = count / piece

        List.replicate (int pieces) (Input.Filler piece)
        @ [ Input.Filler(count - pieces * piece) ]

let private cutText (text: string) =
    text |> Seq.map (string >> Input.Bytes) |> List.ofSeq

/// The same bytes from the master, one at a time.
let private oneByOne input =
    match input with
    | Input.Line text -> cutText (text + "\r\n")
    | Input.Bytes text -> cutText text
    | Input.Filler count -> cutFiller count
    | Input.Report _ -> [ input ]

let private textOf input =
    match input with
    | Input.Line text -> ValueSome(text + "\r\n")
    | Input.Bytes text -> ValueSome text
    | Input.Filler count when count <= fewBytes -> ValueSome(String('x', int count))
    | Input.Filler _
    | Input.Report _ -> ValueNone

/// All that the master says between two other things, in one piece.
let private glue inputs =
    (inputs, [])
    ||> List.foldBack (fun input later ->
        match textOf input, later with
        | ValueSome text, Input.Bytes more :: later -> Input.Bytes(text + more) :: later
        | ValueSome text, later -> Input.Bytes text :: later
        | ValueNone, later -> input :: later)

let private retoldWith (change: Input list -> Input list) (transcript: Transcript) =
    Telling.retell
        { transcript with
            Lines = change transcript.Inputs |> List.map TranscriptLine.In
        }

/// What a recorder makes of the conversation.
let private recorded (transcript: Transcript) =
    let first, told = Conversation.run (transcript.Settings, transcript.Inputs)

    let lines, recorder =
        (Recorder.Begin transcript.Settings, first @ List.collect snd told)
        ||> List.mapFold (fun recorder turn ->
            let struct (recorder, lines) =
                recorder.Observe(turn.Event, turn.State, turn.Commands)

            lines, recorder)

    { transcript with
        Lines = List.concat lines @ recorder.End()
    }

/// What is decided, whenever that is.
let private course transcript =
    { transcript with
        Lines = Telling.decisions transcript |> List.collect snd |> List.map TranscriptLine.Out
    }
    |> Telling.decisions

let private parse path text =
    match TranscriptParsing.parse text with
    | Ok transcript -> transcript
    | Error errors -> failtestf "%s cannot be read:\n%s" path (errors |> List.map string |> String.concat "\n")

let private inEachDialect (transcript: Transcript) =
    [
        for dialect in transcript.Settings.Dialect :: transcript.OtherDialects do
            { transcript with
                Settings =
                    { transcript.Settings with
                        Dialect = dialect
                    }
            }
    ]

let private expectSameCourse (transcript: Transcript) =
    let dialect = transcript.Settings.Dialect
    let expected = Telling.decisions transcript

    let expectSame how decisions =
        Expect.equal decisions expected $"%O{dialect}: what is decided %s{how}"

    expectSame "as written" (Telling.decisions (Telling.retell transcript))
    expectSame "when bytes come one by one" (Telling.decisions (retoldWith (List.collect oneByOne) transcript))
    expectSame "when bytes come in one piece" (Telling.decisions (retoldWith glue transcript))

    let recording = recorded transcript
    Expect.equal (course recording) (course transcript) $"%O{dialect}: what a recording says was decided"

    Expect.equal
        (Telling.decisions (Telling.retell recording))
        (Telling.decisions recording)
        $"%O{dialect}: what is decided when the recording is told anew"

    Expect.equal
        (TranscriptParsing.parse (TranscriptPrinting.print recording))
        (Ok recording)
        $"%O{dialect}: the recording, printed and parsed"

let private run path () =
    let text = File.ReadAllText path
    let transcript = parse path text
    let retold = TranscriptPrinting.print (Telling.retell transcript)

    if isRewriting && retold <> text then
        File.WriteAllText(path, retold)
        failtestf "%s was rewritten: read the difference" path

    Expect.equal retold text "the conversation as it is told today"
    inEachDialect transcript |> List.iter expectSameCourse

let private scenario (path: string) =
    testCase (Path.GetRelativePath(folder, path).Replace('\\', '/')) (run path)

let tests =
    testList
        "scenarios"
        [
            for path in
                Directory.EnumerateFiles(folder, "*.txt", SearchOption.AllDirectories)
                |> Seq.sort do
                scenario path
        ]
