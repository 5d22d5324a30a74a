/// The grammar of the stream, held against what was sent and against lines that a master may or may not send.
module HybridReplica.Tests.StreamGrammarTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.StreamGenerators

let private read text = StreamGrammar.read start text

let private wordsOf (sent: Sent) =
    match sent with
    | Words words -> Some words
    | Typed line -> Some(List.ofArray (line.Split([| ' '; '\r' |], StringSplitOptions.RemoveEmptyEntries)))
    | Nothing _ -> None

/// Where each thing that was sent begins and ends.
let private placed (sent: Sent list) =
    let ends =
        sent
        |> List.map (fun sent -> int64 (textOf sent).Length)
        |> List.scan (+) start.Offset.Bytes

    List.zip sent (List.pairwise ends)

let private kinds = List.map (fun (command: StreamCommand) -> command.Kind)

/// The stream of a transaction with a SELECT in it, as masters send it since 7.2.
let private selectInside =
    [
        [ "SELECT"; "1" ]
        [ "MULTI" ]
        [ "SELECT"; "2" ]
        [ "SET"; "a"; "b" ]
        [ "EXEC" ]
    ]

let private sound =
    testList
        "what masters send"
        [
            testProperty "every command is read with its words, its beginning and its end"
            <| Prop.forAll sent (fun sent ->
                let reading = read (text sent)

                let expected =
                    [
                        for sent, (first, last) in placed sent do
                            match wordsOf sent with
                            | Some words -> words, first, last
                            | None -> ()
                    ]

                let found =
                    reading.Commands
                    |> List.map (fun command -> command.Words, command.Start, command.End)

                Expect.equal found expected "the commands"
                Expect.equal reading.Ending StreamEnding.Between "how it ends")
            testCase "SELECT, PING and GETACK have the lengths that Redis documents" (fun () ->
                let ends =
                    read (
                        text
                            [
                                Words [ "SELECT"; "0" ]
                                Words [ "PING" ]
                                Words [ "REPLCONF"; "GETACK"; "*" ]
                            ]
                    )
                    |> _.Commands
                    |> List.map (fun command -> command.Kind, command.End - command.Start)

                Expect.equal
                    ends
                    [ CommandKind.Select, 23L; CommandKind.Ping, 14L; CommandKind.Getack, 37L ]
                    "kinds and lengths")
            testCase "what is typed is read as what is sent" (fun () ->
                let reading = read "select 5\r\nPING\r\nSeLeCt   6  \nping \r\r\n"
                Expect.equal reading.Ending StreamEnding.Between "how it ends"
                Expect.equal reading.Database (ValueSome 6) "the database"

                Expect.equal
                    (kinds reading.Commands)
                    [ CommandKind.Select; CommandKind.Ping; CommandKind.Select; CommandKind.Ping ]
                    "the kinds")
            testCase "a database selected inside a transaction is safe only with its end" (fun () ->
                let reading = read (String.concat "" (List.map command selectInside))

                let found =
                    reading.Commands
                    |> List.map (fun command -> command.Database, command.SafeDatabase, command.Transaction)

                let began = ValueSome(start.Offset.Bytes + 23L)

                Expect.equal
                    found
                    [
                        ValueSome 1, ValueSome 1, ValueNone
                        ValueSome 1, ValueSome 1, began
                        ValueSome 2, ValueSome 1, began
                        ValueSome 2, ValueSome 1, began
                        ValueSome 2, ValueSome 2, began
                    ]
                    "database, safe database and transaction of each command")
            testCase "nothing is a change that is only about the link" (fun () ->
                for words in [ [ "PING" ]; [ "SELECT"; "1" ]; [ "REPLCONF"; "GETACK"; "*" ]; [ "replconf" ] ] do
                    let reading = read (command words)
                    Expect.equal reading.Changed start.Offset.Bytes $"the last change behind {words}"
                    Expect.equal reading.Safe reading.Commands.Head.End $"the safe end behind {words}")
        ]

let private troubles: (string * (int * StreamTrouble)) list =
    [
        "-ERR no\r\n", (0, StreamTrouble.NotACommand "-ERR no")
        "+CONTINUE\r\n", (0, StreamTrouble.NotACommand "+CONTINUE")
        "SET a b\r\n", (0, StreamTrouble.NotACommand "SET a b")
        "select\r\n", (0, StreamTrouble.NotACommand "select")
        "select x\r\n", (0, StreamTrouble.NotACommand "select x")
        "select -1\r\n", (0, StreamTrouble.NotACommand "select -1")
        "select 1 2\r\n", (0, StreamTrouble.NotACommand "select 1 2")
        "PING x\r\n", (0, StreamTrouble.NotACommand "PING x")
        " PING\r\n", (0, StreamTrouble.NotACommand " PING")
        "\rPING\r\n", (0, StreamTrouble.NotACommand "\rPING")
        String('P', 64), (0, StreamTrouble.NotACommand(String('P', 64)))
        "*x\r\n", (0, StreamTrouble.BadCount "*x")
        "*\r\n", (0, StreamTrouble.BadCount "*")
        "*1\n", (0, StreamTrouble.BadCount "*1")
        "*1\rx", (0, StreamTrouble.BadCount "*1\rx")
        "*--1\r\n", (0, StreamTrouble.BadCount "*--1")
        "*+1\r\n", (0, StreamTrouble.BadCount "*+1")
        "*1 \r\n", (0, StreamTrouble.BadCount "*1 ")
        "*2147483648\r\n", (0, StreamTrouble.BadCount "*2147483648")
        "*1000000000000000000\r\n", (0, StreamTrouble.BadCount "*1000000000000000000")
        "*1\r\n:1\r\n", (4, StreamTrouble.BadLength ":1")
        "*1\r\nPING\r\n", (4, StreamTrouble.BadLength "PING")
        "*1\r\n$-1\r\n", (4, StreamTrouble.BadLength "$-1")
        "*1\r\n$\r\n", (4, StreamTrouble.BadLength "$")
        "*1\r\n$4\nPING\n", (4, StreamTrouble.BadLength "$4")
        "*1\r\n$1000000000000000000\r\n", (4, StreamTrouble.BadLength "$1000000000000000000")
        "*1\r\n$4\r\nPINGS\r\n", (12, StreamTrouble.BadEnd "S\r")
        "*1\r\n$4\r\nPING\n\n", (12, StreamTrouble.BadEnd "\n\n")
        "*1\r\n$9\r\n123456789\r\r\n", (17, StreamTrouble.BadEnd "\r\r")
        "*2\r\n$6\r\nSELECT\r\n$1\r\nx\r\n", (16, StreamTrouble.BadDatabase "x")
        "*2\r\n$6\r\nSELECT\r\n$0\r\n\r\n", (16, StreamTrouble.BadDatabase "")
        "*2\r\n$6\r\nSELECT\r\n$2\r\n+1\r\n", (16, StreamTrouble.BadDatabase "+1")
        "*2\r\n$6\r\nSELECT\r\n$2\r\n-1\r\n", (16, StreamTrouble.BadDatabase "-1")
        "*2\r\n$6\r\nSELECT\r\n$10\r\n2147483648\r\n", (16, StreamTrouble.BadDatabase "2147483648")
        "*2\r\n$6\r\nSELECT\r\n$19\r\n", (16, StreamTrouble.BadDatabase "19 bytes")
        "*1\r\n$6\r\nSELECT\r\n", (4, StreamTrouble.BadDatabase "")
        "*3\r\n$6\r\nselect\r\n$1\r\n1\r\n", (4, StreamTrouble.BadDatabase "")
    ]

/// Beginnings of something that has not been sent to its end.
let private unended =
    [
        "*"
        "*-"
        "*999999999999999999"
        "*1\r"
        "*1\r\n"
        "*2147483647\r\n"
        "*1\r\n$"
        "*1\r\n$999999999999999999\r\n"
        "*1\r\n$4\r\nPING"
        "*1\r\n$4\r\nPING\r"
        "*2\r\n$4\r\nPING\r\n"
        "\r"
        "select 1"
        String('P', 63)
    ]

let private passedOver =
    [
        ""
        "\n"
        "\r\n"
        "*0\r\n"
        "*-1\r\n"
        "*-999999999999999999\r\n"
        "\n\n\r\n"
    ]

/// Every text above, and that once more with a command in front of it and another behind it.
let examples: string list =
    [
        for text in List.map fst troubles @ unended @ passedOver do
            text
            command [ "PING" ] + text + command [ "PING" ]
            command [ "SET"; "a"; "b" ] + text + "\r\n" + command [ "SET"; "a"; "b" ]
    ]

let private limits =
    testList
        "what may be sent"
        [
            for text, (place, trouble) in troubles do
                testCase $"this is trouble: %s{Printable.escape text}" (fun () ->
                    let behind = int64 (place + 14) + start.Offset.Bytes

                    for more in [ ""; command [ "PING" ] ] do
                        let reading = read (command [ "PING" ] + text + more)

                        match reading.Ending with
                        | StreamEnding.Trouble(offset, found) ->
                            Expect.equal offset behind "the place"
                            // A line without an end goes on as far as there is something behind it.
                            Expect.equal found.Name trouble.Name "the trouble"

                            if more = "" then
                                Expect.equal found trouble "the trouble and its text"
                        | other -> failtestf "it ends %A" other

                        Expect.equal (kinds reading.Commands) [ CommandKind.Ping ] "the commands in front of it")
            for text in unended do
                testCase $"this has not ended: %s{Printable.escape text}" (fun () ->
                    let reading = read text
                    Expect.equal reading.Ending StreamEnding.Inside "how it ends"
                    Expect.isEmpty reading.Commands "commands")
            for text in passedOver do
                testCase $"this is passed over: \"%s{Printable.escape text}\"" (fun () ->
                    let reading = read (text + command [ "PING" ] + text)
                    Expect.equal reading.Ending StreamEnding.Between "how it ends"
                    let first = start.Offset.Bytes + int64 text.Length

                    Expect.equal
                        (reading.Commands |> List.map (fun command -> command.Start, command.End))
                        [ first, first + 14L ]
                        "where the command is, every byte counted")
        ]

let tests = testList "stream grammar" [ sound; limits ]
