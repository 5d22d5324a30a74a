namespace HybridReplica.Core

open System
open System.Buffers.Text

module internal SegmentFronts =

    /// The front of a SELECT that is the same for all databases.
    let select: byte[] = "*2\r\n$6\r\nSELECT\r\n$"B

    /// The front of an annotation that says the time.
    let time: byte[] = "#TS:"B

/// What a segment holds beside the stream: the SELECT that it begins with, and annotations. Nothing here allocates.
[<AbstractClass; Sealed>]
type SegmentLines =

    /// Room for the longest of them, in bytes.
    static member Longest = 64

    /// Most bytes of an annotation, its line end included. Servers read it into 1024 bytes, of which C needs one
    /// (`AOF_ANNOTATION_LINE_MAX_LEN`, 7.0.15).
    static member LongestAnnotation = 1023

    static member private DigitsOf(number: int64) : int =
        let mutable digits = 1
        let mutable rest = number / 10L

        while rest > 0L do
            digits <- digits + 1
            rest <- rest / 10L

        digits

    static member private Number(target: Span<byte>, number: int64) : int =
        let mutable written = 0
        Utf8Formatter.TryFormat(number, target, &written) |> ignore
        written

    static member private LineEnd(target: Span<byte>) : int =
        target[0] <- byte '\r'
        target[1] <- byte '\n'
        2

    /// <summary>Writes the SELECT of a database.</summary>
    /// <param name="database">Its number, not negative.</param>
    /// <param name="target">At least <c>Longest</c> bytes.</param>
    /// <returns>How many bytes it takes.</returns>
    static member WriteSelect(database: int, target: Span<byte>) : int =
        SegmentFronts.select.AsSpan().CopyTo target
        let mutable at = SegmentFronts.select.Length

        at <-
            at
            + SegmentLines.Number(target.Slice at, int64 (SegmentLines.DigitsOf database))

        at <- at + SegmentLines.LineEnd(target.Slice at)
        at <- at + SegmentLines.Number(target.Slice at, int64 database)
        at + SegmentLines.LineEnd(target.Slice at)

    /// <summary>Writes the annotation that says the time.</summary>
    /// <param name="seconds">Unix time, not negative.</param>
    /// <param name="target">At least <c>Longest</c> bytes.</param>
    /// <returns>How many bytes it takes.</returns>
    static member WriteAnnotation(seconds: int64, target: Span<byte>) : int =
        SegmentFronts.time.AsSpan().CopyTo target
        let mutable at = SegmentFronts.time.Length
        at <- at + SegmentLines.Number(target.Slice at, seconds)
        at + SegmentLines.LineEnd(target.Slice at)
