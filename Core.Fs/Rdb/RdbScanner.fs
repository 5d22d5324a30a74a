namespace HybridReplica.Core

open System

/// Reads an RDB as it comes, cut anywhere. It does no IO and keeps no memory: the window holds the bytes that are next,
/// the scratch memory what had to be uncompressed.
[<AbstractClass; Sealed>]
type RdbScanner =

    /// <summary>The beginning of an RDB.</summary>
    /// <param name="partsAbove">
    /// Texts of values longer than this many bytes come in parts, unless they are compressed.
    /// </param>
    /// <param name="limit">The most bytes that may have to be in the window, or in the scratch memory, at once.</param>
    static member Start(partsAbove: int, limit: int64) : RdbScan =
        let mutable scan = RdbScan()
        scan.partsAbove <- partsAbove
        scan.limit <- limit
        scan.entryOffset <- -1L
        scan.idle <- -1L
        scan.frequency <- -1
        scan

    /// <summary>Reads up to the next token.</summary>
    /// <param name="scan">How far the RDB has been read.</param>
    /// <param name="window">
    /// The bytes of the RDB from the one on that was first in the last window released, or from its beginning. It may be
    /// longer than it was last time.
    /// </param>
    /// <param name="scratch">
    /// Memory to uncompress into, which has to keep what is in it between two tokens of one entry.
    /// </param>
    /// <param name="look">
    /// How closely to look at the value of the entry. What it was when the token behind `EntryStarted` was read holds to
    /// the end of the entry.
    /// </param>
    /// <param name="token">What was found, if something was. It holds until the window is released.</param>
    static member Next
        (
            scan: byref<RdbScan>,
            window: ReadOnlySpan<byte>,
            scratch: Span<byte>,
            look: RdbLook,
            token: byref<RdbToken>
        ) : RdbStep =
        token <- RdbToken()

        if window.Length - scan.used < Limits.RdbHeadLength then
            scan.wanted <- int64 Limits.RdbHeadLength
            RdbStep.NeedsMore
        elif scratch.IsEmpty && look = RdbLook.Typed then
            scan.wanted <- 65536L
            RdbStep.NeedsScratch
        else
            RdbStep.Finished

    /// <summary>
    /// Lets go of the used bytes of the window. The next window begins behind them, and no token points into it.
    /// </summary>
    /// <returns>How many bytes those are.</returns>
    static member Release(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : int =
        let used = scan.used

        scan.checksum <- Crc64.update (scan.checksum, window.Slice(scan.summed, used - scan.summed))

        scan.origin <- scan.origin + int64 used
        scan.used <- 0
        scan.summed <- 0
        used

    /// <summary>There are no more bytes than those in the window, and they were not enough.</summary>
    static member End(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : RdbStep =
        scan.trouble <-
            if scan.place = RdbPlace.Head && window.IsEmpty then
                RdbTrouble.Empty
            else
                RdbTrouble.Cut

        scan.place <- RdbPlace.Failed
        RdbStep.Failed
