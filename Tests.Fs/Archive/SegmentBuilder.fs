namespace HybridReplica.Tests.ArchiveBuilder

open System
open System.IO
open System.Text
open HybridReplica.Core
open HybridReplica.Tests

/// Writes segments of small archives, with their indexes, without a server.
[<AutoOpen>]
module SegmentBuilding =

    /// A whole command, or a transaction with all that is in it, and when it was received.
    type Unit =
        {
            /// In milliseconds of unix time.
            At: int64
            /// The commands, one of them unless it is a transaction: MULTI first and EXEC last.
            Commands: string list list
        }

        /// The bytes of the stream, one character each.
        member this.Text =
            this.Commands |> List.map StreamGenerators.command |> String.concat ""

        /// The database selected behind it.
        member this.Selects(database: int) : int =
            this.Commands
            |> List.fold
                (fun database words ->
                    match words with
                    | [ name; number ] when name.ToUpperInvariant() = "SELECT" -> int number
                    | _ -> database)
                database

    /// Where a segment can be cut.
    type Boundary =
        {
            Position: Position
            /// The byte of its file where what is behind it begins, in front of any annotation there.
            Byte: int64
            /// When what is in front of it was received: nothing of it later.
            At: int64
            /// Whether the index has an entry for it.
            IsIndexed: bool
        }

    /// A segment with all that is in it.
    type BuiltSegment =
        {
            Segment: ArchiveSegment
            Bytes: byte[]
            Index: byte[]
            /// The first one is its beginning.
            Boundaries: Boundary list
        }

    let latin1 (text: string) : byte[] = Encoding.Latin1.GetBytes text

    /// The next position, behind a unit.
    let internal behind (position: Position) (unit: Unit) : Position =
        { position with
            Offset = Offset(position.Offset.Bytes + int64 unit.Text.Length)
            Database = position.Database |> ValueOption.map unit.Selects
        }

    /// What a segment is written with: its text, the entries of its index, and what was said of the time.
    [<NoComparison; NoEquality>]
    type private Writing =
        {
            Text: StringBuilder
            Index: MemoryStream
            Boundaries: Boundary list
            Position: Position
            Check: uint64
            EntryAt: int64
            Annotated: int64
        }

    let internal crc (start: uint64) (bytes: byte[]) =
        Crc64.update (start, ReadOnlySpan bytes)

    let private entryBytes (offset: int64) (byte: int64) (at: int64) (database: int) (checksum: uint64) =
        [ uint64 offset; uint64 byte; uint64 at; uint64 database; checksum ]
        |> List.map Snapshots.littleEndian
        |> Array.concat

    /// An entry of the index, here.
    let private mark (at: int64) (writing: Writing) : Writing =
        let entry =
            entryBytes
                writing.Position.Offset.Bytes
                (int64 writing.Text.Length)
                at
                (ValueOption.defaultValue 0 writing.Position.Database)
                (crc 0UL (latin1 (string writing.Text)))

        let check = crc writing.Check entry
        writing.Index.Write(ReadOnlySpan entry)
        writing.Index.Write(ReadOnlySpan(Snapshots.littleEndian check))

        { writing with
            Check = check
            EntryAt = at
        }

    let private note isIndexed (at: int64) (writing: Writing) : Writing =
        { writing with
            Boundaries =
                {
                    Position = writing.Position
                    Byte = int64 writing.Text.Length
                    At = at
                    IsIndexed = isIndexed
                }
                :: writing.Boundaries
        }

    /// The wall second, if it advanced since it was said last.
    let private annotate (at: int64) (writing: Writing) : Writing =
        if at / 1000L > writing.Annotated then
            writing.Text.Append($"#TS:%d{at / 1000L}\r\n") |> ignore
            { writing with Annotated = at / 1000L }
        else
            writing

    let private append (writing: Writing, last: int64) (unit: Unit) : Writing * int64 =
        let isFirst = writing.Boundaries.IsEmpty
        let isDue = isFirst || unit.At - writing.EntryAt >= 100L

        let marked = if isDue then mark unit.At writing else writing
        let noted = note isDue last marked
        let annotated = if isDue then annotate unit.At noted else noted
        annotated.Text.Append unit.Text |> ignore

        { annotated with
            Position = behind writing.Position unit
        },
        unit.At

    /// The bytes and the index of a segment of these units.
    let segmentOf (segment: ArchiveSegment) (startedAt: int64) (units: Unit list) (torn: string) : BuiltSegment =
        let database = string (ValueOption.defaultValue 0 segment.Start.Database)
        let header = latin1 "SEGMENT INDEX 1\n"
        let index = new MemoryStream()
        index.Write(ReadOnlySpan header)

        let empty: Writing =
            {
                Text = StringBuilder(StreamGenerators.command [ "SELECT"; database ])
                Index = index
                Boundaries = []
                Position = segment.Start
                Check = crc 0UL header
                EntryAt = 0L
                Annotated = 0L
            }

        let written, last = List.fold append (empty, startedAt) units

        let ended =
            if segment.IsSealed || units.IsEmpty then
                written |> mark last |> note true last
            else
                note false last written

        ended.Text.Append torn |> ignore

        {
            Segment = segment
            Bytes = latin1 (string ended.Text)
            Index = ended.Index.ToArray()
            Boundaries = List.rev ended.Boundaries
        }
