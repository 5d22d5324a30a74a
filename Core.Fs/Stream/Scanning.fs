namespace HybridReplica.Core

open System
open System.Runtime.InteropServices
open System.Text

/// The numbers that frame commands and words.
module internal FramingNumber =

    /// The line is not all there yet.
    [<Literal>]
    let Incomplete = 0

    /// It is no number, or not one that can be used.
    [<Literal>]
    let Bad = -1

    let private isDigit (value: byte) = uint32 value - uint32 '0' <= 9u

    /// Reads digits and a line end from `start` on: where the next line begins, or one of the two above.
    let read (window: ReadOnlySpan<byte>, start: int, number: byref<int64>) : int =
        let mutable at = start
        let mutable value = 0L

        while at < window.Length && isDigit window[at] && at - start < Limits.NumberDigits do
            value <- value * 10L + int64 (window[at] - byte '0')
            at <- at + 1

        number <- value

        if at = window.Length then Incomplete
        elif at = start || window[at] <> byte '\r' then Bad
        elif at + 1 = window.Length then Incomplete
        elif window[at + 1] <> byte '\n' then Bad
        else at + 2

/// One look at the stream: the scan is a copy that only this look changes.
[<AbstractClass; Sealed>]
type internal Scanning =

    static member private Text(window: ReadOnlySpan<byte>, start: int) : string =
        let shown = window.Slice(start, min Limits.StreamLine (window.Length - start))
        let line = shown.IndexOf(byte '\n')
        Encoding.Latin1.GetString(if line >= 0 then shown.Slice(0, line) else shown).TrimEnd '\r'

    /// The number that SELECT names.
    static member private Database(word: ReadOnlySpan<byte>) : int voption =
        let mutable database = 0
        let mutable consumed = 0

        if
            Buffers.Text.Utf8Parser.TryParse(word, &database, &consumed)
            && consumed = word.Length
            && database >= 0
        then
            ValueSome database
        else
            ValueNone

    // The last byte of a command has been looked at, and the window's bytes up to there end at `offset`.
    static member private Finish(scan: byref<ScanFields>, offset: int64) : unit =
        match scan.Kind with
        | CommandKind.Multi when scan.Multi < 0L -> scan.Multi <- scan.First
        | CommandKind.Exec -> scan.Multi <- -1L
        | CommandKind.Getack -> scan.AskedEnd <- scan.SafeEnd
        | _ -> ()

        match scan.Kind with
        | CommandKind.Select
        | CommandKind.Ping
        | CommandKind.Replconf
        | CommandKind.Getack -> ()
        | _ -> scan.ChangedEnd <- offset

        if scan.Multi < 0L then
            scan.SafeEnd <- offset
            scan.SafeSelected <- scan.Selected

    // A line typed as people do at telnet: a 2.6 master's SELECT, and a 2.4 master's PING (`replicationFeedSlaves`).
    static member private Inline(scan: byref<ScanFields>, line: string, offset: int64) : StreamTrouble | null =
        let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)

        let isName (name: string) =
            words[0].Equals(name, StringComparison.OrdinalIgnoreCase)

        let database =
            if words.Length = 2 && isName "SELECT" then
                Scanning.Database(ReadOnlySpan(Encoding.Latin1.GetBytes words[1]))
            else
                ValueNone

        let kind =
            match database with
            | ValueSome _ -> CommandKind.Select
            | ValueNone when words.Length = 1 && isName "PING" -> CommandKind.Ping
            | ValueNone -> CommandKind.Unknown

        if kind = CommandKind.Unknown then
            StreamTrouble.NotACommand line
        else
            scan.Selected <- ValueOption.defaultValue scan.Selected database
            scan.Kind <- kind
            scan.Announced <- 1L
            scan.Seen <- 1L
            Scanning.Finish(&scan, offset)
            null

    static member private IsLetter(value: byte) = Char.IsAsciiLetter(char value)

    // The front of a command: where the look goes on, or the same place if more bytes are needed.
    static member private Begin
        (
            scan: byref<ScanFields>,
            window: ReadOnlySpan<byte>,
            at: int,
            origin: int64,
            trouble: byref<StreamTrouble | null>
        ) : int =
        let mutable count = 0L

        match window[at] with
        | value when value = byte '*' ->
            let isNegative = at + 1 < window.Length && window[at + 1] = byte '-'
            let digits = if isNegative then at + 2 else at + 1

            match FramingNumber.read (window, digits, &count) with
            | FramingNumber.Incomplete -> at
            | FramingNumber.Bad ->
                trouble <- StreamTrouble.BadCount(Scanning.Text(window, at))
                at
            | next ->
                // An array of nothing is passed over without a word (`processMultibulkBuffer`, 7.0.15).
                if count > 0L && not isNegative then
                    scan.First <- origin + int64 at
                    scan.Kind <- CommandKind.Unknown
                    scan.Announced <- count
                    scan.Seen <- 0L
                    scan.Left <- -1L

                next
        | value when value = byte '\n' -> at + 1
        | value when value = byte '\r' && at + 1 = window.Length -> at
        | value when value = byte '\r' && window[at + 1] = byte '\n' -> at + 2
        | value when Scanning.IsLetter value ->
            let line =
                window.Slice(at, min Limits.StreamLine (window.Length - at)).IndexOf(byte '\n')

            if line >= 0 then
                let next = at + line + 1
                scan.First <- origin + int64 at
                trouble <- Scanning.Inline(&scan, Scanning.Text(window, at), origin + int64 next)
                next
            elif window.Length - at < Limits.StreamLine then
                at
            else
                trouble <- StreamTrouble.NotACommand(Scanning.Text(window, at))
                at
        | _ ->
            trouble <- StreamTrouble.NotACommand(Scanning.Text(window, at))
            at

    // The words that have to be looked at as a whole, because the position depends on them.
    static member private IsTelling(scan: inref<ScanFields>, length: int64) : bool =
        match scan.Seen, scan.Kind with
        | 0L, _ -> length <= int64 CommandKinds.LongestName
        | 1L, CommandKind.Select
        | 1L, CommandKind.Replconf -> length <= int64 Limits.NumberDigits
        | _ -> false

    static member private Weigh
        (scan: byref<ScanFields>, word: ReadOnlySpan<byte>, trouble: byref<StreamTrouble | null>)
        : unit =
        match scan.Seen, scan.Kind with
        | 0L, _ ->
            scan.Kind <- CommandKinds.ofName word

            if scan.Kind = CommandKind.Select && scan.Announced <> 2L then
                trouble <- StreamTrouble.BadDatabase ""
        | 1L, CommandKind.Select ->
            match Scanning.Database word with
            | ValueSome database -> scan.Selected <- database
            | ValueNone -> trouble <- StreamTrouble.BadDatabase(Encoding.Latin1.GetString word)
        | 1L, CommandKind.Replconf when CommandKinds.isGetack word -> scan.Kind <- CommandKind.Getack
        | _ -> ()

    // The length of a word: where the look goes on, or the same place if more bytes are needed.
    static member private BeginWord
        (scan: byref<ScanFields>, window: ReadOnlySpan<byte>, at: int, trouble: byref<StreamTrouble | null>)
        : int =
        let mutable length = 0L

        let next =
            if window[at] <> byte '$' then
                FramingNumber.Bad
            else
                FramingNumber.read (window, at + 1, &length)

        match next with
        | FramingNumber.Incomplete -> at
        | FramingNumber.Bad ->
            trouble <- StreamTrouble.BadLength(Scanning.Text(window, at))
            at
        | next when not (Scanning.IsTelling(&scan, length)) ->
            if scan.Seen = 0L then
                scan.Kind <- CommandKind.Data
            elif scan.Seen = 1L && scan.Kind = CommandKind.Select then
                trouble <- StreamTrouble.BadDatabase $"{length} bytes"

            scan.Length <- length
            scan.Left <- length + 2L
            next
        | next when int64 (window.Length - next) < length + 2L -> at
        | next ->
            Scanning.Weigh(&scan, window.Slice(next, int length), &trouble)
            scan.Length <- length
            scan.Left <- length + 2L
            next

    // The bytes of a word. Its line end is looked at in one piece.
    static member private ContinueWord
        (scan: byref<ScanFields>, window: ReadOnlySpan<byte>, at: int, trouble: byref<StreamTrouble | null>)
        : int =
        let available = int64 (window.Length - at)

        if available < scan.Left then
            let taken = min available (scan.Left - 2L)
            scan.Left <- scan.Left - taken
            at + int taken
        else
            let next = at + int scan.Left

            if window[next - 2] = byte '\r' && window[next - 1] = byte '\n' then
                scan.Left <- -1L
                scan.Seen <- scan.Seen + 1L
                next
            else
                trouble <- StreamTrouble.BadEnd(Scanning.Text(window, next - 2))
                at

    /// Looks at the window, and remembers where the words of the command are if there is room for that.
    static member Run
        (
            scan: StreamScan,
            window: ReadOnlySpan<byte>,
            pace: Pace,
            ranges: Span<ArgumentRange>,
            trouble: byref<StreamTrouble | null>
        ) : StreamScan =
        let mutable scan = scan.Fields
        let origin = scan.End
        let mutable at = 0
        let mutable isOver = false
        trouble <- null

        if scan.Seen = scan.Announced then
            scan.Announced <- 0L
            scan.Seen <- 0L

        while not isOver && at < window.Length do
            let before = at

            if scan.Seen = scan.Announced then
                at <- Scanning.Begin(&scan, window, at, origin, &trouble)

                // What was typed as a line is whole at once; and whoever wants the words makes room for them first.
                isOver <-
                    pace <> Pace.Window
                    && (scan.Announced > 0L && scan.Seen = scan.Announced
                        || scan.Announced > int64 ranges.Length)
            elif scan.Left < 0L then
                at <- Scanning.BeginWord(&scan, window, at, &trouble)
                isOver <- pace = Pace.Word
            else
                at <- Scanning.ContinueWord(&scan, window, at, &trouble)
                isOver <- pace = Pace.Word

                if scan.Left < 0L then
                    let index = scan.Seen - 1L

                    if index < int64 ranges.Length then
                        ranges[int index] <-
                            {
                                Start = int (origin + int64 at - 2L - scan.Length - scan.First)
                                Length = int scan.Length
                            }

                    if scan.Seen = scan.Announced then
                        Scanning.Finish(&scan, origin + int64 at)
                        isOver <- pace <> Pace.Window || scan.Kind = CommandKind.Getack

            if at = before || not (isNull trouble) then
                isOver <- true

        scan.End <- origin + int64 at
        { Fields = scan }

/// Looks at the stream. What is looked at is left where it is.
[<AbstractClass; Sealed>]
type StreamScanner =

    /// <summary>
    /// Looks as far as it can, and no further than the end of a <c>REPLCONF GETACK</c>, which wants an answer.
    /// </summary>
    /// <param name="scan">How far the stream has been looked at.</param>
    /// <param name="window">The bytes behind that.</param>
    /// <param name="trouble">What cannot be in a stream, if it came to that.</param>
    /// <returns>How far it has been looked at now. More bytes are needed if that is not further.</returns>
    static member ScanWindow
        (scan: StreamScan, window: ReadOnlySpan<byte>, [<Out>] trouble: byref<StreamTrouble | null>)
        : StreamScan =
        Scanning.Run(scan, window, Pace.Window, Span.Empty, &trouble)

    /// <summary>
    /// Looks no further than to the end of a command, and says where its words are. It stops behind the number of
    /// words if there is not room enough to say so.
    /// </summary>
    /// <param name="scan">How far the stream has been looked at.</param>
    /// <param name="window">The bytes behind that.</param>
    /// <param name="ranges">Room for one range for each word; those of words seen before have to be in it still.</param>
    /// <param name="trouble">What cannot be in a stream, if it came to that.</param>
    /// <returns>How far it has been looked at now.</returns>
    static member ScanCommand
        (
            scan: StreamScan,
            window: ReadOnlySpan<byte>,
            ranges: Span<ArgumentRange>,
            [<Out>] trouble: byref<StreamTrouble | null>
        ) : StreamScan =
        Scanning.Run(scan, window, Pace.Command, ranges, &trouble)

    /// <summary>
    /// Looks no further than to the end of the length in front of a word, or to the end of what there is of it.
    /// </summary>
    /// <param name="scan">How far the stream has been looked at.</param>
    /// <param name="window">The bytes behind that.</param>
    /// <param name="trouble">What cannot be in a stream, if it came to that.</param>
    /// <returns>How far it has been looked at now.</returns>
    static member ScanWord
        (scan: StreamScan, window: ReadOnlySpan<byte>, [<Out>] trouble: byref<StreamTrouble | null>)
        : StreamScan =
        Scanning.Run(scan, window, Pace.Word, Span.Empty, &trouble)
