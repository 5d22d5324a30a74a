/// A walk, breadth first, over every state that a replica can come to, under every kind of event. What only counts is
/// cut to a few classes, so that there is an end to it.
module HybridReplica.Tests.Walk

open System.Collections.Generic
open HybridReplica.Core
open HybridReplica.Tests.Session

let private id = "8de1787ba490483314a4d30f1c628bc5025eb761"

/// One edge of the walk.
type Edge = Move

/// Settings whose limits are reached in few steps.
let private near dialect destination credentials resume : Settings =
    {
        Dialect = dialect
        Credentials = credentials
        ListeningPort = 0
        AnnouncedPort = ValueNone
        AnnouncedAddress =
            if dialect = Dialect.Redis6 && credentials.IsSome then
                ValueSome "10.0.0.1"
            else
                ValueNone
        AnnouncedVersion =
            if dialect = Dialect.Redis6 && credentials.IsSome then
                ValueSome "9.1.0"
            else
                ValueNone
        RdbOnly = dialect = Dialect.Redis6 && credentials.IsSome
        Resume = resume
        Destination = destination
        Timeout = 1
        ReplyTimeout = 1
        HandshakeTimeout = 2
        PreparationTimeout = ValueSome 2
        Follow = ValueNone
        Retry =
            {
                Attempts = 2
                FirstPause = 1
                LongestPause = 1
                Seed = 0UL
            }
    }

/// Each dialect, to a file and to a pipe, with and without credentials (and, where there are any, all other options),
/// with and without a position to resume from.
let configurations: Settings list =
    [
        for dialect in Dialect.All do
            for destination in [ Destination.File; Destination.Pipe ] do
                for credentials in
                    [
                        ValueNone
                        ValueSome
                            {
                                User = ValueNone
                                Password = Secret.OfText "p"
                            }
                    ] do
                    near dialect destination credentials ValueNone

                    if dialect = Dialect.Redis6 then
                        Position.AtFullResync(Generators.replicationIdOf (String.replicate 40 "f"), Offset 7L)
                        |> ValueSome
                        |> near dialect destination credentials
    ]

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
        Event.Ticked 1
        Event.Ticked 0
        Event.StopRequested
    ]

// The classes of states.

let private anyFault = Fault.Silence 0

let private outcomeClass outcome =
    match outcome with
    | Outcome.Failed _ -> Outcome.Failed anyFault
    | other -> other

let private transferClass (transfer: Transfer) =
    let isWhole = transfer.Remainder = Remainder.Counted 0L

    { transfer with
        Taken = if isWhole then transfer.Taken else min 1L transfer.Taken
        Unsynced = min 1L transfer.Unsynced
    }

let private phaseClass phase =
    match phase with
    | Phase.Receiving transfer -> Phase.Receiving(transferClass transfer)
    | Phase.Checking transfer -> Phase.Checking(transferClass transfer)
    | Phase.Publishing(step, snapshot) ->
        Phase.Publishing(
            step,
            { snapshot with
                Size = min 1L snapshot.Size
            }
        )
    | Phase.Discarding(Ending.Retry _) -> Phase.Discarding(Ending.Retry anyFault)
    | Phase.Discarding(Ending.Finish outcome) -> Phase.Discarding(Ending.Finish(outcomeClass outcome))
    | Phase.Ended(Outcome.SnapshotKept snapshot) ->
        Phase.Ended(
            Outcome.SnapshotKept
                { snapshot with
                    Size = min 1L snapshot.Size
                }
        )
    | Phase.Ended outcome -> Phase.Ended(outcomeClass outcome)
    | other -> other

/// The class that stands for the state: what only counts is left out or cut short.
let private classOf (state: State) : State =
    // Without a connection nobody asks how long the master has been silent.
    let seconds = if state.IsLinked then 3 else 0

    { state with
        Phase = phaseClass state.Phase
        Link = 0
        Jitter = 0UL
        Silence = min seconds state.Silence
        LineAge = if state.IsLinked then state.LineAge else ValueNone
        Elapsed = min seconds state.Elapsed
    }

/// Every edge that leads from a state that can be reached. One state of each class is gone on from.
let edges (settings: Settings) : Edge seq =
    seq {
        let first = State.Initial settings
        let known = HashSet<State>([ classOf first ])
        let ahead = Queue<State>([ first ])

        while ahead.Count > 0 do
            let before = ahead.Dequeue()

            for event in everyKind before do
                let after, commands = Replica.transition (before, event)

                if known.Add(classOf after) then
                    ahead.Enqueue after

                {
                    Before = before
                    Event = event
                    Commands = commands
                    After = after
                }
    }
