/// Readers of a stream that arrives in pieces, one for each pace of the scanner, and what they found. They keep what
/// the scanner left, as everybody does who reads from a socket.
module internal HybridReplica.Tests.StreamReaders

open System
open System.Text
open Expecto
open HybridReplica.Core

/// What one look came to.
type Look =
    {
        Scan: StreamScan
        Trouble: StreamTrouble voption
    }

/// How one pace looks: at the window behind the scan, with room for the words of a command.
type Looking = StreamScan -> byte[] -> ArgumentRange[] -> Look

let private lookOf scan (trouble: StreamTrouble | null) =
    {
        Scan = scan
        Trouble = ValueOption.ofObj trouble
    }

let window: Looking =
    fun scan bytes _ ->
        let mutable trouble = null
        let scan = StreamScanner.ScanWindow(scan, ReadOnlySpan bytes, &trouble)
        lookOf scan trouble

let byCommand: Looking =
    fun scan bytes ranges ->
        let mutable trouble = null

        let scan =
            StreamScanner.ScanCommand(scan, ReadOnlySpan bytes, Span ranges, &trouble)

        lookOf scan trouble

let byWord: Looking =
    fun scan bytes _ ->
        let mutable trouble = null
        let scan = StreamScanner.ScanWord(scan, ReadOnlySpan bytes, &trouble)
        lookOf scan trouble

/// The place in a text that begins at `StreamGenerators.start`.
let private index (Offset offset) =
    int (offset - StreamGenerators.start.Offset.Bytes)

/// Reads a text of which so many bytes are there.
let private lookAt (looking: Looking) (text: byte[]) there (scan: StreamScan) ranges =
    let look = looking scan text[index scan.Offset .. there - 1] ranges
    Expect.isGreaterThanOrEqual look.Scan.Offset scan.Offset "a look never goes back"
    Expect.isLessThanOrEqual (index look.Scan.Offset) there "a look never goes further than the window"
    look

/// Every look at a text that arrives in pieces of these sizes, and how many bytes were there then. It ends with
/// trouble, or when there is no more to look at.
let looks (looking: Looking) (sizes: int list) (text: byte[]) : (int * Look) list =
    let ranges: ArgumentRange[] = Array.zeroCreate (text.Length + 2)

    let rec go there (scan: StreamScan) (coming: int list) found =
        let look = lookAt looking text there scan ranges
        let found = (there, look) :: found

        if look.Trouble.IsSome then
            found
        elif look.Scan.Offset > scan.Offset then
            go there look.Scan coming found
        elif there = text.Length then
            found
        else
            match coming with
            | [] -> go there look.Scan sizes found
            | size :: later -> go (min text.Length (there + size)) look.Scan later found

    go 0 (StreamScan.At StreamGenerators.start) sizes [] |> List.rev

/// How a text ended, by its last look.
let endingOf (looks: (int * Look) list) : StreamEnding =
    let there, look = List.last looks

    match look.Trouble with
    | ValueSome trouble -> StreamEnding.Trouble(look.Scan.Offset.Bytes, trouble)
    | ValueNone when look.Scan.IsInCommand || index look.Scan.Offset < there -> StreamEnding.Inside
    | ValueNone -> StreamEnding.Between

let private commandOf (before: StreamScan) (scan: StreamScan) words : StreamCommand =
    let transaction =
        if before.Transaction.IsSome then
            before.Transaction
        else
            scan.Transaction

    // A MULTI that is looked at in pieces has opened its transaction by the last of them.
    let position = scan.SafePosition StreamGenerators.start.Id

    {
        Start = scan.CommandStart.Bytes
        End = scan.Offset.Bytes
        Words = words
        Kind = scan.Kind
        Database = scan.Database
        Transaction = ValueOption.map (fun (offset: Offset) -> offset.Bytes) transaction
        Safe = position.Offset.Bytes
        SafeDatabase = position.Database
        Changed = scan.Changed.Bytes
    }

let private slice (text: byte[]) start length =
    Encoding.Latin1.GetString(text, start, length)

/// The commands of a text, read command by command: their words are where the ranges say.
let readByCommand (sizes: int list) (text: byte[]) : StreamCommand list * StreamEnding =
    let ranges: ArgumentRange[] = Array.zeroCreate (text.Length + 2)

    let looking: Looking = fun scan bytes _ -> byCommand scan bytes ranges

    let mutable before = StreamScan.At StreamGenerators.start
    let commands = ResizeArray()

    // The ranges have to be read before the next look writes over them.
    let watching: Looking =
        fun scan bytes given ->
            let look = looking scan bytes given

            if look.Scan.IsWhole then
                let start = index look.Scan.CommandStart

                let words =
                    [
                        for range in Seq.take (int look.Scan.Words) ranges do
                            slice text (start + range.Start) range.Length
                    ]

                commands.Add(commandOf before look.Scan words)
                before <- look.Scan

            look

    let ending = looks watching sizes text |> endingOf
    List.ofSeq commands, ending

/// The commands of a text, read word by word: their bytes are put together from what each look went over.
let readByWord (sizes: int list) (text: byte[]) : StreamCommand list * StreamEnding =
    let all = looks byWord sizes text
    let commands = ResizeArray()
    let words = ResizeArray<string>()
    let word = StringBuilder()
    let mutable before = StreamScan.At StreamGenerators.start
    let mutable last = before

    for _, look in all do
        let scan = look.Scan

        if last.IsInWord then
            let length = int (last.WordLeft - (if scan.IsInWord then scan.WordLeft else 0L))
            word.Append(slice text (index last.Offset) length) |> ignore

        if scan.WordsSeen > last.WordsSeen && last.IsInWord then
            words.Add(word.ToString())
            word.Clear() |> ignore

        if scan.IsWhole then
            // What was typed is whole at once: its words are in the line.
            let typed =
                slice text (index scan.CommandStart) (int (scan.Offset.Bytes - scan.CommandStart.Bytes))

            let separators = [| ' '; '\r'; '\n' |]

            let words =
                if words.Count = 0 then
                    List.ofArray (typed.Split(separators, StringSplitOptions.RemoveEmptyEntries))
                else
                    List.ofSeq words

            commands.Add(commandOf before scan words)
            before <- scan

        if scan.IsWhole then
            words.Clear()

        last <- scan

    List.ofSeq commands, endingOf all

/// What the grammar says of a text.
let readByGrammar (text: string) : StreamCommand list * StreamEnding =
    let reading = StreamGrammar.read StreamGenerators.start text
    reading.Commands, reading.Ending
