/// What a sound shell can report of the stream and of whoever consumes it.
module HybridReplica.Tests.SoundStream

open System
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

/// What masters send, in pieces that may end within a command.
let private pieces =
    let set = StreamGenerators.command [ "SET"; "key"; "value" ]

    Gen.frequency
        [
            6, Gen.constant set
            3,
            Gen.elements [ "PING"; "ping" ]
            |> Gen.map (List.singleton >> StreamGenerators.command)
            2,
            Gen.choose (0, 15)
            |> Gen.map (fun database -> StreamGenerators.command [ "SELECT"; string database ])
            3, Gen.constant (StreamGenerators.command [ "MULTI" ])
            4, Gen.constant (StreamGenerators.command [ "EXEC" ])
            3, Gen.constant (StreamGenerators.command [ "REPLCONF"; "GETACK"; "*" ])
            1, Gen.elements [ "select 3\r\n"; "PING\r\n"; "\r\n"; "*0\r\n" ]
            3,
            Gen.choose (1, set.Length - 1)
            |> Gen.map (fun length -> set.Substring(0, length))
            1, Gen.constant "*2\r\n$3\r\nDEL\r\n$100000\r\nabc"
        ]

/// What completes the command that has been begun.
let completion (scan: StreamScan) : string =
    let word =
        if scan.IsInWord then
            String('w', int scan.WordLeft) + "\r\n"
        else
            "$1\r\nw\r\n"

    let wordsLeft = int (scan.Words - scan.WordsSeen) - 1
    word + String.replicate wordsLeft "$1\r\nw\r\n"

let private malformed =
    Gen.elements
        [
            StreamTrouble.NotACommand "?"
            StreamTrouble.BadLength "$x"
            StreamTrouble.BadDatabase "x"
        ]
    |> Gen.map Event.StreamMalformed

let private look (scan: StreamScan) (text: string) : Event =
    let mutable trouble = null

    let next =
        StreamScanner.ScanWindow(scan, ReadOnlySpan(StreamGenerators.bytes text), &trouble)

    if next.Offset > scan.Offset then
        Event.Streamed next
    else
        Event.StreamMalformed(StreamTrouble.NotACommand text)

/// More of the stream, from where it was looked at last.
let streamed (scan: StreamScan) : (int * Gen<Event>) list =
    let more =
        if scan.IsInCommand && scan.Words - scan.WordsSeen < 100L then
            Gen.map (fun more -> look scan (completion scan + more)) (Gen.oneof [ pieces; Gen.constant "" ])
        else
            Gen.map
                (String.concat "" >> look scan)
                (Gen.choose (1, 4) |> Gen.bind (fun count -> Gen.listOfLength count pieces))

    [ 40, more; 1, malformed ]

/// Bytes that came before.
let repeated (left: int64) : (int * Gen<Event>) list =
    let most = int (min left 1000000L)

    [
        10, Gen.oneof [ Gen.choose (1, most); Gen.constant most ] |> Gen.map Event.Repeated
    ]

let private at (stream: StreamState) offset =
    { stream.SafePosition with
        Offset = offset
    }

/// What a consumer may say of how far it is: of what it was given, of what it was given long ago, of another history,
/// and of what nobody has given to it.
let private positions (stream: StreamState) =
    let safe = stream.Scan.Safe

    Gen.frequency
        [
            8, Gen.constant stream.SafePosition
            3, Gen.choose64 (0L, safe.Bytes) |> Gen.map (Offset >> at stream)
            2,
            Gen.elements (stream.Id :: stream.EarlierIds)
            |> Gen.map (fun id -> { stream.SafePosition with Id = id })
            1,
            Gen.choose64 (1L, 1000L)
            |> Gen.map (fun more -> at stream (Offset(safe.Bytes + more)))
            1, Generators.position
        ]

/// Why a consumer may not be able to read a snapshot.
let unreadable: RdbFault =
    {
        Trouble = RdbTrouble.UnknownType 99
        Offset = 1000L
        Database = ValueSome 0
        Key = ValueSome(StreamGenerators.bytes "key")
        Entries = 5L
    }

// Whoever was handed a snapshot may find out late that it cannot be read.
let private mayBeUnreadable (state: State) =
    state.HasJoined && state.Settings.Follow |> ValueOption.exists _.WantsSnapshot

/// What the consumer reports.
let consumer (state: State) : (int * Gen<Event>) list =
    match state.Settings.Follow, state.Stream with
    | ValueNone, _ -> []
    | ValueSome _, ValueSome stream ->
        [
            6, Gen.map Event.Applied (positions stream)
            3, Gen.map Event.MadeDurable (positions stream)
            if mayBeUnreadable state then
                1, Gen.constant (Event.SnapshotUnreadable unreadable)
            if state.IsStalled then
                12, Gen.constant Event.SpoolDrained
            else
                1,
                Gen.elements [ ValueNone; ValueSome FileTrouble.Full ]
                |> Gen.map Event.SpoolFilled
        ]
    | ValueSome _, ValueNone ->
        [
            1, Gen.map Event.Applied Generators.position
            if state.IsStalled then
                6, Gen.constant Event.SpoolDrained
        ]

/// Whether the look can have gone on like that.
let private isLook (before: StreamScan) (after: StreamScan) : bool =
    let now = after.Fields
    let was = before.Fields

    now.End > was.End
    && now.End - was.End <= int64 Int32.MaxValue
    && now.SafeEnd >= was.SafeEnd
    && now.SafeEnd <= now.End
    && now.ChangedEnd >= was.ChangedEnd
    && now.ChangedEnd <= now.End
    && now.AskedEnd <= now.SafeEnd
    && (not after.IsAsked || now.AskedEnd >= was.SafeEnd)

/// Whether a sound shell can report the event of a stream or of its consumer next.
let allows (state: State) (event: Event) : bool =
    match state.Expects, event with
    | Expectation.Stream before, Event.Streamed after -> isLook before after
    | Expectation.Stream _, Event.StreamMalformed _ -> true
    | Expectation.Repeated left, Event.Repeated bytes -> bytes > 0 && int64 bytes <= left
    | Expectation.Snapshot _, Event.StreamDatabase database -> database >= 0
    | _, (Event.Applied _ | Event.MadeDurable _) -> state.Settings.Follow.IsSome
    | _, Event.SpoolFilled _ -> state.Settings.Follow.IsSome && not state.IsStalled
    | _, Event.SpoolDrained -> state.Settings.Follow.IsSome && state.IsStalled
    | _, Event.SnapshotUnreadable _ -> mayBeUnreadable state
    | _ -> false
