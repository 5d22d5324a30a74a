namespace HybridReplica.Core

open System
open System.Globalization

/// The database in which the stream behind a snapshot begins, found while the snapshot streams by in chunks cut
/// anywhere. A master that sends no SELECT first, because it is a replica itself, says it in the auxiliary field
/// `repl-stream-db` (`rdbPopulateSaveInfo`, 7.0.15).
type StreamDatabase =
    private
    | Reading of head: byte[]
    | Known of database: int voption

    /// A snapshot of which nothing was seen.
    static member start: StreamDatabase = Reading [||]

    /// The database, if it is known.
    member this.Database: int voption =
        match this with
        | Known database -> database
        | Reading _ -> ValueNone

    /// Whether no more bytes can change the answer.
    member this.IsDecided: bool =
        match this with
        | Known _ -> true
        | Reading _ -> false

    // A server without a database to name writes -1 or leaves the field out.
    static member private ofText(text: string) : int voption =
        match Int32.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, database -> ValueSome database
        | false, _ -> ValueNone

    static member private look(head: byte[]) : StreamDatabase =
        match AuxiliaryFields.find "repl-stream-db" head with
        | AuxiliaryField.Value text -> Known(StreamDatabase.ofText text)
        | AuxiliaryField.Absent -> Known ValueNone
        | AuxiliaryField.Unread when head.Length >= Limits.AuxiliaryFields -> Known ValueNone
        | AuxiliaryField.Unread -> Reading head

    /// Looks at the next bytes of the snapshot. Once it is decided, this costs nothing.
    static member advance(seen: StreamDatabase, bytes: ReadOnlySpan<byte>) : StreamDatabase =
        match seen with
        | Known _ -> seen
        | Reading head ->
            let more = bytes.Slice(0, min bytes.Length (Limits.AuxiliaryFields - head.Length))
            StreamDatabase.look (Array.append head (more.ToArray()))
