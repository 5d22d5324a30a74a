namespace HybridReplica.Core

open System
open System.Runtime.InteropServices

/// Looks at the stream. What is looked at is left where it is. It finds what `StreamGrammar` describes.
[<AbstractClass; Sealed>]
type StreamScanner =

    // Where the word is that ends at the offset, if there is room to say so.
    static member private Remember(scan: inref<ScanFields>, offset: int64, ranges: Span<ArgumentRange>) : unit =
        let index = scan.Seen - 1L

        if index < int64 ranges.Length then
            ranges[int index] <-
                {
                    Start = int (offset - 2L - scan.Length - scan.First)
                    Length = int scan.Length
                }

    static member private Look
        (
            scan: StreamScan,
            window: ReadOnlySpan<byte>,
            pace: Pace,
            isFile: bool,
            ranges: Span<ArgumentRange>,
            trouble: byref<StreamTrouble | null>
        ) : StreamScan =
        // A copy that only this look changes.
        let mutable scan = scan.Fields
        let origin = scan.End
        let mutable at = 0
        let mutable isOver = false
        trouble <- null

        if Scanning.IsBetween &scan then
            scan.Announced <- 0L
            scan.Seen <- 0L

        while not isOver && at < window.Length do
            let before = at

            if pace <> Pace.Word && Scanning.IsBetween &scan then
                at <- Skimming.Run(&scan, window, at, origin, pace, ranges)

            if at > before then
                isOver <- pace = Pace.Command
            elif
                isFile
                && Scanning.IsBetween &scan
                && not (Scanning.MayBeInFile(window, at, &trouble))
            then
                isOver <- true
            elif Scanning.IsBetween &scan then
                at <- Scanning.Begin(&scan, window, at, origin, ranges, &trouble)

                // What was typed is whole at once; and whoever wants the words makes room for them first.
                isOver <-
                    pace <> Pace.Window
                    && scan.Announced > 0L
                    && (Scanning.IsBetween &scan || scan.Announced > int64 ranges.Length)
            elif scan.Left < 0L then
                at <- Scanning.BeginWord(&scan, window, at, &trouble)
                isOver <- pace = Pace.Word
            else
                at <- Scanning.ContinueWord(&scan, window, at, &trouble)
                isOver <- pace = Pace.Word

                if scan.Left < 0L then
                    StreamScanner.Remember(&scan, origin + int64 at, ranges)

                    if Scanning.IsBetween &scan then
                        Scanning.Finish(&scan, origin + int64 at)
                        isOver <- pace <> Pace.Window || scan.Kind = CommandKind.Getack

            if at = before || not (isNull trouble) then
                isOver <- true

        scan.End <- origin + int64 at
        { Fields = scan }

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
        StreamScanner.Look(scan, window, Pace.Window, false, Span.Empty, &trouble)

    /// <summary>
    /// Looks no further than to the end of a command, and says where its words are. It stops behind the number of
    /// words if there is not room enough to say so.
    /// </summary>
    /// <param name="scan">How far the stream has been looked at.</param>
    /// <param name="window">The bytes behind that.</param>
    /// <param name="ranges">
    /// Room for one range for each word, and for two at least; those of words seen before have to be in it still. They
    /// count in 32 bits: a command that does not fit into memory is looked at with <c>ScanWord</c>.
    /// </param>
    /// <param name="trouble">What cannot be in a stream, if it came to that.</param>
    /// <returns>How far it has been looked at now.</returns>
    static member ScanCommand
        (
            scan: StreamScan,
            window: ReadOnlySpan<byte>,
            ranges: Span<ArgumentRange>,
            [<Out>] trouble: byref<StreamTrouble | null>
        ) : StreamScan =
        StreamScanner.Look(scan, window, Pace.Command, false, ranges, &trouble)

    /// <summary>
    /// Looks no further than to the end of the length in front of a word, or to the end of what there is of the word.
    /// The line of a SELECT or PING that was typed is looked at as a whole.
    /// </summary>
    /// <param name="scan">How far the stream has been looked at.</param>
    /// <param name="window">The bytes behind that.</param>
    /// <param name="trouble">What cannot be in a stream, if it came to that.</param>
    /// <returns>How far it has been looked at now.</returns>
    static member ScanWord
        (scan: StreamScan, window: ReadOnlySpan<byte>, [<Out>] trouble: byref<StreamTrouble | null>)
        : StreamScan =
        StreamScanner.Look(scan, window, Pace.Word, false, Span.Empty, &trouble)

    // As the other looks do, but at an append-only file: whatever is no array of words ends the look, and is trouble
    // unless it is an annotation.
    static member internal ScanFile
        (
            scan: StreamScan,
            window: ReadOnlySpan<byte>,
            pace: Pace,
            ranges: Span<ArgumentRange>,
            trouble: byref<StreamTrouble | null>
        ) : StreamScan =
        StreamScanner.Look(scan, window, pace, true, ranges, &trouble)
