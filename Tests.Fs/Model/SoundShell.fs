/// What a shell that does its work can report in a state: the other half of the contract that `Command` and `Event`
/// write down. What the network, the clock and people do may overtake the answer to a command about a file.
module HybridReplica.Tests.SoundShell

open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

let private fileTroubles =
    [
        FileTrouble.NotFound
        FileTrouble.Denied
        FileTrouble.Full
        FileTrouble.Other 5
    ]

let private networkTroubles =
    [
        NetworkTrouble.Refused
        NetworkTrouble.Reset
        NetworkTrouble.Closed
        NetworkTrouble.NameNotFound
        NetworkTrouble.Tls TlsTrouble.Untrusted
    ]

let private verdicts =
    [
        RdbVerdict.Verified Generators.rdbVersion
        RdbVerdict.Unchecked(Generators.rdbVersion, ChecksumAbsence.Disabled)
        RdbVerdict.Unchecked(Generators.rdbVersion, ChecksumAbsence.TooOld)
        RdbVerdict.ChecksumMismatch(Generators.rdbVersion, 1UL, 2UL)
        RdbVerdict.EndMissing Generators.rdbVersion
    ]

let private failsAt step =
    Gen.elements fileTroubles
    |> Gen.map (fun trouble -> Event.FileFailed(step, trouble))

let private answered success step =
    Gen.frequency [ 4, Gen.constant success; 1, failsAt step ]

/// Whether a command about a file waits for its answer.
let private isBusy (state: State) =
    match state.Phase with
    | Phase.CheckingTarget
    | Phase.Opening _
    | Phase.Checking _
    | Phase.Publishing _
    | Phase.Discarding _ -> true
    | _ -> false

let private lines (begun: bool) =
    [
        12, Arb.toGen Generators.reply |> Gen.map Event.Replied
        1, Arb.toGen Generators.line |> Gen.map Event.LineTooLong
        if not begun then
            4, Gen.constant Event.LineBegun
    ]

let private arrivals remainder =
    match remainder with
    | Remainder.Counted left ->
        [
            4, Gen.choose64 (1L, min left 100000000L) |> Gen.map (int >> Event.Arrived)
            4, Gen.constant (Event.Arrived(int (min left 100000000L)))
        ]
    | Remainder.Until _ ->
        [
            4, Gen.choose (1, 10000000) |> Gen.map Event.Arrived
            4, Gen.constant Event.MarkReached
        ]

let private writes (state: State) =
    match state.Settings.Destination with
    | Destination.File -> [ FileStep.Write; FileStep.Sync ]
    | Destination.Pipe -> [ FileStep.Write ]
    | Destination.Nowhere -> []

let private received (state: State) =
    match state.Expects with
    | Expectation.Nothing -> []
    | Expectation.Stream scan
    | Expectation.StreamToBoundary scan -> SoundStream.streamed scan
    | Expectation.Repeated left -> SoundStream.repeated left
    | Expectation.Line(_, begun) -> lines begun
    | Expectation.SnapshotHead ->
        [
            8, Gen.constant (Event.SnapshotBegun(ValueSome Generators.rdbVersion))
            1, Gen.constant (Event.SnapshotBegun ValueNone)
        ]
    | Expectation.Snapshot remainder ->
        [
            yield! arrivals remainder
            1, Gen.choose (0, 15) |> Gen.map Event.StreamDatabase
            if not (List.isEmpty (writes state)) then
                1, Gen.elements (writes state) |> Gen.bind failsAt
        ]

let private network (state: State) =
    match state.Phase with
    | Phase.Connecting ->
        [
            6, Gen.constant (Event.Connected state.Link)
            1,
            Gen.elements networkTroubles
            |> Gen.map (fun trouble -> Event.ConnectFailed(state.Link, trouble))
        ]
    | _ when state.IsLinked ->
        [
            1,
            Gen.elements networkTroubles
            |> Gen.map (fun trouble -> Event.Disconnected(state.Link, trouble))
        ]
    | _ -> []

let private stale (state: State) =
    Gen.elements
        [
            Event.Connected(state.Link - 1)
            Event.ConnectFailed(state.Link - 1, NetworkTrouble.Refused)
            Event.Disconnected(state.Link - 1, NetworkTrouble.Closed)
        ]

let private answer (state: State) =
    match state.Phase with
    | Phase.CheckingTarget -> answered Event.TargetReady FileStep.Check
    | Phase.Opening _ -> answered Event.TemporaryCreated FileStep.Create
    | Phase.Checking _ -> Gen.map Event.SnapshotChecked (Gen.elements verdicts)
    | Phase.Publishing(PublishStep.Syncing, _) -> answered Event.Synced FileStep.Sync
    | Phase.Publishing(PublishStep.Renaming, _) -> answered Event.Renamed FileStep.Rename
    | Phase.Publishing(PublishStep.SyncingFolder, _) -> answered Event.FolderSynced FileStep.SyncFolder
    | _ -> answered Event.TemporaryDeleted FileStep.Delete

let private ticks =
    Gen.frequency [ 4, Gen.choose (1, 3); 1, Gen.choose (1, 80) ]
    |> Gen.map Event.Ticked

// Answers to commands that were given before the attempt was given up.
let private overtaken =
    [ Event.TemporaryCreated; Event.SnapshotChecked verdicts.Head; Event.Synced ]

/// Something that a sound shell can report next.
let report (state: State) : Gen<Event> =
    if state.Phase = Phase.Idle then
        Gen.frequency [ 20, Gen.constant Event.Started; 1, Gen.constant Event.StopRequested ]
    elif isBusy state then
        [
            8, answer state
            yield! network state
            yield! SoundStream.consumer state
            1, ticks
            1, stale state
            1, Gen.constant Event.StopRequested
            match state.Phase with
            | Phase.Discarding _ -> 1, Gen.elements overtaken
            | _ -> ()
        ]
        |> Gen.frequency
    else
        [
            yield! network state
            yield! received state
            yield! SoundStream.consumer state
            3, ticks
            1, stale state
            1, Gen.constant Event.StopRequested
        ]
        |> Gen.frequency

/// Whether a sound shell can report the event next.
let allows (state: State) (event: Event) : bool =
    match state.Phase, event with
    | Phase.Ended _, _ -> false
    | Phase.Idle, Event.Started
    | Phase.Idle, Event.StopRequested
    | Phase.CheckingTarget, (Event.TargetReady | Event.FileFailed(FileStep.Check, _))
    | Phase.Opening _, (Event.TemporaryCreated | Event.FileFailed(FileStep.Create, _))
    | Phase.Checking _, Event.SnapshotChecked _
    | Phase.Publishing(PublishStep.Syncing, _), (Event.Synced | Event.FileFailed(FileStep.Sync, _))
    | Phase.Publishing(PublishStep.Renaming, _), (Event.Renamed | Event.FileFailed(FileStep.Rename, _))
    | Phase.Publishing(PublishStep.SyncingFolder, _), (Event.FolderSynced | Event.FileFailed(FileStep.SyncFolder, _))
    | Phase.Discarding _, (Event.TemporaryDeleted | Event.FileFailed(FileStep.Delete, _)) -> true
    | Phase.Idle, _ -> false
    | Phase.Discarding _, event when List.contains event overtaken -> true
    | _, Event.Ticked seconds -> seconds > 0
    | _, Event.StopRequested -> true
    | _, event when SoundStream.allows state event -> true
    | Phase.Connecting, Event.Connected link -> link <= state.Link
    | _, Event.Connected link -> link < state.Link
    | Phase.Connecting, Event.ConnectFailed(link, _) -> link <= state.Link
    | _, Event.ConnectFailed(link, _) -> link < state.Link
    | Phase.Connecting, Event.Disconnected(link, _) -> link < state.Link
    | _, Event.Disconnected(link, _) -> link < state.Link || (link = state.Link && state.IsLinked)
    | _ ->
        match state.Expects, event with
        | Expectation.Line(_, false), Event.LineBegun
        | Expectation.Line _, (Event.Replied _ | Event.LineTooLong _)
        | Expectation.SnapshotHead, Event.SnapshotBegun _ -> true
        | Expectation.Snapshot(Remainder.Counted left), Event.Arrived bytes -> bytes > 0 && int64 bytes <= left
        | Expectation.Snapshot(Remainder.Until _), Event.Arrived bytes -> bytes > 0
        | Expectation.Snapshot(Remainder.Until _), Event.MarkReached -> true
        | Expectation.Snapshot _, Event.FileFailed(step, _) -> List.contains step (writes state)
        | _ -> false
