namespace HybridReplica.Core

open System
open System.Globalization
open System.Text

/// The grammar of one line of a transcript. FParsec's names stay inside this module, because some of them (`Reply`,
/// `Ok`, `Error`) mean other things outside.
module internal TranscriptGrammar =

    open FParsec

    // Reads characters without regard to line ends: FParsec's own string parsers would turn a bare carriage return into
    // a newline.
    let private rest: Parser<string, unit> =
        fun stream -> FParsec.Reply(stream.Read Int32.MaxValue)

    let private orFail message value : Parser<_, unit> =
        match value with
        | ValueSome value -> preturn value
        | ValueNone -> fail message

    let private number<'number> (tryParse: string -> bool * 'number) : Parser<'number, unit> =
        many1Satisfy2L (fun c -> c = '-' || isDigit c) isDigit "a number"
        >>= fun digits ->
            match tryParse digits with
            | true, value -> preturn value
            | false, _ -> fail "the number is too large"

    let private int32 =
        number (fun digits -> Int32.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))

    let private int64 =
        number (fun digits -> Int64.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))

    let private checksum =
        manyMinMaxSatisfyL 16 16 isHex "sixteen hexadecimal digits"
        |>> fun digits -> UInt64.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)

    let private space: Parser<unit, unit> = skipChar ' '

    let private content = (space >>. rest) <|> (eof >>% "") <?> "a space and a text"

    let private bytes = content |>> Printable.unescape

    // One of some words, and nothing behind it.
    let private oneOf (meanings: (string * 'meaning) list) : Parser<'meaning, unit> =
        meanings
        |> List.map (fun (word, meaning) -> attempt (skipString word .>> eof >>% meaning) <?> word)
        |> choice

    let private wordOf (values: 'value list) =
        values |> List.map (fun value -> string value, value) |> oneOf

    let private errorNumber = skipString "error-" >>. int32 .>> eof

    let private networkTrouble =
        wordOf NetworkTrouble.Named <|> (errorNumber |>> NetworkTrouble.Other)

    let private fileTrouble =
        wordOf FileTrouble.Named <|> (errorNumber |>> FileTrouble.Other)

    let private version =
        manyMinMaxSatisfyL Limits.RdbHeadLength Limits.RdbHeadLength (fun c -> c > ' ' && c < '\127') "an RDB version"
        >>= fun head ->
            RdbVersion.TryRead(ReadOnlySpan(Encoding.Latin1.GetBytes head))
            |> orFail "this is no version of an RDB"

    let private verdictOnVersion =
        version .>> space
        >>= fun version ->
            choice
                [
                    skipString "mismatch" >>. space >>. checksum .>> space .>>. checksum .>> eof
                    |>> fun (stored, computed) -> RdbVerdict.ChecksumMismatch(version, stored, computed)
                    TranscriptWords.plainVerdicts
                    |> List.map (fun (word, make) -> word, make version)
                    |> oneOf
                ]

    let private verdict =
        choice
            [
                oneOf [ "not-rdb", RdbVerdict.NotRdb ]
                attempt (skipString "too-short ") >>. int64 .>> eof |>> RdbVerdict.TooShort
                verdictOnVersion
            ]

    let private position =
        rest >>= fun text -> Position.TryParse text |> orFail "this is no position"

    let private scan =
        rest
        >>= fun text ->
            ScanWords.tryRead text
            |> orFail "this does not say how far a stream was looked at"

    let private beginning text parser = attempt (skipString text) >>. parser

    let private baseFacts =
        int64 .>> space .>>. int64 .>> space .>>. checksum
        |>> fun ((receivedAt, size), checksum) ->
            {
                ReceivedAt = receivedAt
                Size = size
                Checksum = checksum
            }

    let private archived =
        choice
            [
                beginning "empty " (int64 .>> eof)
                |>> fun now -> ArchiveEvent.ManifestRead(ValueNone, now)
                beginning "manifest " (int64 .>>. bytes)
                |>> fun (now, text) -> ArchiveEvent.ManifestRead(ValueSome text, now)
                beginning "recovered " (int64 .>> space .>>. position)
                |>> fun (cut, position) -> ArchiveEvent.SegmentRecovered(position, cut)
                beginning "appended " position |>> ArchiveEvent.Appended
                beginning "synced " position |>> ArchiveEvent.Synced
                beginning "base " (baseFacts .>> eof) |>> ArchiveEvent.BaseDescribed
                beginning "fetched " (baseFacts .>> space .>>. position)
                |>> fun (facts, position) -> ArchiveEvent.BaseFetched(position, facts)
                oneOf [ "done", ArchiveEvent.Done ]
            ]
        |>> Event.Archive

    let private archiveTrouble =
        choice
            [
                beginning "missing" bytes |>> ArchiveEvent.FileMissing
                beginning "fetch" bytes |>> ArchiveEvent.BaseNotFetched
                beginning "not between " (int64 .>> eof)
                |>> (Offset >> ArchiveEvent.NotBetweenCommands)
                attempt (oneOf [ "in use", ArchiveEvent.InUse; "not one", ArchiveEvent.NotAnArchive ])
                ArchiveStep.All
                |> List.map (fun step ->
                    beginning $"{step} " fileTrouble
                    |>> fun trouble -> ArchiveEvent.Failed(step, trouble))
                |> choice
            ]
        |>> Event.Archive

    let private report =
        choice
            [
                beginning "archive " archived
                attempt (skipString "streamed ") >>. scan |>> Event.Streamed
                skipString "repeated " >>. int32 .>> eof |>> Event.Repeated
                skipString "stream database " >>. int32 .>> eof |>> Event.StreamDatabase
                skipString "applied " >>. position |>> Event.Applied
                skipString "durable " >>. position |>> Event.MadeDurable
                skipString "connected " >>. int32 .>> eof |>> Event.Connected
                skipString "checked " >>. verdict |>> Event.SnapshotChecked
                oneOf TranscriptWords.plainReports
            ]

    let private linkTrouble =
        choice
            [
                skipString "connect " >>. int32 .>> space .>>. networkTrouble
                |>> Event.ConnectFailed
                skipString "closed " >>. int32 .>> eof
                |>> fun link -> Event.Disconnected(link, NetworkTrouble.Closed)
                skipString "lost " >>. int32 .>> space .>>. networkTrouble
                |>> Event.Disconnected
            ]

    let private fileFailed =
        FileStep.All
        |> List.map (fun step ->
            let word = string step

            attempt (skipString (word + " ")) >>. fileTrouble
            |>> (fun trouble -> Event.FileFailed(step, trouble))
            <?> word)
        |> choice

    let private streamMalformed =
        [
            "not-a-command", StreamTrouble.NotACommand
            "bad-count", StreamTrouble.BadCount
            "bad-length", StreamTrouble.BadLength
            "bad-end", StreamTrouble.BadEnd
            "bad-database", StreamTrouble.BadDatabase
        ]
        |> List.map (fun (name, make) ->
            attempt (skipString $"stream {name}") >>. bytes
            |>> (make >> Event.StreamMalformed)
            <?> $"stream {name}")
        |> choice

    let private spoolFilled =
        attempt (skipString "spool ")
        >>. (oneOf [ "filled", ValueNone ] <|> (fileTrouble |>> ValueSome))
        |>> Event.SpoolFilled

    let private snapshotUnreadable =
        attempt (skipString "unreadable ") >>. rest
        >>= fun text ->
            RdbFaultWords.tryRead text
            |> orFail "this does not say why a snapshot cannot be read"
            |>> Event.SnapshotUnreadable

    let private ticked = int32 .>> skipChar 's' .>> eof |>> Event.Ticked

    let private happening mark parser =
        skipString (mark + " ") >>. parser |>> (Input.Report >> TranscriptLine.In)

    let private input =
        choice
            [
                skipString "<.. " >>. int64 .>> eof |>> Input.Filler
                skipString "<:" >>. bytes |>> Input.Bytes
                skipChar '<' >>. bytes |>> Input.Line
            ]
        |>> TranscriptLine.In

    let private output =
        choice
            [
                skipString ">>" >>. content |>> fun text -> Output.Sent(WireForm.Inline, text)
                skipChar '>' >>. content |>> fun text -> Output.Sent(WireForm.Array, text)
                attempt (skipString "* take ") >>. int64 .>> eof |>> Output.Took
                attempt (skipString "* deliver ") >>. int64 .>> eof |>> Output.Delivered
                skipChar '*' >>. content |>> Output.Did
                skipChar '!' >>. content |>> Output.Logged
                skipChar '=' >>. content |>> Output.Ended
            ]
        |>> TranscriptLine.Out

    let private line =
        choice
            [
                eof >>% TranscriptLine.Gap
                skipChar '#' >>. optional space >>. rest |>> TranscriptLine.Remark
                input
                output
                happening "@" ticked
                happening "+" report
                happening
                    "-"
                    (linkTrouble
                     <|> streamMalformed
                     <|> spoolFilled
                     <|> snapshotUnreadable
                     <|> beginning "archive " archiveTrouble
                     <|> fileFailed)
                happening "." (oneOf TranscriptWords.requests)
            ]

    // What FParsec says, without the picture of the line that it draws first.
    let private problem (message: string) =
        message.Split('\n', StringSplitOptions.TrimEntries ||| StringSplitOptions.RemoveEmptyEntries)
        |> Array.filter (fun part -> not (part.StartsWith("Error in Ln", StringComparison.Ordinal)) && part <> "^")
        |> Array.skip 1
        |> String.concat " "

    /// Reads one line, its line end already removed.
    let read (text: string) : Result<TranscriptLine, string> =
        match runParserOnString line () "" text with
        | Success(line, (), _) -> Result.Ok line
        | Failure(message, _, _) -> Result.Error(problem message)
