namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// What every part of the scanner is made of: the numbers in front of the window's unused bytes.
[<AbstractClass; Sealed>]
type internal RdbNumbers =

    /// Nothing is to be told yet; the scan goes on. Never the outcome of a whole look.
    static member GoOn: RdbStep = enum<RdbStep> -1

    /// Ends the scan.
    static member Fail(scan: byref<RdbScan>, trouble: RdbTrouble) : RdbStep =
        scan.trouble <- trouble
        scan.place <- RdbPlace.Failed
        RdbStep.Failed

    /// Asks for so many bytes behind the used ones, unless that is more than what is allowed.
    static member Ask(scan: byref<RdbScan>, bytes: int64) : RdbStep =
        if bytes > scan.limit then
            RdbNumbers.Fail(&scan, RdbTrouble.TooLarge(bytes, scan.limit))
        else
            scan.wanted <- bytes
            RdbStep.NeedsMore

    /// How many bytes of the window are not used.
    static member inline Unused(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : int = window.Length - scan.used

    /// Reads the length that begins so many bytes behind the used ones, and says how many bytes it takes.
    static member Length
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, ahead: int, value: byref<uint64>, size: byref<int>)
        : RdbStep =
        let at = scan.used + ahead

        if at >= window.Length then
            RdbNumbers.Ask(&scan, int64 ahead + 1L)
        else
            size <- RdbLength.Size window[at]

            if size = 0 then
                RdbNumbers.Fail(&scan, RdbTrouble.NotALength(int window[at]))
            elif window.Length - at < size then
                RdbNumbers.Ask(&scan, int64 (ahead + size))
            else
                value <- RdbLength.Read(window.Slice at, size)
                RdbNumbers.GoOn

    /// Reads as many lengths as a token has numbers for, one to three, and uses them.
    static member Lengths
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, count: int, token: byref<RdbToken>)
        : RdbStep =
        let mutable step = RdbNumbers.GoOn
        let mutable ahead = 0
        let mutable index = 0

        while index < count && step = RdbNumbers.GoOn do
            let mutable value = 0UL
            let mutable size = 0
            step <- RdbNumbers.Length(&scan, window, ahead, &value, &size)
            ahead <- ahead + size

            match index with
            | 0 -> token.number <- int64 value
            | 1 -> token.second <- int64 value
            | _ -> token.third <- int64 value

            index <- index + 1

        if step = RdbNumbers.GoOn then
            scan.used <- scan.used + ahead

        step

    /// Reads a number of four or eight bytes, the lowest first, and uses them.
    static member Fixed(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, size: int, token: byref<RdbToken>) : RdbStep =
        if RdbNumbers.Unused(&scan, window) < size then
            RdbNumbers.Ask(&scan, int64 size)
        else
            let bytes = window.Slice scan.used

            token.number <-
                if size = 4 then
                    int64 (BinaryPrimitives.ReadUInt32LittleEndian bytes)
                else
                    BinaryPrimitives.ReadInt64LittleEndian bytes

            scan.used <- scan.used + size
            RdbNumbers.GoOn

    /// Bytes of an id of a stream where it is not packed.
    static member IdSize = 16

    /// An id of a stream in sixteen bytes, the highest first (`streamEncodeID`, 7.0.15).
    static member Id(bytes: ReadOnlySpan<byte>) : StreamId =
        {
            Milliseconds = BinaryPrimitives.ReadUInt64BigEndian bytes
            Sequence = BinaryPrimitives.ReadUInt64BigEndian(bytes.Slice 8)
        }

    /// Reads an id in sixteen bytes, and uses it.
    static member RawId(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        if RdbNumbers.Unused(&scan, window) < RdbNumbers.IdSize then
            RdbNumbers.Ask(&scan, int64 RdbNumbers.IdSize)
        else
            token.TakeId(RdbNumbers.Id(window.Slice scan.used))
            scan.used <- scan.used + RdbNumbers.IdSize
            RdbNumbers.GoOn

    /// Reads an id in sixteen bytes, a time in eight, and a length, and uses them.
    static member Pending(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        let inFront = RdbNumbers.IdSize + 8
        let mutable count = 0UL
        let mutable size = 0

        if RdbNumbers.Unused(&scan, window) < inFront then
            RdbNumbers.Ask(&scan, int64 inFront)
        else
            let step = RdbNumbers.Length(&scan, window, inFront, &count, &size)

            if step = RdbNumbers.GoOn then
                let bytes = window.Slice scan.used
                token.TakeId(RdbNumbers.Id bytes)
                token.third <- BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice RdbNumbers.IdSize)
                token.count <- int64 count
                scan.used <- scan.used + inFront + size

            step
