namespace HybridReplica.Core

open System
open System.Runtime.CompilerServices
open System.Text

/// What a master's host sends.
[<RequireQualifiedAccess>]
module MasterEncoding =

    /// A line, each of its characters standing for one byte.
    [<CompiledName "Line">]
    let line (text: string) : byte[] = Encoding.Latin1.GetBytes(text + "\r\n")

    /// A piece of the stream, each of its characters standing for one byte.
    [<CompiledName "Stream">]
    let stream (bytes: string) : byte[] = Encoding.Latin1.GetBytes bytes

    /// What goes in front of a snapshot of so many bytes (`sendBulkToSlave` and `rdbSaveRioWithEOFMark`, 6.0.16).
    [<CompiledName "Announcement">]
    let announcement (framing: MasterFraming, length: int64, mark: EofMark) : byte[] =
        match framing with
        | MasterFraming.Counted -> line $"${length}"
        | MasterFraming.Marked -> line $"$EOF:{mark}"

    /// What goes behind it.
    [<CompiledName "Ending">]
    let ending (framing: MasterFraming, mark: EofMark) : byte[] =
        match framing with
        | MasterFraming.Counted -> Array.Empty()
        | MasterFraming.Marked -> Encoding.Latin1.GetBytes mark.Text

/// Does what a master commands: one method for each command, so that a new command does not compile until it is
/// handled.
type IMasterCommandHandler<'Result> =
    /// See `MasterCommand.Say`.
    abstract Say: line: string -> 'Result
    /// See `MasterCommand.SendNewline`.
    abstract SendNewline: unit -> 'Result
    /// See `MasterCommand.Deselect`.
    abstract Deselect: unit -> 'Result
    /// See `MasterCommand.SendSnapshot`.
    abstract SendSnapshot: framing: MasterFraming * position: Position -> 'Result
    /// See `MasterCommand.SendStream`.
    abstract SendStream: bytes: string -> 'Result
    /// See `MasterCommand.HangUp`.
    abstract HangUp: unit -> 'Result

/// The door for C#.
[<Extension; AbstractClass; Sealed>]
type MasterCommandExtensions =

    /// Calls the handler's method for this command.
    [<Extension>]
    static member Accept(command: MasterCommand, handler: IMasterCommandHandler<'Result>) : 'Result =
        match command with
        | MasterCommand.Say line -> handler.Say line
        | MasterCommand.SendNewline -> handler.SendNewline()
        | MasterCommand.Deselect -> handler.Deselect()
        | MasterCommand.SendSnapshot(framing, position) -> handler.SendSnapshot(framing, position)
        | MasterCommand.SendStream bytes -> handler.SendStream bytes
        | MasterCommand.HangUp -> handler.HangUp()
