namespace HybridReplica.Core

open System
open System.Runtime.CompilerServices

/// The short way over what most of a stream is made of: whole commands in the window that are mere data. It gives up on
/// everything else, whatever that is, and leaves it to the steps of `Scanning`.
[<AbstractClass; Sealed>]
type internal Skimming =

    // The number in a line such as `$5`: where the next line begins, or zero. Six digits are enough for what is in a
    // window, and the longest such line has nine bytes.
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member private Number(window: ReadOnlySpan<byte>, at: int, mark: byte, number: byref<int>) : int =
        if window.Length - at < 9 || window[at] <> mark then
            0
        else
            let mutable next = at + 1
            let mutable value = 0
            let mutable digit = uint32 window[next] - uint32 '0'

            while digit <= 9u && next < at + 7 do
                value <- value * 10 + int digit
                next <- next + 1
                digit <- uint32 window[next] - uint32 '0'

            number <- value

            if next > at + 1 && window[next] = byte '\r' && window[next + 1] = byte '\n' then
                next + 2
            else
                0

    // The end of the word that begins there, its line end included, or zero.
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member private Word(window: ReadOnlySpan<byte>, at: int, start: byref<int>) : int =
        let mutable length = 0
        let first = Skimming.Number(window, at, byte '$', &length)
        let last = first + length
        start <- first

        if
            first > 0
            && last + 1 < window.Length
            && window[last] = byte '\r'
            && window[last + 1] = byte '\n'
        then
            last + 2
        else
            0

    // The end of the command that begins there, how many words it has, and how long the last of them is; zero if it is
    // not one to skim, or if there is no room for its ranges and they are wanted.
    static member private Command
        (
            window: ReadOnlySpan<byte>,
            at: int,
            ranges: Span<ArgumentRange>,
            wantsRanges: bool,
            words: byref<int>,
            length: byref<int>
        ) : int =
        let mutable count = 0
        let mutable start = 0
        let mutable next = Skimming.Number(window, at, byte '*', &count)
        let mutable word = 0

        if next = 0 || count = 0 || wantsRanges && count > ranges.Length then
            0
        else
            while next > 0 && word < count do
                next <- Skimming.Word(window, next, &start)

                if next > 0 then
                    let wordLength = next - 2 - start
                    length <- wordLength

                    if
                        word = 0
                        && CommandKinds.ofName (window.Slice(start, wordLength)) <> CommandKind.Data
                    then
                        next <- 0
                    elif wantsRanges then
                        ranges[word] <-
                            {
                                Start = start - at
                                Length = wordLength
                            }

                    word <- word + 1

            words <- count
            next

    /// Goes over as many such commands as the pace allows: where the look goes on.
    static member Run
        (
            scan: byref<ScanFields>,
            window: ReadOnlySpan<byte>,
            start: int,
            origin: int64,
            pace: Pace,
            ranges: Span<ArgumentRange>
        ) : int =
        let wantsRanges = (pace = Pace.Command)
        let mutable at = start
        let mutable last = start
        let mutable words = 0
        let mutable length = 0

        let mutable next =
            Skimming.Command(window, at, ranges, wantsRanges, &words, &length)

        while next > at do
            last <- at
            at <- next
            scan.Announced <- int64 words
            scan.Length <- int64 length

            if pace = Pace.Window then
                next <- Skimming.Command(window, at, ranges, wantsRanges, &words, &length)

        // It is as if only the last of them had been looked at, because none of the others matters any more.
        if at > start then
            scan.First <- origin + int64 last
            scan.Kind <- CommandKind.Data
            scan.Seen <- scan.Announced
            Scanning.Finish(&scan, origin + int64 at)

        at
