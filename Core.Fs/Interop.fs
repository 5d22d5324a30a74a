namespace HybridReplica.Core

open System.Runtime.CompilerServices

/// Does what a replica commands: one method for each command, so that a new command does not compile until it is
/// handled.
type ICommandHandler<'Result> =
    /// See `Command.Dial`.
    abstract Dial: link: int -> 'Result
    /// See `Command.Send`.
    abstract Send: form: WireForm * request: Request -> 'Result
    /// See `Command.HangUp`.
    abstract HangUp: unit -> 'Result
    /// See `Command.CheckTarget`.
    abstract CheckTarget: unit -> 'Result
    /// See `Command.CreateTemporary`.
    abstract CreateTemporary: unit -> 'Result
    /// See `Command.Take`.
    abstract Take: bytes: int -> 'Result
    /// See `Command.SyncBehind`.
    abstract SyncBehind: unit -> 'Result
    /// See `Command.CheckSnapshot`.
    abstract CheckSnapshot: unit -> 'Result
    /// See `Command.Sync`.
    abstract Sync: unit -> 'Result
    /// See `Command.Rename`.
    abstract Rename: unit -> 'Result
    /// See `Command.SyncFolder`.
    abstract SyncFolder: unit -> 'Result
    /// See `Command.DeleteTemporary`.
    abstract DeleteTemporary: unit -> 'Result
    /// See `Command.Deliver`.
    abstract Deliver: bytes: int -> 'Result
    /// See `Command.Tell`.
    abstract Tell: notice: Notice -> 'Result
    /// See `Command.Archive`.
    abstract Archive: command: ArchiveCommand -> 'Result
    /// See `Command.DisconnectReplicas`.
    abstract DisconnectReplicas: unit -> 'Result
    /// See `Command.DropBacklog`.
    abstract DropBacklog: unit -> 'Result
    /// See `Command.Notify`.
    abstract Notify: notification: Notification -> 'Result
    /// See `Command.Log`.
    abstract Log: entry: LogEvent -> 'Result
    /// See `Command.Finish`.
    abstract Finish: outcome: Outcome -> 'Result

/// Does what a replica commands about its archive: one method for each command.
type IArchiveHandler<'Result> =
    /// See `ArchiveCommand.Lock`.
    abstract Lock: unit -> 'Result
    /// See `ArchiveCommand.ReadManifest`.
    abstract ReadManifest: name: string -> 'Result
    /// See `ArchiveCommand.RemoveUnlisted`.
    abstract RemoveUnlisted: archive: Archive * name: string -> 'Result
    /// See `ArchiveCommand.RecoverSegment`.
    abstract RecoverSegment: segment: ArchiveSegment -> 'Result
    /// See `ArchiveCommand.Append`.
    abstract Append: bytes: int * safe: Position -> 'Result
    /// See `ArchiveCommand.Sync`.
    abstract Sync: safe: Position -> 'Result
    /// See `ArchiveCommand.SealSegment`.
    abstract SealSegment: segment: ArchiveSegment -> 'Result
    /// See `ArchiveCommand.OpenSegment`.
    abstract OpenSegment: segment: ArchiveSegment -> 'Result
    /// See `ArchiveCommand.SplitSegment`.
    abstract SplitSegment: source: ArchiveSegment * part: ArchiveSegment -> 'Result
    /// See `ArchiveCommand.WriteManifest`.
    abstract WriteManifest: archive: Archive * name: string -> 'Result
    /// See `ArchiveCommand.RenameManifest`.
    abstract RenameManifest: name: string -> 'Result
    /// See `ArchiveCommand.SyncFolder`.
    abstract SyncFolder: unit -> 'Result
    /// See `ArchiveCommand.Remove`.
    abstract Remove: files: string list -> 'Result
    /// See `ArchiveCommand.TargetBase`.
    abstract TargetBase: file: string -> 'Result
    /// See `ArchiveCommand.DescribeBase`.
    abstract DescribeBase: unit -> 'Result
    /// See `ArchiveCommand.FetchBase`.
    abstract FetchBase: file: string -> 'Result
    /// See `ArchiveCommand.Close`.
    abstract Close: unit -> 'Result

/// The door for C#.
[<Extension; AbstractClass; Sealed>]
type CommandExtensions =

    /// Calls the handler's method for this command.
    [<Extension>]
    static member Accept(command: Command, handler: ICommandHandler<'Result>) : 'Result =
        match command with
        | Command.Dial link -> handler.Dial link
        | Command.Send(form, request) -> handler.Send(form, request)
        | Command.HangUp -> handler.HangUp()
        | Command.CheckTarget -> handler.CheckTarget()
        | Command.CreateTemporary -> handler.CreateTemporary()
        | Command.Take bytes -> handler.Take bytes
        | Command.SyncBehind -> handler.SyncBehind()
        | Command.CheckSnapshot -> handler.CheckSnapshot()
        | Command.Sync -> handler.Sync()
        | Command.Rename -> handler.Rename()
        | Command.SyncFolder -> handler.SyncFolder()
        | Command.DeleteTemporary -> handler.DeleteTemporary()
        | Command.Deliver bytes -> handler.Deliver bytes
        | Command.Tell notice -> handler.Tell notice
        | Command.Archive command -> handler.Archive command
        | Command.DisconnectReplicas -> handler.DisconnectReplicas()
        | Command.DropBacklog -> handler.DropBacklog()
        | Command.Notify notification -> handler.Notify notification
        | Command.Log entry -> handler.Log entry
        | Command.Finish outcome -> handler.Finish outcome

    /// Calls the handler's method for this command.
    [<Extension>]
    static member Accept(command: ArchiveCommand, handler: IArchiveHandler<'Result>) : 'Result =
        match command with
        | ArchiveCommand.Lock -> handler.Lock()
        | ArchiveCommand.ReadManifest name -> handler.ReadManifest name
        | ArchiveCommand.RemoveUnlisted(archive, name) -> handler.RemoveUnlisted(archive, name)
        | ArchiveCommand.RecoverSegment segment -> handler.RecoverSegment segment
        | ArchiveCommand.Append(bytes, safe) -> handler.Append(bytes, safe)
        | ArchiveCommand.Sync safe -> handler.Sync safe
        | ArchiveCommand.SealSegment segment -> handler.SealSegment segment
        | ArchiveCommand.OpenSegment segment -> handler.OpenSegment segment
        | ArchiveCommand.SplitSegment(source, part) -> handler.SplitSegment(source, part)
        | ArchiveCommand.WriteManifest(archive, name) -> handler.WriteManifest(archive, name)
        | ArchiveCommand.RenameManifest name -> handler.RenameManifest name
        | ArchiveCommand.SyncFolder -> handler.SyncFolder()
        | ArchiveCommand.Remove files -> handler.Remove files
        | ArchiveCommand.TargetBase file -> handler.TargetBase file
        | ArchiveCommand.DescribeBase -> handler.DescribeBase()
        | ArchiveCommand.FetchBase file -> handler.FetchBase file
        | ArchiveCommand.Close -> handler.Close()
