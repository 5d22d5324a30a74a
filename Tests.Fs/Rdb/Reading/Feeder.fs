namespace HybridReplica.Tests.Rdb

open System
open HybridReplica.Core

/// What is done with the tokens of an RDB.
type ITokens =
    abstract Take: scan: byref<RdbScan> * token: byref<RdbToken> * window: byte[] * scratch: byte[] -> unit

/// How an RDB is fed to the scanner.
type Feeding =
    {
        /// How many bytes arrive at a time, over and over again.
        Sizes: int[]
        PartsAbove: int
        /// The most bytes that may have to be in memory at once.
        Limit: int64
        /// How closely entries are looked at, one after the other, over and over again.
        Looks: RdbLook[]
        /// Whether the window is released behind every token, or only when more bytes are needed.
        IsHasty: bool
    }

/// Feeds RDBs to the scanner as a careful caller does: never more memory than for the bytes that really came.
[<Sealed>]
type Feeder() =
    let mutable window = Array.zeroCreate<byte> 256
    let mutable filled = 0
    let mutable scratch = Array.zeroCreate<byte> 256
    let mutable owned = 0L

    // Of an array, behind and in front of its bytes.
    let arrayOverhead = 32L

    let release (scan: byref<RdbScan>) =
        let used = RdbScanner.Release(&scan, ReadOnlySpan(window, 0, filled))
        filled <- filled - used
        Buffer.BlockCopy(window, used, window, 0, filled)
        // Nothing may be read that was let go.
        Array.Fill(window, 0xEEuy, filled, used)

    let append (file: byte[]) from count =
        if filled + count > window.Length then
            Array.Resize(&window, max (filled + count) (2 * window.Length))
            owned <- owned + int64 window.Length + arrayOverhead

        Buffer.BlockCopy(file, from, window, filled, count)
        filled <- filled + count

    /// The most calls of `Next` that may come to an end. A compressed byte becomes 88 at most.
    static member StepsFor(length: int) = 100L * int64 length + 1000L

    /// The most scratch memory that may be asked for.
    static member ScratchFor(length: int) = 100L * int64 length + 65536L

    /// Bytes of all the memory that it ever had to make larger for an RDB.
    member _.Owned = owned

    /// Calls of `Next` for the last RDB.
    member val Steps = 0L with get, set

    /// Reads an RDB to its end, good or bad.
    member this.Feed(file: byte[], length: int, feeding: Feeding, tokens: ITokens) : RdbScan =
        let mutable scan = RdbScanner.Start(feeding.PartsAbove, feeding.Limit)
        let mutable token = RdbToken()
        let mutable step = RdbStep.Token
        let mutable arrived = 0
        let mutable turn = 0
        filled <- 0
        this.Steps <- 0L

        while step < RdbStep.Finished do
            this.Steps <- this.Steps + 1L

            if this.Steps > Feeder.StepsFor length then
                failwith $"There is no end after {this.Steps} steps for {length} bytes."

            let look = feeding.Looks[int (scan.Entries % int64 feeding.Looks.Length)]
            step <- RdbScanner.Next(&scan, ReadOnlySpan(window, 0, filled), Span scratch, look, &token)

            match step with
            | RdbStep.Token ->
                tokens.Take(&scan, &token, window, scratch)

                if feeding.IsHasty then
                    release &scan
            | RdbStep.NeedsMore when scan.Wanted <= int64 (filled - scan.Used) ->
                failwith $"{scan.Wanted} bytes are wanted at {scan.Offset}, and {filled - scan.Used} are there."
            | RdbStep.NeedsMore when scan.Wanted > feeding.Limit ->
                failwith $"{scan.Wanted} bytes are wanted in the window, and {feeding.Limit} are the limit."
            | RdbStep.NeedsMore when arrived = length -> step <- RdbScanner.End(&scan, ReadOnlySpan(window, 0, filled))
            | RdbStep.NeedsMore ->
                release &scan
                let wanted = scan.Wanted

                while int64 filled < wanted && arrived < length do
                    let count = min feeding.Sizes[turn % feeding.Sizes.Length] (length - arrived)
                    turn <- turn + 1
                    append file arrived count
                    arrived <- arrived + count
            | RdbStep.NeedsScratch when scan.Wanted <= int64 scratch.Length ->
                failwith $"{scan.Wanted} bytes of scratch memory are wanted, and {scratch.Length} are there."
            | RdbStep.NeedsScratch when scan.Wanted > Feeder.ScratchFor length ->
                failwith $"{scan.Wanted} bytes of scratch memory are wanted for an RDB of {length}."
            | RdbStep.NeedsScratch -> scratch <- Array.zeroCreate<byte>(int scan.Wanted)
            | _ -> ()

        scan
