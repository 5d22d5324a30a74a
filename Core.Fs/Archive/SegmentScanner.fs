namespace HybridReplica.Core

open System
open System.Runtime.InteropServices
open System.Text

/// Looks at the file of a segment: a SELECT, and behind it the stream, with annotations between the commands. What is
/// looked at is left where it is.
[<AbstractClass; Sealed>]
type SegmentScanner =

    // The SELECT in front of the stream, which is the same to the byte in every segment of a database.
    static member private Lead
        (scan: SegmentScan, window: ReadOnlySpan<byte>, trouble: byref<SegmentTrouble | null>)
        : SegmentScan =
        let select: byte[] = Array.zeroCreate SegmentLines.Longest
        let length = SegmentLines.WriteSelect(scan.First, Span select)
        let same = window.CommonPrefixLength(ReadOnlySpan(select, 0, length))

        if same = length then
            { scan with
                HasBegun = true
                Looked = int64 length
                SafeLooked = int64 length
                Ended = SegmentPart.Select
            }
        else
            if same < window.Length then
                trouble <-
                    if window[0] = byte '#' then
                        SegmentTrouble.AnnotationFirst
                    elif same < SegmentFronts.select.Length then
                        SegmentTrouble.NoSelect
                    else
                        SegmentTrouble.OtherDatabase scan.First

            scan

    // The seconds that a line says, -1 if it is about something else, and none if it should say them and does not.
    static member private TimeIn(line: ReadOnlySpan<byte>) : int64 voption =
        let mutable seconds = 0L

        if not (line.StartsWith(ReadOnlySpan SegmentFronts.time)) then
            ValueSome -1L
        elif FramingNumber.read (line, SegmentFronts.time.Length, &seconds) = line.Length then
            ValueSome seconds
        else
            ValueNone

    // The line that is at the front of the window.
    static member private Annotation
        (scan: SegmentScan, window: ReadOnlySpan<byte>, trouble: byref<SegmentTrouble | null>)
        : SegmentScan =
        let most = min SegmentLines.LongestAnnotation window.Length
        let length = window.Slice(0, most).IndexOf(byte '\n') + 1

        if scan.Transaction.IsSome then
            trouble <- SegmentTrouble.AnnotationInTransaction
            scan
        elif length = 0 then
            if most = SegmentLines.LongestAnnotation then
                trouble <- SegmentTrouble.AnnotationTooLong

            scan
        else
            let line = window.Slice(0, length)

            match SegmentScanner.TimeIn line with
            | ValueSome seconds ->
                { scan with
                    Looked = scan.Looked + int64 length
                    Seconds = (if seconds < 0L then scan.Seconds else seconds)
                    Ended = SegmentPart.Annotation
                }
            | ValueNone ->
                trouble <- SegmentTrouble.BadAnnotation(Encoding.Latin1.GetString(line).TrimEnd [| '\r'; '\n' |])
                scan

    static member private Commands
        (
            scan: SegmentScan,
            window: ReadOnlySpan<byte>,
            pace: Pace,
            ranges: Span<ArgumentRange>,
            trouble: byref<SegmentTrouble | null>
        ) : SegmentScan =
        let mutable found = null
        let stream = StreamScanner.ScanFile(scan.Stream, window, pace, ranges, &found)

        match found with
        | null -> ()
        | found -> trouble <- SegmentTrouble.Stream found

        let looked = scan.Looked + stream.BytesSince scan.Stream

        if looked = scan.Looked then
            scan
        else
            { scan with
                Stream = stream
                Looked = looked
                SafeLooked =
                    // There are no annotations inside of what is not safe.
                    (if stream.Safe = scan.Stream.Safe then
                         scan.SafeLooked
                     else
                         looked - stream.BytesBehindSafe)
                Ended =
                    (if stream.IsInCommand then
                         SegmentPart.Nothing
                     else
                         SegmentPart.Command)
            }

    // Only commands, or one of the others.
    static member private Step
        (
            scan: SegmentScan,
            window: ReadOnlySpan<byte>,
            pace: Pace,
            ranges: Span<ArgumentRange>,
            trouble: byref<SegmentTrouble | null>
        ) : SegmentScan =
        if window.IsEmpty then
            scan
        elif not scan.IsBegun then
            SegmentScanner.Lead(scan, window, &trouble)
        elif scan.IsBetween && window[0] = byte '#' then
            SegmentScanner.Annotation(scan, window, &trouble)
        else
            SegmentScanner.Commands(scan, window, pace, ranges, &trouble)

    /// <summary>Looks as far as it can.</summary>
    /// <param name="scan">How far the file has been looked at.</param>
    /// <param name="window">The bytes behind that. It has to hold more than 1024 of them to be sure to get
    /// further.</param>
    /// <param name="trouble">What cannot be in a segment, if it came to that.</param>
    /// <returns>How far it has been looked at now. More bytes are needed if that is not further.</returns>
    static member ScanWindow
        (scan: SegmentScan, window: ReadOnlySpan<byte>, [<Out>] trouble: byref<SegmentTrouble | null>)
        : SegmentScan =
        let mutable scan = scan
        let mutable at = 0
        let mutable isOver = false
        trouble <- null

        while not isOver do
            let next =
                SegmentScanner.Step(scan, window.Slice at, Pace.Window, Span.Empty, &trouble)

            isOver <- next.Byte = scan.Byte || not (isNull trouble)
            at <- at + int (next.Byte - scan.Byte)
            scan <- next

        scan

    /// <summary>
    /// Looks no further than to the end of one part, and says where the words are if that is a command of the stream.
    /// It stops behind the number of words if there is not room enough to say so.
    /// </summary>
    /// <param name="scan">How far the file has been looked at.</param>
    /// <param name="window">The bytes behind that.</param>
    /// <param name="ranges">
    /// Room for one range for each word, and for two at least; those of words seen before have to be in it still, as
    /// for <c>StreamScanner.ScanCommand</c>.
    /// </param>
    /// <param name="trouble">What cannot be in a segment, if it came to that.</param>
    /// <returns>How far it has been looked at now. More bytes are needed if that is not further. <c>Part</c> says what
    /// has ended there, if anything has.</returns>
    static member ScanNext
        (
            scan: SegmentScan,
            window: ReadOnlySpan<byte>,
            ranges: Span<ArgumentRange>,
            [<Out>] trouble: byref<SegmentTrouble | null>
        ) : SegmentScan =
        trouble <- null
        SegmentScanner.Step(scan, window, Pace.Command, ranges, &trouble)
