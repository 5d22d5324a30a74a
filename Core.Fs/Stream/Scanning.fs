namespace HybridReplica.Core

open System
open System.Text

/// One look at the stream, step by step: each step goes over one line or over the bytes of one word, gives the place in
/// the window where the next one goes on, and the same place if more bytes are needed or if there is trouble.
[<AbstractClass; Sealed>]
type internal Scanning =

    static member private Text(bytes: ReadOnlySpan<byte>) : string = Encoding.Latin1.GetString bytes

    // What is shown of the line that begins there.
    static member private Line(window: ReadOnlySpan<byte>, start: int) : string =
        let shown = window.Slice(start, min Limits.StreamLine (window.Length - start))
        let line = shown.IndexOf(byte '\n')
        Scanning.Text((if line >= 0 then shown.Slice(0, line) else shown).TrimEnd(byte '\r'))

    static member private IsLineEnd(window: ReadOnlySpan<byte>, at: int) : bool =
        window[at] = byte '\r' && window[at + 1] = byte '\n'

    /// Whether the look stands between two commands.
    static member IsBetween(scan: inref<ScanFields>) : bool = scan.Seen = scan.Announced

    /// The last byte of a command has been looked at, and `offset` is the one behind it.
    static member Finish(scan: byref<ScanFields>, offset: int64) : unit =
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

    // The first word of a command, and the second of some, have been looked at. A word that is too long to mean
    // anything to the position is empty here.
    static member private Weigh
        (scan: byref<ScanFields>, word: ReadOnlySpan<byte>, length: int64, trouble: byref<StreamTrouble | null>)
        : unit =
        match scan.Seen, scan.Kind with
        | 0L, _ ->
            scan.Kind <- CommandKinds.ofName word

            if scan.Kind = CommandKind.Select && scan.Announced <> 2L then
                trouble <- StreamTrouble.BadDatabase ""
        | 1L, CommandKind.Select ->
            match FramingNumber.tryDatabase word with
            | ValueSome database -> scan.Selected <- database
            | ValueNone when length > int64 word.Length -> trouble <- StreamTrouble.BadDatabase $"{length} bytes"
            | ValueNone -> trouble <- StreamTrouble.BadDatabase(Scanning.Text word)
        | 1L, CommandKind.Replconf when CommandKinds.isGetack word -> scan.Kind <- CommandKind.Getack
        | _ -> ()

    // Whether the next word has to be looked at as a whole, because the position depends on it.
    static member private IsTelling(scan: inref<ScanFields>, length: int64) : bool =
        match scan.Seen, scan.Kind with
        | 0L, _ -> length <= int64 CommandKinds.LongestName
        | 1L, CommandKind.Select
        | 1L, CommandKind.Replconf -> length <= int64 Limits.NumberDigits
        | _ -> false

    // A line as people type it: a 2.6 master's SELECT, and a 2.4 master's PING (`replicationFeedSlaves`, 2.6.17). It is
    // whole at once.
    static member private Typed(scan: byref<ScanFields>, line: ReadOnlySpan<byte>, ranges: Span<ArgumentRange>) : bool =
        let line = line.TrimEnd(byte '\r').TrimEnd(byte ' ')
        let space = line.IndexOf(byte ' ')
        let name = if space < 0 then line else line.Slice(0, space)
        let argument = line.Slice(name.Length).TrimStart(byte ' ')
        let kind = CommandKinds.ofName name

        let words =
            match kind, FramingNumber.tryDatabase argument with
            | CommandKind.Select, ValueSome database ->
                scan.Selected <- database
                2
            | CommandKind.Ping, _ when argument.Length = 0 -> 1
            | _ -> 0

        if words > 0 then
            scan.Kind <- kind
            scan.Announced <- int64 words
            scan.Seen <- scan.Announced
            scan.Length <- int64 (if words = 1 then name.Length else argument.Length)

            if ranges.Length > 0 then
                ranges[0] <- { Start = 0; Length = name.Length }

            if ranges.Length > 1 then
                ranges[1] <-
                    {
                        Start = line.Length - argument.Length
                        Length = argument.Length
                    }

        words > 0

    static member private TypedLine
        (
            scan: byref<ScanFields>,
            window: ReadOnlySpan<byte>,
            at: int,
            origin: int64,
            ranges: Span<ArgumentRange>,
            trouble: byref<StreamTrouble | null>
        ) : int =
        let line = window.Slice(at, min Limits.StreamLine (window.Length - at))
        let length = line.IndexOf(byte '\n')

        if length < 0 && line.Length < Limits.StreamLine then
            at
        elif length >= 0 && Scanning.Typed(&scan, line.Slice(0, length), ranges) then
            let next = at + length + 1
            scan.First <- origin + int64 at
            Scanning.Finish(&scan, origin + int64 next)
            next
        else
            trouble <- StreamTrouble.NotACommand(Scanning.Line(window, at))
            at

    // No command ends there, and none has begun.
    static member private PassOver(scan: byref<ScanFields>, next: int) : int =
        scan.Announced <- 0L
        scan.Seen <- 0L
        next

    static member private BeginArray
        (
            scan: byref<ScanFields>,
            window: ReadOnlySpan<byte>,
            at: int,
            origin: int64,
            trouble: byref<StreamTrouble | null>
        ) : int =
        let isNegative = at + 1 < window.Length && window[at + 1] = byte '-'
        let mutable count = 0L

        match FramingNumber.read (window, (if isNegative then at + 2 else at + 1), &count) with
        | FramingNumber.Incomplete -> at
        // An array of nothing is passed over without a word (`processMultibulkBuffer`, 7.0.15).
        | next when next <> FramingNumber.Bad && (isNegative || count = 0L) -> Scanning.PassOver(&scan, next)
        | next when next <> FramingNumber.Bad && count <= int64 Int32.MaxValue ->
            scan.First <- origin + int64 at
            scan.Kind <- CommandKind.Unknown
            scan.Announced <- count
            scan.Seen <- 0L
            scan.Left <- -1L
            next
        | _ ->
            trouble <- StreamTrouble.BadCount(Scanning.Line(window, at))
            at

    // An array of nothing, or of less.
    static member private HasNoWords(window: ReadOnlySpan<byte>, at: int) : bool =
        let mutable count = 0L

        at + 1 < window.Length && window[at + 1] = byte '-'
        || FramingNumber.read (window, at + 1, &count) > 0 && count = 0L

    /// Whether what begins there may be in an append-only file, where servers pass over nothing but annotations, and
    /// take nothing that was typed (`loadSingleAppendOnlyFile`, 7.0.15). Annotations are nothing to look at here.
    static member MayBeInFile(window: ReadOnlySpan<byte>, at: int, trouble: byref<StreamTrouble | null>) : bool =
        match window[at] with
        | value when value = byte '*' && not (Scanning.HasNoWords(window, at)) -> true
        | value when value = byte '*' ->
            trouble <- StreamTrouble.BadCount(Scanning.Line(window, at))
            false
        | value when value = byte '#' -> false
        | _ ->
            trouble <- StreamTrouble.NotACommand(Scanning.Line(window, at))
            false

    /// The front of a command, or what is passed over between two of them.
    static member Begin
        (
            scan: byref<ScanFields>,
            window: ReadOnlySpan<byte>,
            at: int,
            origin: int64,
            ranges: Span<ArgumentRange>,
            trouble: byref<StreamTrouble | null>
        ) : int =
        match window[at] with
        | value when value = byte '*' -> Scanning.BeginArray(&scan, window, at, origin, &trouble)
        | value when value = byte '\n' -> Scanning.PassOver(&scan, at + 1)
        | value when value = byte '\r' && at + 1 = window.Length -> at
        | value when value = byte '\r' && window[at + 1] = byte '\n' -> Scanning.PassOver(&scan, at + 2)
        | value when Char.IsAsciiLetter(char value) -> Scanning.TypedLine(&scan, window, at, origin, ranges, &trouble)
        | _ ->
            trouble <- StreamTrouble.NotACommand(Scanning.Line(window, at))
            at

    /// The length in front of a word.
    static member BeginWord
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
            trouble <- StreamTrouble.BadLength(Scanning.Line(window, at))
            at
        | next ->
            let isTelling = Scanning.IsTelling(&scan, length)

            if isTelling && int64 (window.Length - next) < length + 2L then
                at
            else
                if not isTelling then
                    Scanning.Weigh(&scan, ReadOnlySpan.Empty, length, &trouble)
                elif Scanning.IsLineEnd(window, next + int length) then
                    Scanning.Weigh(&scan, window.Slice(next, int length), length, &trouble)

                if isNull trouble then
                    scan.Length <- length
                    scan.Left <- length + 2L
                    next
                else
                    at

    /// The bytes of a word, as far as they are there. Its line end is looked at in one piece.
    static member ContinueWord
        (scan: byref<ScanFields>, window: ReadOnlySpan<byte>, at: int, trouble: byref<StreamTrouble | null>)
        : int =
        let taken = int (min (int64 (window.Length - at)) (scan.Left - 2L))
        let next = at + taken
        scan.Left <- scan.Left - int64 taken

        if scan.Left > 2L || window.Length - next < 2 then
            next
        elif Scanning.IsLineEnd(window, next) then
            scan.Left <- -1L
            scan.Seen <- scan.Seen + 1L
            next + 2
        else
            trouble <- StreamTrouble.BadEnd(Scanning.Text(window.Slice(next, 2)))
            next
