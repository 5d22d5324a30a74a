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
        | Command.DisconnectReplicas -> handler.DisconnectReplicas()
        | Command.DropBacklog -> handler.DropBacklog()
        | Command.Notify notification -> handler.Notify notification
        | Command.Log entry -> handler.Log entry
        | Command.Finish outcome -> handler.Finish outcome
