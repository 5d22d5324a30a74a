/// Writes small archives without a server: what happened becomes bases, segments, indexes and a manifest.
module HybridReplica.Tests.ArchiveBuilder

open System
open System.IO
open System.Text
open HybridReplica.Core
open HybridReplica.Tests

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

/// A history without gaps: what a replica receives between two full resyncs that cannot be avoided.
type History =
    {
        Start: Position
        /// When the first base was received whole, in milliseconds of unix time; no unit is earlier.
        ReceivedAt: int64
        Units: Unit list
        /// In front of which units a segment ends, and the id under which the next one goes on if it is another. They
        /// rise, and none of them is the first.
        Cuts: (int * ReplicationId voption) list
        /// In front of which units there are more bases. They rise, none of them is the first, and no segment has two
        /// of them in it.
        Bases: int list
    }

/// An archive as a value.
type Plan =
    {
        Name: string
        Histories: History list
        /// Whether the last segment is still written, if no base lies inside of it.
        IsOpen: bool
        /// What stands at the end of an open segment and is no whole command yet.
        Torn: string
    }

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

/// An archive with all its files.
type Built =
    {
        Archive: Archive
        Segments: BuiltSegment list
        Files: (string * byte[]) list
    }

let latin1 (text: string) : byte[] = Encoding.Latin1.GetBytes text

/// A tiny snapshot: a key in a database, with the number of that database in the fields of replication.
let rdb (database: int) (key: string) (value: string) : byte[] =
    let text (value: string) = $"%c{char value.Length}%s{value}"
    let auxiliary name value = "\xFA" + text name + text value

    auxiliary "redis-ver" "6.2.16"
    + auxiliary "repl-stream-db" (string database)
    + $"\xFE%c{char database}\xFB\x01\x00\x00"
    + text key
    + text value
    |> latin1
    |> Snapshots.withChecksum "REDIS0009"

// Segments.

/// The next position, behind a unit.
let private behind (position: Position) (unit: Unit) : Position =
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

let private crc (start: uint64) (bytes: byte[]) =
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

// Histories.

/// A stretch of a history that is in one file.
type private Stretch =
    {
        First: int
        Behind: int
        Id: ReplicationId
        Sequence: int64
    }

let private positionsOf (history: History) : Position[] =
    history.Units |> List.scan behind history.Start |> Array.ofList

let private stretchesOf (sequence: int64) (history: History) : Stretch list =
    let starts = (0, ValueNone) :: history.Cuts
    let ends = (history.Cuts |> List.map fst) @ [ history.Units.Length ]

    (history.Start.Id, List.zip starts ends)
    ||> List.mapFold (fun id ((first, next), behind) ->
        let id = ValueOption.defaultValue id next
        (first, behind, id), id)
    |> fst
    |> List.mapi (fun index (first, behind, id) ->
        {
            First = first
            Behind = behind
            Id = id
            Sequence = sequence + 2L * int64 index
        })

/// The stretches behind a base: what of the one that the base lies in is behind it has a file of its own.
let private behindBase (at: int) (stretches: Stretch list) : Stretch list =
    stretches
    |> List.filter (fun stretch -> stretch.Behind > at || stretch.First = at)
    |> List.map (fun stretch ->
        if stretch.First < at then
            { stretch with
                First = at
                Sequence = stretch.Sequence + 1L
            }
        else
            stretch)

let rec private generationsOf bases stretches =
    match bases with
    | [] -> []
    | [ last ] -> [ last, behindBase last stretches ]
    | first :: (next :: _ as rest) ->
        let mine =
            behindBase first stretches |> List.filter (fun stretch -> stretch.First < next)

        (first, mine) :: generationsOf rest stretches

let private build (plan: Plan) isLast (baseSequence: int64) (sequence: int64) (history: History) =
    let positions = positionsOf history
    let stretches = stretchesOf sequence history
    let units = Array.ofList history.Units

    let timeAt index =
        if index = 0 then
            history.ReceivedAt
        else
            units[index - 1].At

    // A segment is sealed when a base comes to lie inside of it.
    let lastCut = history.Cuts |> List.map fst |> List.append [ 0 ] |> List.max
    let hasBaseInside = history.Bases |> List.exists (fun at -> at > lastCut)

    let segmentAt (stretch: Stretch) =
        let isOpen =
            isLast && plan.IsOpen && stretch.Behind = units.Length && not hasBaseInside

        segmentOf
            {
                File = ArchiveNames.ofSegment plan.Name stretch.Sequence
                Sequence = stretch.Sequence
                Start =
                    { positions[stretch.First] with
                        Id = stretch.Id
                    }
                End =
                    if isOpen then
                        ValueNone
                    else
                        ValueSome positions[stretch.Behind].Offset
            }
            (timeAt stretch.First)
            (List.ofArray units[stretch.First .. stretch.Behind - 1])
            (if isOpen then plan.Torn else "")

    generationsOf (0 :: history.Bases) stretches
    |> List.mapi (fun index (at, mine) ->
        let number = baseSequence + int64 index
        let segments = List.map segmentAt mine

        let position =
            match segments with
            | first :: _ -> first.Segment.Start
            | [] -> positions[at]

        let bytes =
            rdb (ValueOption.defaultValue 0 position.Database) $"key:%d{number}" $"%O{position.Offset}"

        let first: ArchiveBase =
            {
                File = ArchiveNames.ofBase plan.Name number
                Sequence = number
                Position = position
                ReceivedAt = timeAt at
                Size = int64 bytes.Length
                Checksum = crc 0UL bytes
            }

        first, bytes, segments)

/// The archive of a plan, with all its files.
let built (plan: Plan) : Built =
    let last = plan.Histories.Length - 1

    // The numbers of bases and of segments go on from one history to the next.
    let generations =
        ((1L, 1L), List.indexed plan.Histories)
        ||> List.mapFold (fun (bases, segments) (index, history) ->
            build plan (index = last) bases segments history,
            (bases + 1L + int64 history.Bases.Length, segments + 2L + 2L * int64 history.Cuts.Length))
        |> fst
        |> List.concat

    let archive: Archive =
        {
            Generations =
                generations
                |> List.map (fun (first, _, segments) ->
                    {
                        Base = first
                        Segments = segments |> List.map _.Segment
                    })
        }

    {
        Archive = archive
        Segments = generations |> List.collect (fun (_, _, segments) -> segments)
        Files =
            [
                ArchiveNames.ofManifest plan.Name, latin1 (ArchiveManifest.print archive)

                for first, bytes, segments in generations do
                    first.File, bytes

                    for segment in segments do
                        segment.Segment.File, segment.Bytes
                        ArchiveNames.ofIndex segment.Segment.File, segment.Index
            ]
    }

/// Writes the files into a folder, which is created.
let write (folder: string) (built: Built) : unit =
    Directory.CreateDirectory folder |> ignore

    for name, bytes in built.Files do
        File.WriteAllBytes(Path.Combine(folder, name), bytes)

/// Does something with an archive in a folder of its own, which is gone afterwards.
let inFolder (built: Built) (act: string -> 'result) : 'result =
    let folder = Directory.CreateTempSubdirectory "hybrid-replica-archive-"

    try
        write folder.FullName built
        act folder.FullName
    finally
        folder.Delete true
