module HybridReplica.Tests.ReplyTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private id = "8de1787ba490483314a4d30f1c628bc5025eb761"

let private fullResync offset =
    PsyncAnswer.FullResync(Position.AtFullResync(Generators.replicationIdOf id, Offset offset))

let private until text =
    Reply.Snapshot(Remainder.Until(Generators.markOf text))

let private counted bytes = Reply.Snapshot(Remainder.Counted bytes)

let private forty = String('m', 40)

let private readings =
    [
        "", Reply.Blank
        "+", Reply.Status ""
        "+OK", Reply.Status "OK"
        "+PONG with\rcarriage returns\r", Reply.Status "PONG with\rcarriage returns\r"
        "-", Reply.Error ""
        "-ERR no", Reply.Error "ERR no"
        ":0", Reply.Integer 0L
        ":-12", Reply.Integer -12L
        ":999999999999999999", Reply.Integer 999999999999999999L
        ":-999999999999999999", Reply.Integer -999999999999999999L
        "$18", counted 18L
        "$0", counted 0L
        "$-1", counted -1L
        "$EOF:" + forty, until forty
        "$EOF:" + forty + "more", until forty
        "$EOF:" + String('\255', 40), until (String('\255', 40))
        "$EOF:\r\000" + String(':', 38), until ("\r\000" + String(':', 38))
    ]

let private garbage =
    [
        " "
        "\r"
        " +OK"
        "OK"
        "*1"
        "HTTP/1.1 400 Bad Request"
        ":"
        ":-"
        ":+1"
        ": 1"
        ":1 "
        ":1.5"
        ":0x10"
        ":0o7"
        ":0b1"
        ":1e3"
        ":1000000000000000000"
        ":-1000000000000000000"
        "$"
        "$ 18"
        "$18 "
        "$0x10"
        "$1000000000000000000"
        "$EOF"
        "$EOF:"
        "$EOF:" + String('m', 39)
        "$eof:" + forty
        ":\u0661\u0662"
    ]

let private psyncAnswers =
    [
        $"FULLRESYNC %s{id} 1432", fullResync 1432L
        $"FULLRESYNC %s{id.ToUpperInvariant()} 1432", fullResync 1432L
        $"FULLRESYNC %s{id} 0", fullResync 0L
        $"FULLRESYNC %s{id} 999999999999999999", fullResync 999999999999999999L
        $"FULLRESYNC %s{id} 1000000000000000000", PsyncAnswer.FullResyncGarbled
        $"FULLRESYNC %s{id} -1", PsyncAnswer.FullResyncGarbled
        $"FULLRESYNC %s{id} 0x10", PsyncAnswer.FullResyncGarbled
        $"FULLRESYNC %s{id} 1432 ", PsyncAnswer.FullResyncGarbled
        $"FULLRESYNC  %s{id} 1432", PsyncAnswer.FullResyncGarbled
        $"FULLRESYNC %s{id}", PsyncAnswer.FullResyncGarbled
        $"FULLRESYNC %s{id.Substring 1} 1432", PsyncAnswer.FullResyncGarbled
        $"FULLRESYNC %s{id}0 1432", PsyncAnswer.FullResyncGarbled
        "FULLRESYNC", PsyncAnswer.FullResyncGarbled
        "FULLRESYNCHRONISED", PsyncAnswer.FullResyncGarbled
        "CONTINUE", PsyncAnswer.Continue ValueNone
        $"CONTINUE %s{id}", PsyncAnswer.Continue(ValueSome(Generators.replicationIdOf id))
        $"CONTINUE %s{id.Substring 1}", PsyncAnswer.Continue ValueNone
        $"CONTINUE %s{id} ", PsyncAnswer.Continue ValueNone
        "CONTINUED", PsyncAnswer.Continue ValueNone
        "continue", PsyncAnswer.Unknown
        " CONTINUE", PsyncAnswer.Unknown
        "fullresync", PsyncAnswer.Unknown
        "RDBCHANNELSYNC 7", PsyncAnswer.Unknown
        "DUALCHANNELSYNC", PsyncAnswer.Unknown
        "OK", PsyncAnswer.Unknown
        "", PsyncAnswer.Unknown
    ]

let private isNumberOrMark reply =
    match reply with
    | Reply.Integer _
    | Reply.Snapshot _ -> true
    | _ -> false

let tests =
    testList
        "reply"
        [
            for line, expected in readings do
                testCase $"a line is read: \"%s{Printable.escape line}\"" (fun () ->
                    Expect.equal (Reply.Read line) expected "the reply")

            for line in garbage do
                testCase $"a line is garbled: \"%s{Printable.escape line}\"" (fun () ->
                    Expect.equal (Reply.Read line) (Reply.Garbled line) "the reply")

            for text, expected in psyncAnswers do
                testCase $"an answer to PSYNC is read: \"+%s{text}\"" (fun () ->
                    Expect.equal (PsyncAnswer.Read text) expected "the answer")

            testProperty
                "any text is some reply, and some answer to PSYNC"
                (Prop.forAll Generators.unicode (fun text ->
                    Reply.Read text |> ignore
                    PsyncAnswer.Read text |> ignore))
            testProperty
                "a reply prints as the line it was read from, but for zeros before a number and what follows a mark"
                (Prop.forAll Generators.replyLine (fun line ->
                    let reply = Reply.Read line

                    if not (isNumberOrMark reply) then
                        Expect.equal (string reply) line "the line"))
            testProperty
                "a reply that is printed and read again is the same reply"
                (Prop.forAll Generators.reply (fun reply -> Expect.equal (Reply.Read(string reply)) reply "the reply"))
            testProperty "a number prints as it was sent" (fun (number: int64) ->
                let line = $":%d{number % 1000000000000000000L}"
                Expect.equal (string (Reply.Read line)) line "the line")
            testProperty
                "the first character decides what a reply is, unless a number or a mark behind it is none"
                (Prop.forAll Generators.line (fun text ->
                    match Reply.Read("+" + text), Reply.Read("-" + text), Reply.Read("?" + text) with
                    | Reply.Status status, Reply.Error error, Reply.Garbled garbled ->
                        Expect.equal (status, error, garbled) (text, text, "?" + text) "the text"
                    | others -> failtestf "%A" others))
        ]
