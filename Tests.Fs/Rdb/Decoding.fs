/// A whole RDB read at once, and everything found in it kept.
module HybridReplica.Tests.Decoding

open System
open HybridReplica.Core

/// A token that points into nobody's memory. What its kind does not mention has no meaning.
[<NoComparison>]
type Found =
    {
        Kind: RdbTokenKind
        Text: byte[]
        Number: int64
        Second: int64
        Third: int64
        Id: StreamId
        Time: int64
        Count: int64
        Score: float
    }

/// An entry, and what was found in its value.
[<NoComparison>]
type FoundEntry =
    {
        Database: int
        Key: byte[]
        Type: RdbValueType
        Encoding: string
        Expiry: int64 voption
        Idle: int64 voption
        Frequency: int voption
        /// Where it begins and ends.
        Offset: int64
        EndOffset: int64
        Value: Found list
    }

/// What came of it.
[<NoComparison>]
type Decoded =
    {
        Version: RdbVersion
        /// What is not in an entry, in order.
        Beside: Found list
        /// The entries that were read to their end.
        Entries: FoundEntry list
        /// Why it could not be read further, and where that was.
        Trouble: (RdbTrouble * int64) option
        Verdict: RdbVerdict
    }

let private keep (token: byref<RdbToken>) (window: byte[]) (scratch: byte[]) =
    let room = Array.zeroCreate<byte> 20

    {
        Kind = token.Kind
        Text = token.Text(ReadOnlySpan window, ReadOnlySpan scratch, Span room).ToArray()
        Number = token.Number
        Second = token.Second
        Third = token.Third
        Id = token.Id
        Time = token.Time
        Count = token.Count
        Score = token.Score
    }

let private entryOf (scan: byref<RdbScan>) (key: Found) =
    {
        Database = scan.Database
        Key = key.Text
        Type = nonNull scan.ValueType
        Encoding = nonNull scan.Encoding
        Expiry = scan.Expiry
        Idle = scan.Idle
        Frequency = scan.Frequency
        Offset = scan.EntryOffset
        EndOffset = 0L
        Value = []
    }

/// Reads an RDB, looking so closely at every value. Texts come whole.
let decode (look: RdbLook) (window: byte[]) : Decoded =
    let mutable scan = RdbScanner.Start(Int32.MaxValue, int64 Int32.MaxValue)
    let mutable scratch = Array.empty<byte>
    let mutable token = RdbToken()
    let mutable step = RdbStep.Token
    let mutable entry: FoundEntry option = None
    let beside = ResizeArray<Found>()
    let entries = ResizeArray<FoundEntry>()
    let value = ResizeArray<Found>()

    while step <> RdbStep.Finished && step <> RdbStep.Failed do
        step <- RdbScanner.Next(&scan, ReadOnlySpan window, Span scratch, look, &token)

        match step with
        | RdbStep.NeedsScratch -> scratch <- Array.zeroCreate<byte>(int scan.Wanted)
        | RdbStep.NeedsMore -> step <- RdbScanner.End(&scan, ReadOnlySpan window)
        | RdbStep.Token ->
            let found = keep &token window scratch

            match found.Kind, entry with
            | RdbTokenKind.EntryStarted, _ ->
                value.Clear()
                entry <- Some(entryOf &scan found)
            | RdbTokenKind.EntryEnded, Some started ->
                entries.Add
                    { started with
                        EndOffset = scan.Offset
                        Value = List.ofSeq value
                    }

                entry <- None
            | _, Some _ -> value.Add found
            | _, None -> beside.Add found
        | _ -> ()

    {
        Version = scan.Version
        Beside = List.ofSeq beside
        Entries = List.ofSeq entries
        Trouble =
            match scan.Trouble with
            | null -> None
            | trouble -> Some(trouble, scan.Offset)
        Verdict = scan.Verdict
    }

/// Reads a sound RDB with the values as they are.
let typed (window: byte[]) : Decoded = decode RdbLook.Typed window

/// The value of an entry that was looked at raw.
let rawValue (entry: FoundEntry) : byte[] =
    entry.Value |> List.map _.Text |> Array.concat
