namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// How a string is stored.
[<RequireQualifiedAccess>]
type internal TextForm =
    | Plain = 0
    | Number = 1
    | Compressed = 2

/// What stands in front of the bytes of a string.
[<Struct; NoComparison; NoEquality>]
type internal TextHead =
    [<DefaultValue(false)>]
    val mutable Form: TextForm

    /// Bytes in front.
    [<DefaultValue(false)>]
    val mutable Size: int

    /// Bytes of the string as it is stored.
    [<DefaultValue(false)>]
    val mutable Stored: int64

    /// Bytes of the string as it is meant, unless it is a number.
    [<DefaultValue(false)>]
    val mutable Meant: int64

    /// Bytes it takes in all.
    member this.Takes = int64 this.Size + this.Stored

/// Strings as an RDB stores them (`rdbGenericLoadStringObject`, 7.0.15).
[<AbstractClass; Sealed>]
type internal RdbTexts =

    static member private TakeLengths
        (scan: byref<RdbScan>, head: byref<TextHead>, stored: uint64, meant: uint64)
        : RdbStep =
        let longest = max stored meant

        if longest > uint64 Int64.MaxValue - uint64 scan.Offset then
            RdbNumbers.Fail(&scan, RdbTrouble.ImpossibleLength longest)
        else
            head.Stored <- int64 stored
            head.Meant <- int64 meant
            RdbNumbers.GoOn

    static member private CompressedHead
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, head: byref<TextHead>)
        : RdbStep =
        let mutable stored = 0UL
        let mutable storedSize = 0
        let mutable meant = 0UL
        let mutable meantSize = 0
        let step = RdbNumbers.Length(&scan, window, 1, &stored, &storedSize)

        if step <> RdbNumbers.GoOn then
            step
        else
            let step = RdbNumbers.Length(&scan, window, 1 + storedSize, &meant, &meantSize)

            if step <> RdbNumbers.GoOn then
                step
            else
                head.Form <- TextForm.Compressed
                head.Size <- 1 + storedSize + meantSize
                RdbTexts.TakeLengths(&scan, &head, stored, meant)

    /// Reads what stands in front of a string, and uses nothing.
    static member private Head(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, head: byref<TextHead>) : RdbStep =
        if RdbNumbers.Unused(&scan, window) = 0 then
            RdbNumbers.Ask(&scan, 1L)
        else
            match window[scan.used] with
            | 0xC0uy
            | 0xC1uy
            | 0xC2uy as first ->
                head.Form <- TextForm.Number
                head.Size <- 1
                head.Stored <- 1L <<< int (first &&& 0x3Fuy)
                RdbNumbers.GoOn
            | 0xC3uy -> RdbTexts.CompressedHead(&scan, window, &head)
            | first when first > 0xC3uy ->
                RdbNumbers.Fail(&scan, RdbTrouble.UnknownStringEncoding(int (first &&& 0x3Fuy)))
            | _ ->
                let mutable length = 0UL
                let step = RdbNumbers.Length(&scan, window, 0, &length, &head.Size)

                if step = RdbNumbers.GoOn then
                    RdbTexts.TakeLengths(&scan, &head, length, length)
                else
                    step

    /// Passes over what is to be passed over.
    static member PassOver(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : RdbStep =
        let there = int (min scan.passing (int64 (RdbNumbers.Unused(&scan, window))))
        scan.used <- scan.used + there
        scan.passing <- scan.passing - int64 there

        if scan.passing = 0L then
            RdbNumbers.GoOn
        else
            RdbNumbers.Ask(&scan, 1L)

    /// Passes over a string, or begins to.
    static member Skip(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : RdbStep =
        let mutable head = TextHead()
        let step = RdbTexts.Head(&scan, window, &head)

        if step = RdbNumbers.GoOn then
            scan.used <- scan.used + head.Size
            scan.passing <- head.Stored

        step

    static member private Uncompress
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, head: inref<TextHead>)
        : RdbStep =
        if not (Lzf.IsPossible(head.Stored, head.Meant)) then
            RdbNumbers.Fail(&scan, RdbTrouble.BadCompression)
        elif head.Meant > scan.limit then
            RdbNumbers.Fail(&scan, RdbTrouble.TooLarge(head.Meant, scan.limit))
        elif int64 scratch.Length < head.Meant then
            scan.wanted <- head.Meant
            RdbStep.NeedsScratch
        else
            let stored = window.Slice(scan.used + head.Size, int head.Stored)

            if Lzf.Decompress(stored, scratch.Slice(0, int head.Meant)) then
                RdbNumbers.GoOn
            else
                RdbNumbers.Fail(&scan, RdbTrouble.BadCompression)

    static member private Number(bytes: ReadOnlySpan<byte>, size: int64) : int64 =
        match size with
        | 1L -> int64 (sbyte bytes[0])
        | 2L -> int64 (BinaryPrimitives.ReadInt16LittleEndian bytes)
        | _ -> int64 (BinaryPrimitives.ReadInt32LittleEndian bytes)

    // What there is of the text that comes in parts.
    static member private Part(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        let left = scan.textTotal - scan.textBefore
        let unused = min scan.partsAbove (RdbNumbers.Unused(&scan, window))
        let there = int (min left (int64 unused))

        if there = 0 then
            RdbNumbers.Ask(&scan, 1L)
        else
            token.place <- TextPlace.Window
            token.start <- scan.used
            token.length <- there
            token.total <- scan.textTotal
            token.before <- scan.textBefore
            scan.used <- scan.used + there
            scan.textBefore <- scan.textBefore + int64 there
            scan.isInParts <- scan.textBefore < scan.textTotal
            RdbStep.Token

    static member private Whole
        (
            scan: byref<RdbScan>,
            window: ReadOnlySpan<byte>,
            scratch: Span<byte>,
            head: inref<TextHead>,
            token: byref<RdbToken>
        ) : RdbStep =
        if int64 (RdbNumbers.Unused(&scan, window)) < head.Takes then
            RdbNumbers.Ask(&scan, head.Takes)
        else
            let start = scan.used + head.Size

            let step =
                match head.Form with
                | TextForm.Plain ->
                    token.place <- TextPlace.Window
                    token.start <- start
                    RdbNumbers.GoOn
                | TextForm.Number ->
                    token.place <- TextPlace.Number
                    token.number <- RdbTexts.Number(window.Slice start, head.Stored)
                    RdbNumbers.GoOn
                | _ ->
                    token.place <- TextPlace.Scratch
                    RdbTexts.Uncompress(&scan, window, scratch, &head)

            if step = RdbNumbers.GoOn then
                token.length <- int head.Meant
                token.total <- head.Meant
                scan.used <- scan.used + int head.Takes
                RdbStep.Token
            else
                step

    /// <summary>Reads a string, or the next part of one.</summary>
    /// <param name="scan">How far the RDB has been read, and whether more of the string follows.</param>
    /// <param name="window">The bytes.</param>
    /// <param name="scratch">Where it is uncompressed.</param>
    /// <param name="isWhole">Whether it may not come in parts, however long it is.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="token">The text.</param>
    static member Read
        (
            scan: byref<RdbScan>,
            window: ReadOnlySpan<byte>,
            scratch: Span<byte>,
            isWhole: bool,
            kind: RdbTokenKind,
            token: byref<RdbToken>
        ) : RdbStep =
        token.kind <- kind

        if scan.isInParts then
            RdbTexts.Part(&scan, window, &token)
        else
            let mutable head = TextHead()
            let step = RdbTexts.Head(&scan, window, &head)

            if step <> RdbNumbers.GoOn then
                step
            elif head.Form = TextForm.Plain && not isWhole && head.Meant > int64 scan.partsAbove then
                scan.used <- scan.used + head.Size
                scan.isInParts <- true
                scan.textTotal <- head.Meant
                scan.textBefore <- 0L
                RdbTexts.Part(&scan, window, &token)
            else
                RdbTexts.Whole(&scan, window, scratch, &head, &token)

    /// Makes a string that holds something available as a whole, and uses nothing of it.
    static member Open(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>) : RdbStep =
        let mutable head = TextHead()
        let step = RdbTexts.Head(&scan, window, &head)

        let step =
            if step <> RdbNumbers.GoOn then
                step
            elif int64 (RdbNumbers.Unused(&scan, window)) < head.Takes then
                RdbNumbers.Ask(&scan, head.Takes)
            elif head.Form = TextForm.Compressed then
                RdbTexts.Uncompress(&scan, window, scratch, &head)
            else
                RdbNumbers.GoOn

        if step = RdbNumbers.GoOn then
            scan.isBlobInScratch <- (head.Form = TextForm.Compressed)
            scan.blobStart <- head.Size
            // A number is no container: nothing is there that one could be made of.
            scan.blobLength <- if head.Form = TextForm.Number then 0 else int head.Meant
            scan.blobTakes <- int head.Takes

        step

    /// The string that was made available.
    static member Opened(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>) : ReadOnlySpan<byte> =
        if scan.isBlobInScratch then
            Span.op_Implicit (scratch.Slice(0, scan.blobLength))
        else
            window.Slice(scan.used + scan.blobStart, scan.blobLength)

    /// Uses all of it.
    static member Close(scan: byref<RdbScan>) : unit = scan.used <- scan.used + scan.blobTakes
