namespace HybridReplica.Core

open System
open System.Diagnostics.CodeAnalysis
open System.Runtime.InteropServices
open System.Text

// What can be at the front of the receive window, one function for each expectation.
module internal FrontOfWindow =

    /// Characters of an over-long line that are shown to people.
    [<Literal>]
    let private Shown = 200

    let private isLineEnd = byte '\n'

    let private textOf (bytes: ReadOnlySpan<byte>) = Encoding.Latin1.GetString bytes

    let private withoutReturn (line: ReadOnlySpan<byte>) =
        if line.Length > 0 && line[line.Length - 1] = byte '\r' then
            line.Slice(0, line.Length - 1)
        else
            line

    let private line (limit: int, begun: bool, window: ReadOnlySpan<byte>, consumed: byref<int>) : Event | null =
        let seen = window.Slice(0, min limit window.Length)
        let length = seen.IndexOf isLineEnd

        if length >= 0 then
            consumed <- length + 1
            Event.Replied(Reply.Read(textOf (withoutReturn (seen.Slice(0, length)))))
        elif seen.Length = limit then
            Event.LineTooLong(textOf (seen.Slice(0, min Shown limit)))
        elif window.Length > 0 && not begun then
            Event.LineBegun
        else
            null

    // The longest tail of the window that could be the beginning of the mark: it cannot be given to the snapshot yet.
    let private tailThatMayBeginMark (mark: ReadOnlySpan<byte>, window: ReadOnlySpan<byte>) =
        let mutable length = min (mark.Length - 1) window.Length

        while length > 0
              && not (window.Slice(window.Length - length).SequenceEqual(mark.Slice(0, length))) do
            length <- length - 1

        length

    let private untilMark (mark: EofMark, window: ReadOnlySpan<byte>, consumed: byref<int>) : Event | null =
        let buffer: Span<byte> = Span<byte>(Array.zeroCreate<byte> Limits.MarkLength)
        let bytes = Encoding.Latin1.GetBytes(mark.Text.AsSpan(), buffer)
        let mark: ReadOnlySpan<byte> = Span.op_Implicit (buffer.Slice(0, bytes))

        match window.IndexOf mark with
        | 0 ->
            consumed <- mark.Length
            Event.MarkReached
        | -1 ->
            consumed <- window.Length - tailThatMayBeginMark (mark, window)
            if consumed > 0 then Event.Arrived consumed else null
        | before ->
            consumed <- before
            Event.Arrived before

    let private counted (left: int64, window: ReadOnlySpan<byte>, consumed: byref<int>) : Event | null =
        consumed <- int (min left (int64 window.Length))
        if consumed > 0 then Event.Arrived consumed else null

    // As far as the window, or to the end of a command outside of transactions, or to what wants an answer.
    let private upToBoundary (scan: StreamScan, window: ReadOnlySpan<byte>, trouble: byref<StreamTrouble | null>) =
        let mutable next = scan
        let mutable isOver = false

        while not isOver do
            let before = next
            next <- StreamScanner.ScanWord(before, window.Slice(int (before.BytesSince scan)), &trouble)

            isOver <-
                next.Offset = before.Offset
                || not (isNull trouble)
                || next.Offset = next.Safe
                || next.IsAsked

        next

    // What can be used is told before what cannot.
    let private stream
        (scan: StreamScan, toBoundary: bool, window: ReadOnlySpan<byte>, consumed: byref<int>)
        : Event | null =
        let mutable trouble = null

        let next =
            if toBoundary then
                upToBoundary (scan, window, &trouble)
            else
                StreamScanner.ScanWindow(scan, window, &trouble)

        consumed <- int (next.BytesSince scan)

        match trouble with
        | _ when consumed > 0 -> Event.Streamed next
        | Null -> null
        | NonNull trouble -> Event.StreamMalformed trouble

    let look (expectation, window: ReadOnlySpan<byte>, consumed: byref<int>) : Event | null =
        match expectation with
        | Expectation.Nothing -> null
        | Expectation.Line(limit, begun) -> line (limit, begun, window, &consumed)
        | Expectation.SnapshotHead when window.Length < Limits.RdbHeadLength -> null
        | Expectation.SnapshotHead -> Event.SnapshotBegun(RdbVersion.TryRead(window.Slice(0, Limits.RdbHeadLength)))
        | Expectation.Snapshot(Remainder.Counted left) -> counted (left, window, &consumed)
        | Expectation.Snapshot(Remainder.Until mark) -> untilMark (mark, window, &consumed)
        | Expectation.Stream scan -> stream (scan, false, window, &consumed)
        | Expectation.StreamToBoundary scan -> stream (scan, true, window, &consumed)
        | Expectation.Repeated left ->
            consumed <- int (min left (int64 window.Length))
            if consumed > 0 then Event.Repeated consumed else null

/// Turns the bytes at the front of the receive window into events.
[<AbstractClass; Sealed>]
type Framing =

    /// <summary>Looks for what is expected at the front of the window.</summary>
    /// <param name="expectation">What to look for: <c>State.Expects</c>.</param>
    /// <param name="window">All that was received and not used up yet, the oldest byte first.</param>
    /// <param name="event">What was found.</param>
    /// <param name="consumed">How many bytes it used up. They leave the window last.</param>
    /// <returns>False: more bytes are needed first.</returns>
    static member TryNext
        (
            expectation: Expectation,
            window: ReadOnlySpan<byte>,
            [<Out; NotNullWhen true>] event: byref<Event | null>,
            [<Out>] consumed: byref<int>
        ) : bool =
        consumed <- 0
        event <- FrontOfWindow.look (expectation, window, &consumed)
        not (isNull event)
