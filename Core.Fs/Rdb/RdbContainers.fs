namespace HybridReplica.Core

open System
open System.Buffers.Text
open System.Globalization

/// Packed containers: the elements of a small collection in one string.
[<AbstractClass; Sealed>]
type internal RdbContainers =

    /// The string that is made available next holds a container.
    static member Open
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, container: PackedContainer)
        : RdbStep =
        let step = RdbTexts.Open(&scan, window, scratch)

        if step <> RdbNumbers.GoOn then
            step
        elif Packed.Open(container, RdbTexts.Opened(&scan, window, scratch), &scan.cursor) then
            scan.role <- 0
            step
        else
            RdbContainers.Damaged(&scan, container)

    /// The container contradicts itself.
    static member Damaged(scan: byref<RdbScan>, container: PackedContainer) : RdbStep =
        RdbNumbers.Fail(&scan, RdbTrouble.Damaged(Packed.Name container, scan.cursor.Trouble))

    /// The token is this element of the container that is open.
    static member Take(scan: byref<RdbScan>, element: inref<PackedElement>, token: byref<RdbToken>) : unit =
        if element.IsNumber then
            token.place <- TextPlace.Number
            token.number <- element.Number
        else
            token.length <- element.Length
            token.total <- int64 element.Length

            if scan.isBlobInScratch then
                token.place <- TextPlace.Scratch
                token.start <- element.Start
            else
                token.place <- TextPlace.Window
                token.start <- scan.used + scan.blobStart + element.Start

    // The words for what is no number. Kept, because making them anew for each score would leave garbage behind.
    static let infinity = "inf"B
    static let notANumber = "nan"B

    // Scores that are no numbers are words, with a sign or without.
    static member private ParseWord(text: ReadOnlySpan<byte>) : double voption =
        let isSigned = not text.IsEmpty && (text[0] = byte '-' || text[0] = byte '+')

        let word = if isSigned then text.Slice 1 else text

        if word.SequenceEqual(ReadOnlySpan notANumber) then
            ValueSome Double.NaN
        elif not (word.SequenceEqual(ReadOnlySpan infinity)) then
            ValueNone
        elif text[0] = byte '-' then
            ValueSome Double.NegativeInfinity
        else
            ValueSome Double.PositiveInfinity

    /// A score in text form, as `strtod` would read it. None: it is no number.
    static member ParseScore(text: ReadOnlySpan<byte>) : double voption =
        let mutable score = 0.0

        if Double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, &score) then
            ValueSome score
        else
            RdbContainers.ParseWord text

    /// The token is this score.
    static member TakeScore(score: double, token: byref<RdbToken>) : RdbStep =
        token.number <- BitConverter.DoubleToInt64Bits score
        RdbStep.Token

    /// The token is this score, if it is one.
    static member ReadScore(scan: byref<RdbScan>, text: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        match RdbContainers.ParseScore text with
        | ValueSome score -> RdbContainers.TakeScore(score, &token)
        | ValueNone -> RdbNumbers.Fail(&scan, RdbTrouble.BadScore)

    static member private Score
        (scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, element: inref<PackedElement>, token: byref<RdbToken>)
        : RdbStep =
        if element.IsNumber then
            RdbContainers.TakeScore(double element.Number, &token)
        else
            RdbContainers.ReadScore(&scan, blob.Slice(element.Start, element.Length), &token)

    // When a field expires is a number even where it is stored as a text. Zero: never.
    static member private Expiry
        (scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, element: inref<PackedElement>, token: byref<RdbToken>)
        : RdbStep =
        let mutable number = element.Number
        let mutable used = 0

        let isNumber =
            element.IsNumber
            || (Utf8Parser.TryParse(blob.Slice(element.Start, element.Length), &number, &used)
                && used = element.Length)

        if not isNumber then
            RdbNumbers.Fail(&scan, RdbTrouble.Uneven(Packed.Name PackedContainer.Listpack))
        elif number < 0L then
            RdbNumbers.Fail(&scan, RdbTrouble.ImpossibleLength(uint64 number))
        elif number = 0L then
            RdbNumbers.GoOn
        else
            token.number <- number
            RdbStep.Token

    static member private Role(first: RdbTokenKind, role: int) : RdbTokenKind =
        match first, role with
        | RdbTokenKind.Member, 1 -> RdbTokenKind.Score
        | RdbTokenKind.Field, 1 -> RdbTokenKind.FieldValue
        | RdbTokenKind.Field, 2 -> RdbTokenKind.FieldExpiry
        | _ -> first

    /// <summary>Finds the next element of the container that is open.</summary>
    /// <param name="scan">How far the RDB has been read.</param>
    /// <param name="window">The bytes.</param>
    /// <param name="scratch">What was uncompressed.</param>
    /// <param name="container">What it is.</param>
    /// <param name="first">What its first element is.</param>
    /// <param name="arity">How many elements belong together.</param>
    /// <param name="token">The element.</param>
    /// <returns>
    /// <c>Finished</c> at the end of the container; <c>GoOn</c> if there was an element that says nothing.
    /// </returns>
    static member Next
        (
            scan: byref<RdbScan>,
            window: ReadOnlySpan<byte>,
            scratch: Span<byte>,
            container: PackedContainer,
            first: RdbTokenKind,
            arity: int,
            token: byref<RdbToken>
        ) : RdbStep =
        let blob = RdbTexts.Opened(&scan, window, scratch)
        let mutable element = PackedElement()

        if Packed.Next(container, blob, &scan.cursor, &element) then
            let kind = RdbContainers.Role(first, scan.role)
            scan.role <- if scan.role + 1 = arity then 0 else scan.role + 1
            token.kind <- kind

            match kind with
            | RdbTokenKind.Score -> RdbContainers.Score(&scan, blob, &element, &token)
            | RdbTokenKind.FieldExpiry -> RdbContainers.Expiry(&scan, blob, &element, &token)
            | _ ->
                RdbContainers.Take(&scan, &element, &token)
                RdbStep.Token
        elif scan.cursor.Trouble <> PackedTrouble.None then
            RdbContainers.Damaged(&scan, container)
        elif scan.role <> 0 then
            RdbNumbers.Fail(&scan, RdbTrouble.Uneven(Packed.Name container))
        else
            RdbTexts.Close &scan
            RdbStep.Finished
