/// Transcripts are read as they are written, keep no secret, and tell a recorded session as it was.
module HybridReplica.Tests.TranscriptTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

/// Something that may well happen next, for a replica that was told nothing.
let private likely =
    Gen.frequency
        [
            10,
            Gen.elements
                [
                    "+PONG"
                    "+OK"
                    ""
                    "-ERR no"
                    "-LOADING"
                    "+CONTINUE"
                    "$40"
                    "$EOF:" + String('0', 40)
                ]
            |> Gen.map Input.Line
            5, Gen.constant (Input.Line $"+FULLRESYNC {String('a', 40)} 7")
            5,
            Gen.elements [ "+"; "OK\r\n"; "\r"; "\n"; "+OK\n"; "REDIS0010"; String('0', 40) ]
            |> Gen.map Input.Bytes
            5, Gen.elements [ 1L; 40L; 300L; 2000L ] |> Gen.map Input.Filler
            5, Gen.choose (1, 3) |> Gen.map (Event.Ticked >> Input.Report)
            2, Gen.choose (20, 61) |> Gen.map (Event.Ticked >> Input.Report)
            1,
            Gen.choose (1, 2)
            |> Gen.map (fun link -> Input.Report(Event.Disconnected(link, NetworkTrouble.Reset)))
            1, Gen.constant (Input.Report Event.StopRequested)
        ]

/// What a sound shell answers before anything else happens.
let private answers (turn: Turn) =
    turn.Commands
    |> List.collect (fun command ->
        match command with
        | Command.CheckTarget -> [ Event.TargetReady ]
        | Command.Dial link -> [ Event.Connected link ]
        | Command.CreateTemporary -> [ Event.TemporaryCreated ]
        | Command.CheckSnapshot -> [ Event.SnapshotChecked RdbVerdict.NotRdb ]
        | Command.DeleteTemporary -> [ Event.TemporaryDeleted ]
        | _ -> [])

let private settle = Followed.settleWith answers

let private play settings inputs =
    (Conversation.start settings |> settle, inputs)
    ||> List.fold (fun (conversation, turns) input ->
        let conversation, more = Conversation.next input conversation |> settle
        conversation, turns @ more)
    |> snd

let private record settings (turns: Turn list) =
    let lines, recorder =
        (Recorder.Begin settings, turns)
        ||> List.mapFold (fun recorder turn ->
            let struct (recorder, lines) =
                recorder.Observe(turn.Event, turn.State, turn.Commands)

            lines, recorder)

    {
        Preface = []
        Settings = settings
        OtherDialects = []
        Lines = List.concat lines @ recorder.End()
    }

let private withPassword (password: string) =
    { Settings.Default with
        Credentials =
            ValueSome
                {
                    User = ValueNone
                    Password = Secret.OfText password
                }
    }

let private problems text =
    match TranscriptParsing.parse text with
    | Ok _ -> []
    | Error errors -> errors |> List.map _.Line

let tests =
    testList
        "transcripts"
        [
            testProperty
                "a transcript is read as it was written"
                (Prop.forAll (Arb.fromGen TranscriptGenerators.transcript) (fun transcript ->
                    Expect.equal
                        (TranscriptParsing.parse (TranscriptPrinting.print transcript))
                        (Ok transcript)
                        "the transcript, printed and parsed"))
            testProperty
                "any text is a transcript or has lines that are wrong"
                (Prop.forAll (Arb.fromGen TranscriptGenerators.text) (fun text ->
                    let lines = text.Split('\n').Length
                    problems text |> List.forall (fun line -> line >= 1 && line <= lines)))
            testCase "every wrong line is named" (fun () ->
                let text =
                    "dialect redis7\nport 1\npassword s3cret\n\n< fine\nnot fine\n- write wet\n@ 5\n+ checked REDIS\n"

                Expect.equal (problems text) [ 1; 2; 3; 6; 7; 8; 9 ] "the numbers of the wrong lines")
            testProperty
                "what was recorded tells the session as it was"
                (Prop.forAll
                    (Arb.fromGen (Gen.zip (Gen.elements Dialect.All) (Gen.listOf likely)))
                    (fun (dialect, inputs) ->
                        let settings =
                            { Settings.Default with
                                Dialect = dialect
                            }

                        let recording = record settings (play settings inputs)

                        Expect.equal
                            (Telling.decisions (Telling.retell recording))
                            (Telling.decisions recording)
                            (TranscriptPrinting.print recording)))
            testCase "a password is in no transcript, not even when the master quotes it" (fun () ->
                for password in [ "s3cret"; String('p', 300) ] do
                    let settings = withPassword password
                    let quoted = password.Substring(0, min 128 password.Length)

                    for answer in
                        [
                            $"-ERR unknown command `AUTH`, with args beginning with: `{quoted}`"
                            "+" + quoted
                            quoted
                        ] do
                        let turns = play settings [ Input.Line "+PONG"; Input.Line answer ]
                        let text = TranscriptPrinting.print (record settings turns)
                        Expect.stringContains text "password ***" "the header"
                        Expect.isFalse (text.Contains(quoted.Substring(0, 6), StringComparison.Ordinal)) text

                        for turn in turns do
                            let state = sprintf "%A" turn.State
                            Expect.isFalse (state.Contains(quoted.Substring(0, 6), StringComparison.Ordinal)) state)
            testCase "people are told what Redis calls it" (fun () ->
                let states =
                    "dialect redis6\n\n+ target ready\n+ connected 1\n< +PONG\n. stop\n"
                    |> TranscriptParsing.parse
                    |> Result.map Telling.retellWithStates
                    |> Result.map (fun transcript ->
                        transcript.Lines
                        |> List.choose (fun line ->
                            match line with
                            | TranscriptLine.Remark text -> Some text
                            | _ -> None))

                let expected =
                    [ "CONNECT"; "CONNECTING"; "RECEIVE_PONG"; "RECEIVE_PORT"; "NONE" ]
                    |> List.map (fun name -> "REPL_STATE_" + name)

                Expect.equal states (Ok expected) "the states, in order")
        ]
