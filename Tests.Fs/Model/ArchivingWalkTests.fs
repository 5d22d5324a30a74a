module HybridReplica.Tests.ArchivingWalkTests

open System.Collections.Generic
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Session

let private implies condition consequence = not condition || consequence

// Those that are done one at a time.
let private steps (move: Move) =
    move.Commands
    |> List.choose (fun command ->
        match command with
        | Command.Archive(ArchiveCommand.Append _)
        | Command.Archive(ArchiveCommand.Sync _)
        | Command.Archive(ArchiveCommand.TargetBase _)
        | Command.Archive ArchiveCommand.DescribeBase
        | Command.Archive(ArchiveCommand.FetchBase _)
        | Command.Archive ArchiveCommand.Close -> None
        | Command.Archive step -> Some step
        | _ -> None)

let private isAppend command =
    match command with
    | Command.Archive(ArchiveCommand.Append _) -> true
    | _ -> false

let private isSync command =
    match command with
    | Command.Archive(ArchiveCommand.Sync _) -> true
    | _ -> false

let private saysDurable command =
    match command with
    | Command.Send(_, Request.Ack(_, ValueSome _)) -> true
    | _ -> false

let private durable (state: State) =
    state.Stream |> ValueOption.bind (fun stream -> stream.Durable)

let private fsync (state: State) =
    state.Settings.Archive
    |> ValueOption.map (fun settings -> settings.Fsync)
    |> ValueOption.defaultValue FsyncPolicy.No

// The sentences about archives that are not true of the move of a sound shell.
let private brokenBy (move: Move) : string list =
    match move.Before.Archive, move.After.Archive with
    | ValueSome before, ValueSome after ->
        [
            "nothing is looked for in the stream while the archive is changed",
            implies (move.After.Phase = Phase.Streaming && after.IsBusy) (move.After.Expects = Expectation.Nothing)
            "nothing is appended while the archive is changed",
            implies (List.exists isAppend move.Commands) (not before.IsBusy)
            "no sync is begun while the archive is changed, nor while another is under way",
            implies (List.exists isSync move.Commands) (before.Syncing.IsNone || move.Event.Name = "Archive")
            "a change that is under way has a step",
            after.Change |> ValueOption.forall (fun underWay -> not underWay.Steps.IsEmpty)
            "one step is commanded at a time, and it is the one that is waited for",
            (match steps move, after.Change with
             | [], _ -> true
             | [ step ], ValueSome underWay -> underWay.Steps.Head = step
             | _ -> false)
            "a step is commanded when the one before is done, or when a change begins",
            implies
                (not (List.isEmpty (steps move)) && before.Change.IsSome)
                (match move.Event with
                 | Event.Archive _ -> true
                 | _ -> false)
            "who does not sync says nothing of what is on disk",
            implies (fsync move.After = FsyncPolicy.No) (not (List.exists saysDurable move.Commands))
            "that something is on disk is known from the archive alone, or from what was recovered",
            implies
                ((durable move.Before).IsNone && (durable move.After).IsSome)
                (match move.Event with
                 | Event.Archive(ArchiveEvent.Synced _ | ArchiveEvent.Done)
                 | Event.Archive(ArchiveEvent.Failed(ArchiveStep.Remove, _)) -> true
                 | Event.Replied _ -> before.Synced.IsSome
                 | _ -> false)
            "the archive is closed at the end, and not before",
            move.After.HasEnded = List.contains (Command.Archive ArchiveCommand.Close) move.Commands
            || move.Before.HasEnded
            "a sound shell is never out of turn",
            (match move.After.Phase with
             | Phase.Ended(Outcome.Failed(Fault.OutOfTurn _)) -> move.Before.HasEnded
             | _ -> true)
        ]
        |> List.filter (fun (_, holds) -> not holds)
        |> List.map fst
    | _ -> [ "what is archived stays so" ]

let private nameOf (step: ArchiveCommand) = (string step).Split([| ' '; '\n' |])[0]

// All but `SplitSegment`: that is further away than the walk goes, and the simulation comes there.
let private allSteps =
    [
        "Lock"
        "ReadManifest"
        "RemoveUnlisted"
        "RecoverSegment"
        "SealSegment"
        "OpenSegment"
        "WriteManifest"
        "RenameManifest"
        "SyncFolder"
        "Remove"
    ]

let private walk (settings: Settings) () =
    let met = HashSet<string>()

    for struct (move, isSound) in ArchivingWalk.edges 6000 settings do
        steps move |> List.iter (nameOf >> met.Add >> ignore)
        let broken = Invariants.brokenBy move @ (if isSound then brokenBy move else [])

        if not broken.IsEmpty then
            failtestf "%A\nin %A\nat %A\nto %A\ncommanding %A" broken move.Before move.Event move.After move.Commands

    Expect.containsAll (List.ofSeq met) allSteps "every step is commanded"

let tests =
    testList
        "archiving walk"
        [
            for settings in WalkSettings.archives do
                let archive = settings.Archive |> ValueOption.get

                testCase
                    $"what holds of archives holds wherever a replica can come to: fsync {archive.Fsync}"
                    (walk settings)
        ]
