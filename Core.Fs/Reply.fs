namespace HybridReplica.Core

open System

/// The forty characters by which a master marks the end of a snapshot whose size it does not know yet.
[<StructuredFormatDisplay("{Text}")>]
type EofMark =
    private
    | EofMark of text: string

    /// The forty characters, each of them one byte on the wire.
    member this.Text =
        let (EofMark text) = this
        text

    override this.ToString() = this.Text

    /// Takes the first forty of at least forty one-byte characters, as `readSyncBulkPayload` (6.0.16) does.
    static member TryParse(text: string) : EofMark voption =
        if text.Length >= Limits.MarkLength && String.forall (fun c -> c <= '\255') text then
            ValueSome(EofMark(text.Substring(0, Limits.MarkLength)))
        else
            ValueNone

/// What is still to come of a snapshot, and so how its end is recognised.
[<RequireQualifiedAccess>]
type Remainder =
    /// `$<length>`: so many bytes.
    | Counted of bytes: int64
    /// `$EOF:<mark>`: everything before the mark.
    | Until of mark: EofMark

/// One line from the master. Every line is some reply: reading one never fails.
[<RequireQualifiedAccess>]
type Reply =
    /// A bare newline: the master is alive and still at work.
    | Blank
    /// `+…`
    | Status of text: string
    /// `-…`, the dash not included.
    | Error of text: string
    /// `:…`
    | Integer of value: int64
    /// `$<length>` or `$EOF:<mark>`. The length is as sent: it may be zero or negative.
    | Snapshot of remainder: Remainder
    /// Anything else.
    | Garbled of line: string

    /// The line as it was sent, without its line end.
    override this.ToString() =
        match this with
        | Blank -> ""
        | Status text -> "+" + text
        | Error text -> "-" + text
        | Integer value -> $":{value}"
        | Snapshot(Remainder.Counted bytes) -> $"${bytes}"
        | Snapshot(Remainder.Until mark) -> $"$EOF:{mark}"
        | Garbled line -> line

/// What a master may answer to PSYNC besides an error or a newline.
[<RequireQualifiedAccess>]
type PsyncAnswer =
    /// `+FULLRESYNC <id> <offset>`
    | FullResync of Position
    /// `+FULLRESYNC` with anything else behind it.
    | FullResyncGarbled
    /// `+CONTINUE`, with the id of the history from here on if the master named one.
    | Continue of id: ReplicationId voption
    /// Neither.
    | Unknown

/// The executable grammar of one reply line. FParsec's names stay inside this module, because some of them (`Reply`,
/// `Ok`, `Error`) mean other things outside.
module internal ReplyGrammar =

    type private Line = Reply

    open FParsec

    // Reads characters without regard to line ends: a line may hold a bare carriage return, which FParsec's own string
    // parsers would turn into a newline.
    let private upTo count : Parser<string, unit> =
        fun stream -> FParsec.Reply(stream.Read count)

    let private rest = upTo Int32.MaxValue

    // Decimal digits and nothing else: FParsec's own number parsers also take 0x, 0o and 0b.
    let private natural =
        manyMinMaxSatisfyL 1 Limits.NumberDigits isDigit "decimal digits"
        |>> fun digits -> Int64.Parse(digits, Globalization.CultureInfo.InvariantCulture)

    let private integer = (skipChar '-' >>. natural |>> fun value -> -value) <|> natural

    let private orFail message value : Parser<_, unit> =
        match value with
        | ValueSome value -> preturn value
        | ValueNone -> fail message

    let private replicationId =
        upTo Limits.ReplicationIdLength
        >>= (ReplicationId.TryParse >> orFail "forty characters of replication id")

    let private mark = rest >>= (EofMark.TryParse >> orFail "forty characters of mark")

    let private line =
        choice
            [
                eof >>% Line.Blank
                skipChar '+' >>. rest |>> Line.Status
                skipChar '-' >>. rest |>> Line.Error
                skipChar ':' >>. integer .>> eof |>> Line.Integer
                skipString "$EOF:" >>. mark |>> (Remainder.Until >> Line.Snapshot)
                skipChar '$' >>. integer .>> eof |>> (Remainder.Counted >> Line.Snapshot)
            ]

    let private fullResync =
        pipe2 (skipChar ' ' >>. replicationId) (skipChar ' ' >>. natural .>> eof) (fun id offset ->
            PsyncAnswer.FullResync(Position.AtFullResync(id, Offset offset)))

    let private continueWithId =
        skipChar ' ' >>. replicationId .>> eof |>> (ValueSome >> PsyncAnswer.Continue)

    let private psyncAnswer =
        choice
            [
                skipString "FULLRESYNC"
                >>. (attempt fullResync <|>% PsyncAnswer.FullResyncGarbled)
                skipString "CONTINUE"
                >>. (attempt continueWithId <|>% PsyncAnswer.Continue ValueNone)
            ]

    let private run parser text otherwise =
        match runParserOnString parser () "" text with
        | Success(value, (), _) -> value
        | Failure _ -> otherwise

    let readLine text = run line text (Line.Garbled text)

    let readPsyncAnswer text =
        run psyncAnswer text PsyncAnswer.Unknown

type Reply with

    /// Reads a whole line, its line end already removed, each character standing for one byte (Latin-1).
    static member Read(line: string) : Reply = ReplyGrammar.readLine line

type PsyncAnswer with

    /// Reads the text behind the `+` of an answer to PSYNC (`slaveTryPartialResynchronization`, 6.0.16).
    static member Read(status: string) : PsyncAnswer = ReplyGrammar.readPsyncAnswer status
