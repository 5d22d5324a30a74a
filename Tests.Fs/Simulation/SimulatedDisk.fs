namespace HybridReplica.Tests.Simulation

open System
open System.IO
open HybridReplica.Core

/// The target, the temporary file beside it, and the check of what was taken, as values. `strike` says whether a step
/// fails this time.
type SimulatedDisk(old: byte[], strike: FileStep -> FileTrouble voption) =
    let mutable target = old
    let mutable temporary: MemoryStream voption = ValueNone
    let mutable check = RdbCheck.empty
    let mutable leftBehind = 0
    let pipe = new MemoryStream()
    let mutable syncFailure: FileTrouble voption = ValueNone

    let attempt step answer succeed =
        match strike step with
        | ValueSome trouble -> ValueSome(Event.FileFailed(step, trouble))
        | ValueNone ->
            succeed ()
            answer

    // What could not be synced behind the writing is told with one of the next commands.
    let orSyncFailure (otherwise: unit -> Event voption) =
        match syncFailure with
        | ValueSome trouble ->
            syncFailure <- ValueNone
            ValueSome(Event.FileFailed(FileStep.Sync, trouble))
        | ValueNone -> otherwise ()

    let write (bytes: byte[]) =
        match temporary with
        | ValueSome file -> file.Write bytes
        | ValueNone -> pipe.Write bytes

    /// What stands where the snapshot is wanted.
    member _.Target = target

    /// What went through the pipe.
    member _.Piped = pipe.ToArray()

    /// Whether a temporary file is in use.
    member _.HasTemporary = temporary.IsSome

    /// How many temporary files could not be removed.
    member _.LeftBehind = leftBehind

    /// Does what a command about files says, and gives the answer to it.
    member _.Run(command: Command, window: byte[]) : Event voption =
        match command with
        | Command.CheckTarget -> attempt FileStep.Check (ValueSome Event.TargetReady) ignore
        | Command.CreateTemporary ->
            attempt FileStep.Create (ValueSome Event.TemporaryCreated) (fun () ->
                check <- RdbCheck.empty
                temporary <- ValueSome(new MemoryStream()))
        | Command.Take bytes ->
            orSyncFailure (fun () ->
                attempt FileStep.Write ValueNone (fun () ->
                    let taken = window[.. bytes - 1]
                    check <- RdbCheck.advance (check, ReadOnlySpan taken)
                    write taken))
        | Command.SyncBehind ->
            syncFailure <- strike FileStep.Sync
            ValueNone
        | Command.CheckSnapshot -> orSyncFailure (fun () -> ValueSome(Event.SnapshotChecked(RdbCheck.conclude check)))
        | Command.Sync -> orSyncFailure (fun () -> attempt FileStep.Sync (ValueSome Event.Synced) ignore)
        | Command.Rename ->
            attempt FileStep.Rename (ValueSome Event.Renamed) (fun () ->
                target <- temporary.Value.ToArray()
                temporary <- ValueNone)
        | Command.SyncFolder -> attempt FileStep.SyncFolder (ValueSome Event.FolderSynced) ignore
        | Command.DeleteTemporary ->
            let existed = temporary.IsSome
            syncFailure <- ValueNone
            temporary <- ValueNone

            match (if existed then strike FileStep.Delete else ValueNone) with
            | ValueSome trouble ->
                leftBehind <- leftBehind + 1
                ValueSome(Event.FileFailed(FileStep.Delete, trouble))
            | ValueNone -> ValueSome Event.TemporaryDeleted
        | _ -> ValueNone
