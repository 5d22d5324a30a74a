namespace HybridReplica.Core

open System

/// Reads an RDB as it comes, cut anywhere. It does no IO and keeps no memory: the window holds the bytes that are next,
/// the scratch memory what had to be uncompressed.
[<AbstractClass; Sealed>]
type RdbScanner =

    /// <summary>The beginning of an RDB.</summary>
    /// <param name="partsAbove">
    /// Texts of values longer than this many bytes come in parts that are not, unless they are compressed. It is one
    /// at least.
    /// </param>
    /// <param name="limit">The most bytes that may have to be in the window, or in the scratch memory, at once.</param>
    static member Start(partsAbove: int, limit: int64) : RdbScan =
        let mutable scan = RdbScan()
        scan.partsAbove <- max 1 partsAbove
        scan.limit <- limit
        scan.entryOffset <- -1L
        scan.idle <- -1L
        scan.frequency <- -1
        scan

    static member private Value(scan: byref<RdbScan>, look: RdbLook) : RdbStep =
        match scan.valueType with
        | null -> ()
        | valueType -> RdbProgress.Begin(&scan, valueType.Layout, look)

        RdbNumbers.GoOn

    static member private Steps
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        let step = RdbSteps.Run(&scan, window, scratch, &token)

        if step <> RdbStep.Finished then
            step
        elif isNull scan.valueType then
            scan.place <- RdbPlace.Between
            RdbNumbers.GoOn
        else
            scan.place <- RdbPlace.EntryEnd
            RdbNumbers.GoOn

    // The same steps, silently: what they use is handed out as it is.
    static member private Raw
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        let start = scan.used
        let step = RdbScanner.Steps(&scan, window, scratch, &token)

        if scan.used = start || step = RdbStep.Failed then
            step
        else
            token <- RdbToken()
            token.kind <- RdbTokenKind.Raw
            token.place <- TextPlace.Window
            token.start <- start
            token.length <- scan.used - start
            RdbStep.Token

    static member private Forget(scan: byref<RdbScan>) : RdbStep =
        RdbOpcodes.Forget &scan
        RdbNumbers.GoOn

    /// <summary>Reads up to the next token.</summary>
    /// <param name="scan">How far the RDB has been read.</param>
    /// <param name="window">
    /// The bytes of the RDB from the beginning, or from the first one on that was not used when the last window was
    /// released. It may be longer than it was last time.
    /// </param>
    /// <param name="scratch">
    /// Memory to uncompress into. What is in it has to stay as it is until it is said to be too small.
    /// </param>
    /// <param name="look">
    /// How closely to look at the value of the entry. It is what it was when the token behind <c>EntryStarted</c> was
    /// asked for, up to the end of the entry.
    /// </param>
    /// <param name="token">What was found, if something was. It holds until the next look.</param>
    static member Next
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, look: RdbLook, token: byref<RdbToken>)
        : RdbStep =
        token <- RdbToken()
        let mutable step = RdbNumbers.GoOn

        while step = RdbNumbers.GoOn do
            step <-
                match scan.place with
                | RdbPlace.Head -> RdbOpcodes.Head(&scan, window, &token)
                | RdbPlace.Between -> RdbOpcodes.Between(&scan, window, &token)
                | RdbPlace.Key -> RdbOpcodes.Key(&scan, window, scratch, &token)
                | RdbPlace.Value -> RdbScanner.Value(&scan, look)
                | RdbPlace.Steps when scan.look = RdbLook.Raw -> RdbScanner.Raw(&scan, window, scratch, &token)
                | RdbPlace.Steps -> RdbScanner.Steps(&scan, window, scratch, &token)
                | RdbPlace.EntryEnd -> RdbOpcodes.EntryEnd(&scan, &token)
                | RdbPlace.EntryOver -> RdbScanner.Forget &scan
                | RdbPlace.Tail -> RdbOpcodes.Tail(&scan, window, &token)
                | RdbPlace.Over -> RdbStep.Finished
                | _ -> RdbStep.Failed

        step

    /// <summary>
    /// Lets go of the used bytes of the window. The next window begins behind them, and no token points into it.
    /// </summary>
    /// <returns>How many bytes those are.</returns>
    static member Release(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : int =
        let used = scan.used
        RdbOpcodes.Sum(&scan, window)
        scan.origin <- scan.origin + int64 used
        scan.used <- 0
        scan.summed <- 0
        used

    // Whether they are the same as far as both go.
    static member private Agree(bytes: ReadOnlySpan<byte>, magic: ReadOnlySpan<byte>) : bool =
        let length = min bytes.Length magic.Length
        bytes.Slice(0, length).SequenceEqual(magic.Slice(0, length))

    // Whether these could be the first bytes of an RDB.
    static member private MayBegin(bytes: ReadOnlySpan<byte>) : bool =
        RdbScanner.Agree(bytes, ReadOnlySpan "REDIS"B)
        || RdbScanner.Agree(bytes, ReadOnlySpan "VALKEY"B)

    /// <summary>There are no more bytes than those in the window, and they were not enough.</summary>
    static member End(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : RdbStep =
        let unused = window.Slice scan.used
        // The offset of the trouble is where the bytes end.
        scan.used <- window.Length

        match scan.place with
        | RdbPlace.Head when unused.IsEmpty -> RdbNumbers.Fail(&scan, RdbTrouble.Empty)
        | RdbPlace.Head when not (RdbScanner.MayBegin unused) ->
            scan.used <- window.Length - unused.Length
            RdbNumbers.Fail(&scan, RdbTrouble.NotRdb)
        | _ -> RdbNumbers.Fail(&scan, RdbTrouble.Cut)
