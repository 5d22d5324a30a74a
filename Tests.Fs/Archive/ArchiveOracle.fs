/// What can be restored of an archive, found by trying every boundary: slow, and obvious.
module HybridReplica.Tests.ArchiveOracle

open System.IO
open HybridReplica.Core
open HybridReplica.Tests.ArchiveBuilder

/// What is wrong with an archive: the bases, and the segments with the boundary up to which they are good.
type Damage =
    {
        Bases: Set<string>
        Segments: Map<string, int64>
    }

let noDamage: Damage =
    {
        Bases = Set.empty
        Segments = Map.empty
    }

/// A moment: the history it is in, counted from zero, its id and offset.
type Place = int * ReplicationId * int64

/// The generations by history: another begins where there is a gap, or where the id is another one.
let historiesOf (archive: Archive) : (int * Generation) list =
    let endOf (generation: Generation) =
        match List.tryLast generation.Segments with
        | Some last -> last.Start.Id, last.End
        | None -> generation.Base.Position.Id, ValueSome generation.Base.Position.Offset

    let goesOn (before: Generation) (next: Generation) =
        let id, ended = endOf before

        id = next.Base.Position.Id
        && ended |> ValueOption.forall (fun ended -> next.Base.Position.Offset <= ended)

    match archive.Generations with
    | [] -> []
    | first :: _ ->
        ((0, first), archive.Generations)
        ||> List.mapFold (fun (number, before) generation ->
            let number =
                if before = generation || goesOn before generation then
                    number
                else
                    number + 1

            (number, generation), (number, generation))
        |> fst

let private boundariesOf (built: Built) (file: string) =
    built.Segments
    |> List.find (fun segment -> segment.Segment.File = file)
    |> _.Boundaries

/// Every boundary of the segment that can be used.
let goodBoundaries (damage: Damage) (built: Built) (segment: ArchiveSegment) : Boundary list =
    let last =
        damage.Segments
        |> Map.tryFind segment.File
        |> Option.defaultValue System.Int64.MaxValue

    boundariesOf built segment.File
    |> List.filter (fun boundary -> boundary.Position.Offset.Bytes <= last)

/// Every moment of the archive, whether it can be restored or not.
let places (built: Built) : Set<Place> =
    set
        [
            for number, generation in historiesOf built.Archive do
                number, generation.Base.Position.Id, generation.Base.Position.Offset.Bytes

                for segment in generation.Segments do
                    for boundary in boundariesOf built segment.File do
                        number, segment.Start.Id, boundary.Position.Offset.Bytes
        ]

/// Those that can be restored: from a good base from one boundary to the next, until nothing is added.
let restorable (damage: Damage) (built: Built) : Set<Place> =
    let generations = historiesOf built.Archive

    let stretches =
        [
            for number, generation in generations do
                for segment in generation.Segments do
                    let offsets =
                        goodBoundaries damage built segment
                        |> List.map (fun boundary -> boundary.Position.Offset.Bytes)

                    for first, next in List.pairwise offsets do
                        segment.Start.Id, (number, first), (number, next)
        ]

    let starts =
        set
            [
                for number, generation in generations do
                    if not (damage.Bases.Contains generation.Base.File) then
                        number, generation.Base.Position.Offset.Bytes
            ]

    let rec grow (reached: Set<int * int64>) =
        let more =
            stretches
            |> List.filter (fun (_, first, _) -> reached.Contains first)
            |> List.map (fun (_, _, next) -> next)
            |> set
            |> Set.union reached

        if more = reached then reached else grow more

    let reached = grow starts

    places built
    |> Set.filter (fun (number, _, offset) -> reached.Contains(number, offset))

/// The moments that lie in the ranges.
let inside (built: Built) (ranges: RestorableRange seq) : Set<Place> =
    let generations = historiesOf built.Archive

    let idsOf number =
        set
            [
                for other, generation in generations do
                    if other = number then
                        generation.Base.Position.Id

                        for segment in generation.Segments do
                            segment.Start.Id
            ]

    places built
    |> Set.filter (fun (number, _, offset) ->
        ranges
        |> Seq.exists (fun range ->
            (idsOf number).Contains range.From.Id
            && range.From.Offset.Bytes <= offset
            && offset <= range.To.Offset.Bytes))

/// Every file of a folder, with what is in it.
let contentsOf (folder: string) : Map<string, string> =
    Directory.GetFiles folder
    |> Seq.map (fun path -> string (Path.GetFileName path), System.Convert.ToHexString(File.ReadAllBytes path))
    |> Map.ofSeq
