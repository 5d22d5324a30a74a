namespace HybridReplica.Core

open System

/// The executable grammar of the stream: what `StreamScanner` has to find, however the bytes are cut. FParsec's names
/// stay inside this module. What has been read is kept in FParsec's user state, so that it outlives the end of the text
/// and any trouble in it; both end the parser, and nothing is ever read in another way instead.
module internal StreamGrammar =

    open FParsec
    open StreamReading

    type private Parser<'value> = Parser<'value, StreamReading>

    // Ends.

    let private stop ending : Parser<'value> =
        updateUserState (fun reading -> { reading with Ending = ending })
        >>. fail "the stream is not read any further"

    let private offset: Parser<int64> =
        fun stream -> FParsec.Reply(stream.UserState.Origin + stream.Index)

    let private refuse (place: int64) (trouble: StreamTrouble) : Parser<'value> =
        stop (StreamEnding.Trouble(place, trouble))

    // Bytes. FParsec's own parsers take a carriage return for a newline, so these read without regard to line ends.

    let private character (wanted: char) : Parser<unit> =
        fun stream ->
            if stream.Skip wanted then
                FParsec.Reply(())
            else
                FParsec.Reply(ReplyStatus.Error, expected (string wanted))

    let private upTo count : Parser<string> =
        fun stream -> FParsec.Reply(stream.Read count)

    /// The first of the parsers that fits; the end of the text if there are no bytes left to decide by.
    let private either parsers : Parser<'value> =
        choice [ eof >>. stop StreamEnding.Inside; choice parsers ]

    /// So many bytes, whatever they are.
    let private bytes (count: int64) : Parser<string> =
        upTo (int (min count (int64 Int32.MaxValue)))
        >>= fun found ->
            if int64 found.Length = count then
                preturn found
            else
                stop StreamEnding.Inside

    // Lines.

    /// Where a line begins, and what is shown of it when it is no good.
    let private front: Parser<int64 * string> =
        offset .>>. lookAhead (upTo Limits.StreamLine)
        |>> fun (place, text) -> place, (Array.head (text.Split '\n')).TrimEnd '\r'

    /// Up to eighteen digits and a line end. Redis allows no more than 64 bits; nineteen digits could be more.
    let private number (place: int64) (trouble: StreamTrouble) : Parser<int64> =
        let digits =
            manyMinMaxSatisfyL 1 Limits.NumberDigits isDigit "decimal digits"
            |>> fun digits -> Int64.Parse(digits, Globalization.CultureInfo.InvariantCulture)

        either [ digits; refuse place trouble ]
        .>> either [ character '\r'; refuse place trouble ]
        .>> either [ character '\n'; refuse place trouble ]

    /// `*<number of words>`. None: the array is empty.
    let private count: Parser<int64 voption> =
        front
        >>= fun (place, line) ->
            let trouble = StreamTrouble.BadCount line

            character '*' >>. opt (character '-') .>>. number place trouble
            >>= function
                | None, count when count > int64 Int32.MaxValue -> refuse place trouble
                | None, count when count > 0L -> preturn (ValueSome count)
                | _ -> preturn ValueNone

    /// `$<length>`
    let private length: Parser<int64> =
        front
        >>= fun (place, line) ->
            let trouble = StreamTrouble.BadLength line
            either [ character '$' >>. number place trouble; refuse place trouble ]

    let private lineEnd: Parser<unit> =
        offset .>>. bytes 2L
        >>= function
            | _, "\r\n" -> preturn ()
            | place, other -> refuse place (StreamTrouble.BadEnd other)

    // Words.

    let private word: Parser<string> = length >>= bytes .>> lineEnd

    let rec private words (count: int64) : Parser<string list> =
        if count = 0L then
            preturn []
        else
            word >>= fun first -> words (count - 1L) |>> fun rest -> first :: rest

    /// The word behind SELECT. One that is too long is not waited for.
    let private databaseWord: Parser<string> =
        offset .>>. length
        >>= fun (place, length) ->
            if length > int64 Limits.NumberDigits then
                refuse place (StreamTrouble.BadDatabase $"{length} bytes")
            else
                bytes length .>> lineEnd
                >>= fun text ->
                    if isDatabase text then
                        preturn text
                    else
                        refuse place (StreamTrouble.BadDatabase text)

    // Commands.

    let private ending (start: int64) (words: string list) : Parser<unit> =
        offset >>= fun ended -> updateUserState (follow start words ended)

    /// So many words, of which those are looked at that the position depends on.
    let private wordsOf (count: int64) : Parser<string list> =
        offset .>>. word
        >>= fun (place, name) ->
            if isName "SELECT" name && count <> 2L then
                refuse place (StreamTrouble.BadDatabase "")
            elif isName "SELECT" name then
                databaseWord |>> fun database -> [ name; database ]
            else
                words (count - 1L) |>> fun rest -> name :: rest

    /// An array of bulk strings. An empty one is passed over without a word (`processMultibulkBuffer`, 7.0.15).
    let private array: Parser<unit> =
        offset .>>. count
        >>= function
            | _, ValueNone -> preturn ()
            | start, ValueSome count -> wordsOf count >>= ending start

    /// A line as people type it: a 2.6 master's SELECT, and a 2.4 master's PING (`replicationFeedSlaves`, 2.6.17).
    let private inlineCommand: Parser<unit> =
        front .>>. lookAhead (upTo Limits.StreamLine)
        >>= fun ((start, line), text) ->
            let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray

            let isKnown =
                match words with
                | [ name; database ] -> isName "SELECT" name && isDatabase database
                | [ name ] -> isName "PING" name
                | _ -> false

            match text.IndexOf '\n' with
            | -1 when text.Length < Limits.StreamLine -> stop StreamEnding.Inside
            | last when last >= 0 && isKnown -> upTo (last + 1) >>. ending start words
            | _ -> refuse start (StreamTrouble.NotACommand line)

    let private anythingElse: Parser<unit> =
        front >>= fun (start, line) -> refuse start (StreamTrouble.NotACommand line)

    let private emptyLine: Parser<unit> =
        choice
            [
                character '\n'
                followedBy (character '\r' >>. eof) >>. stop StreamEnding.Inside
                attempt (character '\r' >>. character '\n')
            ]

    let private item: Parser<unit> =
        choice
            [
                followedBy (character '*') >>. array
                followedBy (satisfy isAsciiLetter) >>. inlineCommand
                emptyLine
                anythingElse
            ]

    /// Reads a text that begins at a position between two commands.
    let read (position: HybridReplica.Core.Position) (text: string) : StreamReading =
        match runParserOnString (skipMany (notFollowedBy eof >>. item)) (StreamReading.At position) "" text with
        | Success((), reading, _) -> reading
        | Failure(_, _, reading) -> reading
