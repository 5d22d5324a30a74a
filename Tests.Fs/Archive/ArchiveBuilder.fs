namespace HybridReplica.Tests.ArchiveBuilder

open System.IO
open HybridReplica.Core
open HybridReplica.Tests

/// Writes small archives without a server: what happened becomes bases, segments, indexes and a manifest.
[<AutoOpen>]
module ArchiveBuilding =

    /// A history without gaps: what a replica receives between two full resyncs that cannot be avoided.
    type History =
        {
            Start: Position
            /// When the first base was received whole, in milliseconds of unix time; no unit is earlier.
            ReceivedAt: int64
            Units: Unit list
            /// In front of which units a segment ends, and the id under which the next one goes on if it is another.
            /// They rise, and none of them is the first.
            Cuts: (int * ReplicationId voption) list
            /// In front of which units there are more bases. They rise, none of them is the first, and no segment has
            /// two of them in it.
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

    /// An archive with all its files.
    type Built =
        {
            Archive: Archive
            Segments: BuiltSegment list
            Files: (string * byte[]) list
        }

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
                    Checksum = (RdbCheck.advance (RdbCheck.empty, System.ReadOnlySpan bytes)).BodyChecksum
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
