/// Laws about the snapshot and the temporary file that holds it.
module HybridReplica.Tests.SnapshotProperties

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Session

/// Bytes taken since the last connection was opened.
let private taken session =
    let step sum command =
        match command with
        | Command.Dial _ -> 0L
        | Command.Take bytes -> sum + int64 bytes
        | _ -> sum

    commands session |> List.fold step 0L

let private sizesAgree session =
    match (final session).Phase with
    | Phase.Ended(Outcome.SnapshotKept snapshot) ->
        Expect.equal (taken session) snapshot.Size "bytes taken"

        match snapshot.Framing with
        | Remainder.Counted announced -> Expect.equal snapshot.Size announced "bytes announced"
        | Remainder.Until _ -> ()
    | _ -> ()

/// Whether a temporary file may be there: from the command to create it until it is renamed or removed.
let private hasTemporary session =
    let step exists (move: Move) =
        let exists =
            match move.Before.Phase, move.Event with
            | Phase.Opening _, Event.FileFailed(FileStep.Create, _)
            | Phase.Publishing(PublishStep.Renaming, _), Event.Renamed -> false
            | _ -> exists

        let change exists command =
            match command with
            | Command.CreateTemporary ->
                Expect.isFalse exists "there is one temporary file at a time"
                true
            | Command.DeleteTemporary ->
                Expect.isTrue exists "what may be there is removed, once"
                false
            | _ -> exists

        List.fold change exists move.Commands

    moves session |> List.fold step false

let private isTake command =
    match command with
    | Command.Take _ -> true
    | _ -> false

let private takesIntoFile session =
    for move in moves session do
        if
            List.exists isTake move.Commands
            && session.Settings.Destination = Destination.File
        then
            Expect.isTrue move.Before.HasTemporary "the temporary file is there before anything is taken"

let private publishes session =
    let inOrder =
        commands session
        |> List.filter (fun command ->
            List.contains command [ Command.CheckSnapshot; Command.Sync; Command.Rename; Command.SyncFolder ])

    match session.Settings.Destination, (final session).Phase with
    | Destination.File, Phase.Ended(Outcome.SnapshotKept _) ->
        let last = List.skip (inOrder.Length - 4) inOrder

        Expect.equal
            last
            [ Command.CheckSnapshot; Command.Sync; Command.Rename; Command.SyncFolder ]
            "the last steps of a snapshot"
    | _ -> ()

let private isGood verdict =
    match verdict with
    | RdbVerdict.Verified _
    | RdbVerdict.Unchecked _ -> true
    | _ -> false

let private renamesOnlyWhatIsGood session =
    let mutable verdict = ValueNone

    for move in moves session do
        match move.Event with
        | Event.SnapshotChecked found -> verdict <- ValueSome found
        | _ -> ()

        if List.contains Command.Rename move.Commands then
            Expect.isTrue (ValueOption.exists isGood verdict) "only what was checked and found good replaces the target"

/// Bytes that are not on their way to the disk yet.
let private syncsBehind session =
    for move in moves session do
        match move.After.Phase with
        | Phase.Receiving transfer when session.Settings.Destination = Destination.File ->
            Expect.isLessThan transfer.Unsynced Limits.SyncStride "bytes not synced"
        | _ -> ()

let private delivered (move: Move) =
    move.Commands
    |> List.sumBy (fun command ->
        match command with
        | Command.Deliver bytes -> bytes
        | _ -> 0)

let private deliversWhatIsTaken session =
    let isWanted = session.Settings.Follow |> ValueOption.exists _.WantsSnapshot

    for move in moves session do
        for command in move.Commands do
            match command with
            | Command.Take bytes ->
                Expect.equal (delivered move) (if isWanted then bytes else 0) "bytes of the snapshot handed over"
            | _ -> ()

let tests =
    testList
        "snapshot"
        [
            testProperty
                "what is taken is as long as what was announced, and as what is reported"
                (Session.property sound sizesAgree)
            testProperty
                "a temporary file that was created is renamed or deleted, once, by the end"
                (Session.property sound (fun session ->
                    Expect.isFalse (hasTemporary (toTheEnd session)) "a temporary file at the end"))
            testProperty "nothing is taken before the temporary file is there" (Session.property wild takesIntoFile)
            testProperty
                "a snapshot is checked, synced, renamed and its folder synced, in this order, before it is kept"
                (Session.property sound publishes)
            testProperty
                "nothing replaces the target but a snapshot that was checked and is good"
                (Session.property sound renamesOnlyWhatIsGood)
            testProperty
                "whoever wants the snapshot is handed all that is taken, and nobody else any of it"
                (Session.property sound deliversWhatIsTaken)
            testProperty "never more than the stride waits to be synced to disk" (Session.property sound syncsBehind)
        ]
