namespace HybridReplica.Core

open System
open System.Buffers.Text
open System.Runtime.CompilerServices

/// The numbers that frame commands and words, and the one that SELECT names.
module internal FramingNumber =

    /// The line is not all there yet.
    [<Literal>]
    let Incomplete = 0

    /// It is no number, or not one that can be used.
    [<Literal>]
    let Bad = -1

    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    let private isDigit (value: byte) = uint32 value - uint32 '0' <= 9u

    /// Reads digits and a line end from `start` on: where the next line begins, or one of the two above.
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    let read (window: ReadOnlySpan<byte>, start: int, number: byref<int64>) : int =
        let mutable at = start
        let mutable value = 0L

        while at < window.Length && isDigit window[at] && at - start < Limits.NumberDigits do
            value <- value * 10L + int64 (window[at] - byte '0')
            at <- at + 1

        number <- value

        if at = window.Length then Incomplete
        elif at = start || window[at] <> byte '\r' then Bad
        elif at + 1 = window.Length then Incomplete
        elif window[at + 1] <> byte '\n' then Bad
        else at + 2

    /// The number of a database, written in digits alone.
    let tryDatabase (word: ReadOnlySpan<byte>) : int voption =
        let mutable database = 0
        let mutable used = 0

        // The parser would take a sign.
        if
            word.Length > 0
            && word.Length <= Limits.NumberDigits
            && isDigit word[0]
            && Utf8Parser.TryParse(word, &database, &used)
            && used = word.Length
        then
            ValueSome database
        else
            ValueNone
