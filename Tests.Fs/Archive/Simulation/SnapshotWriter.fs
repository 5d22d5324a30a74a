namespace HybridReplica.Tests.Archive.Simulation

open System
open HybridReplica.Core

/// Puts snapshots into the folder of an archive, as a shell does.
type SnapshotWriter(disk: FaultyDisk) =
    let temporary = "temp-snapshot.rdb"
    let mutable check = RdbCheck.empty
    let mutable database = StreamDatabase.start

    let attempt step event work : Event list =
        match work () with
        | Ok() -> event
        | Error trouble -> [ Event.FileFailed(step, trouble) ]

    let take (bytes: byte[]) =
        check <- RdbCheck.advance (check, ReadOnlySpan bytes)

        if database.IsDecided then
            []
        else
            database <- StreamDatabase.advance (database, ReadOnlySpan bytes)
            database.Database |> ValueOption.map Event.StreamDatabase |> ValueOption.toList

    /// Does what a command about files says, and gives the answers to it. `target` is the file that the snapshot is to
    /// become.
    member _.Run(command: Command, window: byte[], target: string) : Event list =
        match command with
        | Command.CheckTarget -> [ Event.TargetReady ]
        | Command.CreateTemporary ->
            check <- RdbCheck.empty
            database <- StreamDatabase.start
            attempt FileStep.Create [ Event.TemporaryCreated ] (fun () -> disk.Create temporary)
        | Command.Take bytes ->
            let taken = window[.. bytes - 1]
            let found = take taken
            attempt FileStep.Write found (fun () -> disk.Append(temporary, taken))
        | Command.CheckSnapshot -> [ Event.SnapshotChecked(RdbCheck.conclude check) ]
        | Command.Sync -> attempt FileStep.Sync [ Event.Synced ] (fun () -> disk.Sync temporary)
        | Command.Rename -> attempt FileStep.Rename [ Event.Renamed ] (fun () -> disk.Rename(temporary, target))
        | Command.SyncFolder -> attempt FileStep.SyncFolder [ Event.FolderSynced ] disk.SyncFolder
        | Command.DeleteTemporary ->
            if (disk.TryRead temporary).IsSome then
                attempt FileStep.Delete [ Event.TemporaryDeleted ] (fun () -> disk.Remove temporary)
            else
                [ Event.TemporaryDeleted ]
        | _ -> []

    /// Puts a whole snapshot there that came over another connection.
    member _.Fetch(file: string, bytes: byte[]) : unit =
        let other = "temp-fetched.rdb"
        orRaise (disk.Create other)
        orRaise (disk.Append(other, bytes))
        orRaise (disk.Sync other)
        orRaise (disk.Rename(other, file))
        orRaise (disk.SyncFolder())
