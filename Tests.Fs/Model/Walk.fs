/// A walk, breadth first, over every state that a replica can come to, under every kind of event. What only counts is
/// cut to a few classes, so that there is an end to it.
module HybridReplica.Tests.Walk

open System.Collections.Generic
open HybridReplica.Core
open HybridReplica.Tests.Session

let private id = "8de1787ba490483314a4d30f1c628bc5025eb761"

/// One edge of the walk.
type Edge = Move

// The kinds of events.

let private announced = Limits.SyncStride + 10L

let private lines =
    JudgeTable.representatives
    @ List.map
        Reply.Read
        [
            $"$%d{announced}"
            "$8"
            "$-1"
            "$EOF:" + id
            "+CONTINUE " + String.replicate 40 "f"
        ]

let private fileSteps =
    [
        FileStep.Check
        FileStep.Create
        FileStep.Write
        FileStep.Sync
        FileStep.Rename
        FileStep.SyncFolder
        FileStep.Delete
    ]

let private verdicts =
    [
        RdbVerdict.Verified Generators.rdbVersion
        RdbVerdict.Unchecked(Generators.rdbVersion, ChecksumAbsence.Disabled)
        RdbVerdict.ChecksumMismatch(Generators.rdbVersion, 1UL, 2UL)
        RdbVerdict.EndMissing Generators.rdbVersion
    ]

let private arrivals (state: State) =
    match state.Expects with
    | Expectation.Snapshot(Remainder.Counted left) -> [ 10; int Limits.SyncStride; int left ]
    | _ -> [ 10; int Limits.SyncStride ]

let private isLineExpected (state: State) =
    match state.Expects with
    | Expectation.Line _ -> true
    | _ -> false

// What masters send, one piece for each thing that it can mean.
let private streams (scan: StreamScan) =
    let pieces =
        [
            StreamGenerators.command [ "SET"; "k"; "v" ]
            StreamGenerators.command [ "PING" ]
            StreamGenerators.command [ "MULTI" ]
            StreamGenerators.command [ "EXEC" ]
            StreamGenerators.command [ "REPLCONF"; "GETACK"; "*" ]
            "*2\r\n$3\r\nDEL\r\n"
        ]

    [
        for text in
            (if scan.IsInCommand then
                 [ SoundStream.completion scan ]
             else
                 pieces) do
            let mutable trouble = null
            StreamScanner.ScanWindow(scan, System.ReadOnlySpan(StreamGenerators.bytes text), &trouble)
    ]

/// What a sound shell can say of the stream and, if none is expected, something that it cannot.
let ofStream (state: State) : Event list =
    [
        match state.Expects, state.Stream with
        | Expectation.Stream scan, _ ->
            for scan in streams scan do
                Event.Streamed scan
        | Expectation.Repeated left, _ ->
            Event.Repeated 1
            Event.Repeated(int left)
        | _ ->
            Event.Streamed(StreamScan.At WalkSettings.beginning)
            Event.Repeated 1

        Event.StreamMalformed(StreamTrouble.NotACommand "?")
        Event.StreamDatabase 7
    ]

let private ofConsumer (state: State) : Event list =
    [
        if state.Settings.Follow.IsSome then
            match state.Stream with
            | ValueSome stream ->
                for offset in [ stream.Scan.Safe; min stream.Scan.Changed stream.Scan.Safe ] do
                    let position =
                        { stream.SafePosition with
                            Offset = offset
                        }

                    Event.Applied position
                    Event.MadeDurable position
            | ValueNone -> Event.Applied WalkSettings.beginning

            Event.SpoolFilled ValueNone
            Event.SpoolDrained
            Event.SnapshotUnreadable SoundStream.unreadable
    ]

/// One event, at least, of every kind, whether the state calls for it or not.
let private everyKind (state: State) : Event list =
    [
        Event.Started
        for link in [ state.Link; state.Link - 1 ] do
            Event.Connected link
            Event.ConnectFailed(link, NetworkTrouble.Refused)
            Event.ConnectFailed(link, NetworkTrouble.NameNotFound)
            Event.Disconnected(link, NetworkTrouble.Closed)
            Event.Disconnected(link, NetworkTrouble.Denied)
        Event.LineBegun
        // Where no line is expected, one is as good as another.
        for reply in (if isLineExpected state then lines else [ Reply.Blank ]) do
            Event.Replied reply
        for beginning in [ "<html>"; "-LOADING "; "-DENIED "; "-ERR unknown " ] do
            Event.LineTooLong beginning
        Event.SnapshotBegun(ValueSome Generators.rdbVersion)
        Event.SnapshotBegun ValueNone
        for bytes in arrivals state do
            Event.Arrived bytes
        Event.Arrived 0
        Event.MarkReached
        Event.TargetReady
        Event.TemporaryCreated
        for verdict in verdicts do
            Event.SnapshotChecked verdict
        Event.Synced
        Event.Renamed
        Event.FolderSynced
        Event.TemporaryDeleted
        for step in fileSteps do
            Event.FileFailed(step, FileTrouble.Full)
        yield! ofStream state
        yield! ofConsumer state
        Event.Ticked 1
        Event.Ticked 0
        Event.StopRequested
    ]

/// Every edge that leads from a state that can be reached. One state of each class is gone on from.
let edges (settings: Settings) : Edge seq =
    seq {
        let first = State.Initial settings
        let known = HashSet<State>([ WalkClasses.ofState first ])
        let ahead = Queue<State>([ first ])

        while ahead.Count > 0 do
            let before = ahead.Dequeue()

            for event in everyKind before do
                let after, commands = Replica.transition (before, event)

                if known.Add(WalkClasses.ofState after) then
                    ahead.Enqueue after

                {
                    Before = before
                    Event = event
                    Commands = commands
                    After = after
                }
    }
