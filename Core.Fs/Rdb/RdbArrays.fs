namespace HybridReplica.Core

open System

/// Arrays (Redis 8.8): numbered elements, not all of which need be there.
[<AbstractClass; Sealed>]
type internal RdbArrays =

    // What an element is: a string, an integer, a number with a fraction, or a short string.
    static member private IntegerTag = 1
    static member private FloatTag = 2
    static member private LastTag = 3UL

    /// How many elements there are, and where the next is inserted, if that is known.
    static member Head
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, distance: int, token: byref<RdbToken>)
        : RdbStep =
        let start = scan.used
        let mutable step = RdbNumbers.Lengths(&scan, window, 2, &token)
        let count = uint64 token.number
        let hasIndex = token.second = 1L

        if step = RdbNumbers.GoOn && token.second <> 0L && not hasIndex then
            scan.used <- start
            step <- RdbNumbers.Fail(&scan, RdbTrouble.ImpossibleLength(uint64 token.second))
        elif step = RdbNumbers.GoOn && hasIndex then
            let inFront = scan.used - start
            step <- RdbNumbers.Lengths(&scan, window, 1, &token)

            // All of it is read again when there is more, and nothing of it is used when it cannot be read.
            if step <> RdbNumbers.GoOn then
                scan.used <- start
                scan.wanted <- scan.wanted + int64 inFront

        if step <> RdbNumbers.GoOn then
            step
        elif hasIndex && scan.look = RdbLook.Typed then
            token.kind <- RdbTokenKind.ArrayInsertIndex
            RdbProgress.Enter(&scan, count, distance) |> ignore
            RdbStep.Token
        else
            RdbProgress.Enter(&scan, count, distance)

    // Inside of an element: what it is, and one more.
    static member private Index(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        let start = scan.used
        let step = RdbNumbers.Lengths(&scan, window, 2, &token)

        if step <> RdbNumbers.GoOn then
            step
        elif uint64 token.second > RdbArrays.LastTag then
            scan.used <- start
            RdbNumbers.Fail(&scan, RdbTrouble.ImpossibleLength(uint64 token.second))
        else
            scan.inside <- 1 + int token.second

            if scan.look = RdbLook.Typed then
                token.kind <- RdbTokenKind.ArrayIndex
                RdbStep.Token
            else
                step

    static member private Number
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, kind: RdbTokenKind, token: byref<RdbToken>)
        : RdbStep =
        let step = RdbNumbers.Fixed(&scan, window, 8, &token)

        if step = RdbNumbers.GoOn then
            RdbProgress.Taken(&scan, kind, &token)
        else
            step

    /// An element: its index; then its value, unless that is a string: `Finished`.
    static member Element(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        if scan.inside = 0 then
            RdbArrays.Index(&scan, window, &token)
        elif scan.inside = 1 + RdbArrays.IntegerTag then
            let step = RdbArrays.Number(&scan, window, RdbTokenKind.ArrayValue, &token)

            token.place <-
                if step = RdbStep.Token then
                    TextPlace.Number
                else
                    TextPlace.Nowhere

            step
        elif scan.inside = 1 + RdbArrays.FloatTag then
            RdbArrays.Number(&scan, window, RdbTokenKind.ArrayFloat, &token)
        else
            RdbStep.Finished
