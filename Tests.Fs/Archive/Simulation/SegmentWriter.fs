namespace HybridReplica.Tests.Archive.Simulation

open System.Text
open HybridReplica.Core

/// Something could not be done with the disk.
exception DiskTrouble of trouble: FileTrouble

[<AutoOpen>]
module DiskResults =

    let orRaise (result: Result<unit, FileTrouble>) : unit =
        match result with
        | Ok() -> ()
        | Error trouble -> raise (DiskTrouble trouble)

/// The segment that is written, and its index, as a shell has them open.
type SegmentWriter(disk: FaultyDisk, segment: ArchiveSegment, stamps: int64) =
    let index = ArchiveNames.ofIndex segment.File
    let mutable offset = segment.Start.Offset.Bytes
    let mutable safe = segment.Start
    let mutable safeByte = 0
    let mutable last: byte[] = SegmentMarks.head
    let mutable lastMark: SegmentMark voption = ValueNone
    let mutable annotated = 0L
    // When what lies behind the safe end began to come.
    let mutable openSince = 0L

    let length () =
        match disk.TryRead segment.File with
        | ValueSome bytes -> bytes.Length
        | ValueNone -> 0

    let append (bytes: byte[]) =
        if bytes.Length > 0 then
            orRaise (disk.Append(segment.File, bytes))

    let mark (at: Position) byte receivedAt =
        let isNew =
            lastMark
            |> ValueOption.forall (fun (mark: SegmentMark) -> mark.Offset < at.Offset.Bytes)

        if isNew then
            let contents = disk.TryRead segment.File |> ValueOption.get

            let entry: SegmentMark =
                {
                    Offset = at.Offset.Bytes
                    Byte = byte
                    ReceivedAt = receivedAt
                    Database = ValueOption.defaultValue 0 at.Database
                    Checksum = SegmentMarks.checksum contents byte
                }

            let bytes = SegmentMarks.print last entry
            orRaise (disk.Append(index, bytes))
            last <- bytes
            lastMark <- ValueSome entry

    // Between two commands outside of transactions: an entry, and an annotation if a second has begun.
    let stamp now =
        let isDue =
            lastMark
            |> ValueOption.forall (fun (mark: SegmentMark) -> now - mark.ReceivedAt >= stamps)

        if isDue then
            mark safe (length ()) now

            if now / 1000L > annotated then
                append (Encoding.Latin1.GetBytes $"#TS:{now / 1000L}\r\n")
                annotated <- now / 1000L

    /// Where the last whole command that was written ends.
    member _.Safe = safe
    member _.Segment = segment

    /// Creates both files anew, and selects the database.
    member _.Begin(now: int64) : unit =
        orRaise (disk.Create segment.File)
        orRaise (disk.Create index)
        let database = string (ValueOption.defaultValue 0 segment.Start.Database)
        append (Encoding.Latin1.GetBytes $"*2\r\n$6\r\nSELECT\r\n${database.Length}\r\n{database}\r\n")
        orRaise (disk.Append(index, SegmentMarks.head))
        safeByte <- length ()
        mark safe safeByte now

    /// Goes on behind what was recovered: all that is in the file is in front of that.
    member _.GoOn(position: Position, marks: (SegmentMark * byte[]) list) : unit =
        offset <- position.Offset.Bytes
        safe <- position
        safeByte <- length ()

        match List.tryLast marks with
        | Some(mark, bytes) ->
            last <- bytes
            lastMark <- ValueSome mark
        | None -> ()

    /// Writes what came, with a stamp where there is a place for one.
    member _.Append(bytes: byte[], next: Position, now: int64) : unit =
        if offset = safe.Offset.Bytes then
            stamp now
            openSince <- now

        let first = int (max 0L (next.Offset.Bytes - offset))
        append (Array.truncate first bytes)

        if next.Offset > safe.Offset then
            safe <- next
            safeByte <- length ()

            if bytes.Length > first then
                openSince <- now
                stamp now

        append (Array.skip first bytes)
        offset <- offset + int64 bytes.Length

    /// An entry at the end of the last whole command: what is in front of it can be told from what was never written.
    member _.MarkSafe(now: int64) : unit =
        mark safe safeByte (if offset = safe.Offset.Bytes then now else openSince)

    /// Cuts what is behind the last whole command.
    member _.Cut() : unit =
        orRaise (disk.Cut(segment.File, safeByte))
        offset <- safe.Offset.Bytes

    /// Syncs both files.
    member _.Sync() : unit =
        orRaise (disk.Sync segment.File)
        orRaise (disk.Sync index)

    /// Begins to sync both files.
    member _.BeginSync() : unit -> unit =
        let ofSegment = disk.BeginSync segment.File
        let ofIndex = disk.BeginSync index

        fun () ->
            orRaise (ofSegment ())
            orRaise (ofIndex ())
