namespace HybridReplica.Core

/// A segment, as far as it is restored.
type RestorePart =
    {
        Segment: ArchiveSegment
        /// What lies behind this offset is left out.
        To: Offset
    }

/// What has to be put together for a moment.
type RestorePlan =
    {
        /// It stands at the moment or before it.
        Base: ArchiveBase
        /// The stream from the base to the moment, without a gap. None of them is empty.
        Parts: RestorePart list
        /// The history that the moment belongs to.
        Id: ReplicationId
        Offset: Offset
    }

/// Where in an archive a time lies.
[<RequireQualifiedAccess>]
type TimePlace =
    /// The stream behind the base came later.
    | AtBase of first: ArchiveBase
    /// What came up to then ends in the segment.
    | InSegment of segment: ArchiveSegment

/// Finds out what of an archive is needed for a moment. No file is looked at for that.
[<RequireQualifiedAccess>]
module Restoring =

    let private hasId (id: ReplicationId voption) (other: ReplicationId) =
        match id with
        | ValueSome id -> id = other
        | ValueNone -> true

    // Whether a moment is one of the base, or of the stream behind it.
    let private holds (id: ReplicationId voption) (offset: Offset) (generation: GenerationFound) =
        generation.Base.Position.Offset = offset && hasId id generation.Base.Position.Id
        || generation.Segments
           |> List.exists (fun found ->
               hasId id found.Segment.Start.Id
               && found.Segment.Start.Offset <= offset
               && offset <= found.Good.Offset)

    let private partsTo (offset: Offset) (generation: GenerationFound) : RestorePart list =
        generation.Segments
        |> List.filter (fun found -> found.Segment.Start.Offset < offset)
        |> List.map (fun found ->
            {
                Segment = found.Segment
                To = min offset found.Good.Offset
            })

    // Whether the stream goes on in the next generation where its base stands.
    let private goesOn (generation: GenerationFound) (next: GenerationFound) =
        holds (ValueSome next.Base.Position.Id) next.Base.Position.Offset generation

    let private isSameHistory (generation: GenerationFound) (next: GenerationFound) =
        let ended, id =
            match List.tryLast generation.Segments with
            | Some last -> last.Good.Offset, last.Segment.Start.Id
            | None -> generation.Base.Position.Offset, generation.Base.Position.Id

        let start = next.Base.Position
        ended = start.Offset || id = start.Id || goesOn generation next

    // What the newest generations go on from. Only there an offset without an id means one moment.
    let private newestHistory (generations: GenerationFound list) : GenerationFound list =
        let rec back (later: GenerationFound list) (older: GenerationFound list) =
            match later, older with
            | next :: _, generation :: rest when isSameHistory generation next -> back (generation :: later) rest
            | _ -> later

        match List.rev generations with
        | [] -> []
        | newest :: older -> back [ newest ] older

    // From the base of the first of these generations to the moment, and the history it is in.
    let rec private path (id: ReplicationId voption) (offset: Offset) (generations: GenerationFound list) =
        match generations with
        | first :: _ when holds id offset first ->
            let parts = partsTo offset first

            let reached =
                match List.tryLast parts with
                | Some last -> last.Segment.Start.Id
                | None -> first.Base.Position.Id

            ValueSome(struct (ValueOption.defaultValue reached id, parts))
        | first :: (next :: _ as later) when next.Base.Position.Offset <= offset && goesOn first next ->
            path id offset later
            |> ValueOption.map (fun (struct (id, parts)) ->
                struct (id, partsTo next.Base.Position.Offset first @ parts))
        | _ -> ValueNone

    let rec private tails (items: 'Item list) =
        match items with
        | [] -> []
        | _ :: rest -> items :: tails rest

    let private planOf id offset (generations: GenerationFound list) : RestorePlan option =
        match generations with
        | first :: _ when first.IsBaseGood && first.Base.Position.Offset <= offset ->
            match path id offset generations with
            | ValueSome(struct (id, parts)) ->
                Some
                    {
                        Base = first.Base
                        Parts = parts
                        Id = id
                        Offset = offset
                    }
            | ValueNone -> None
        | _ -> None

    // The same, of the stretches that have the id alone.
    let private rangesOf (id: ReplicationId) (generations: GenerationFound list) : RestorableRange list =
        [
            for generation in generations do
                for found in generation.Segments do
                    if found.Segment.Start.Id = id then
                        let start: ArchivePoint =
                            {
                                Id = id
                                Offset = found.Segment.Start.Offset
                                Time = found.First
                            }

                        { From = start; To = found.Good }

                if generation.Base.Position.Id = id then
                    let start: ArchivePoint =
                        {
                            Id = id
                            Offset = generation.Base.Position.Offset
                            Time = ValueSome generation.Base.ReceivedAt
                        }

                    { From = start; To = start }
        ]

    // Why there is no such moment.
    let private fault asked (isGap: struct (ArchivePoint * ArchivePoint) -> bool) (ranges: RestorableRange list) =
        match ranges with
        | [] -> ArchiveFault.NothingArchived
        | _ ->
            let gap =
                Restorable.gaps ranges
                |> List.tryFind (fun gap -> isGap (struct (gap.Before, gap.After)))

            match gap with
            | Some gap -> ArchiveFault.MomentInGap(asked, gap.Before, gap.After)
            | None -> ArchiveFault.MomentOutside(asked, ranges.Head.From, (List.last ranges).To)

    let private offsetFault id (offset: Offset) (generations: GenerationFound list) =
        let asked = Moment.ToOffset(id, offset.Bytes)

        let isGap (struct (before: ArchivePoint, after: ArchivePoint)) =
            before.Offset < offset && offset < after.Offset

        match id with
        | ValueNone -> fault asked isGap (Restorable.ranges (newestHistory generations))
        | ValueSome known ->
            match rangesOf known generations with
            | [] -> ArchiveFault.UnknownHistory known
            | ranges ->
                let sorted = ranges |> List.sortBy (fun range -> range.From.Offset)
                let farthest = ranges |> List.maxBy (fun range -> range.To.Offset)
                fault asked isGap (sorted @ [ farthest ])

    /// The ways to a moment that is given as an offset, the one from the newest base first. The others serve if that
    /// base is of no use. If no history is named, the newest is meant: an offset that only an older one has is refused.
    [<CompiledName "Plans">]
    let plans
        (id: ReplicationId voption)
        (offset: Offset)
        (generations: GenerationFound list)
        : Result<RestorePlan list, ArchiveFault> =
        let searched =
            match id with
            | ValueNone -> newestHistory generations
            | ValueSome _ -> generations

        match tails searched |> List.rev |> List.choose (planOf id offset) with
        | [] when generations.IsEmpty -> Error ArchiveFault.NothingArchived
        | [] -> Error(offsetFault id offset generations)
        | newest :: older -> Ok(newest :: (older |> List.filter (fun plan -> plan.Id = newest.Id)))

    let private startTime (generation: GenerationFound) =
        match generation.Segments with
        | { First = ValueSome first } :: _ -> first
        | _ -> generation.Base.ReceivedAt

    let private endTime (generation: GenerationFound) =
        match List.tryLast generation.Segments with
        | Some { Good = { Time = ValueSome time } } -> time
        | _ -> generation.Base.ReceivedAt

    let private segmentAt (time: int64) (generation: GenerationFound) : TimePlace =
        let began (found: SegmentFound) =
            found.First |> ValueOption.exists (fun first -> first <= time)

        match List.tryFindBack began generation.Segments with
        | Some found -> TimePlace.InSegment found.Segment
        | None -> TimePlace.AtBase generation.Base

    // The newest generation first, with the one behind it.
    let rec private lookBack (time: int64) (later: GenerationFound option) (generations: GenerationFound list) =
        match generations with
        | [] -> None
        | newest :: _ when startTime newest <= time ->
            let isReached =
                match later with
                | Some later -> goesOn newest later
                | None -> false

            if time <= endTime newest || isReached then
                Some(segmentAt time newest)
            else
                None
        | newest :: _ when newest.Base.ReceivedAt <= time -> Some(TimePlace.AtBase newest.Base)
        | newest :: older -> lookBack time (Some newest) older

    /// Where what was received up to a time ends, in milliseconds of unix time.
    [<CompiledName "PlaceOfTime">]
    let placeOfTime (time: int64) (generations: GenerationFound list) : Result<TimePlace, ArchiveFault> =
        let isGap (struct (before: ArchivePoint, after: ArchivePoint)) =
            match before.Time, after.Time with
            | ValueSome before, ValueSome after -> before < time && time < after
            | _ -> false

        match lookBack time None (List.rev generations) with
        | Some place -> Ok place
        | None -> Error(fault (Moment.ToTime time) isGap (Restorable.ranges generations))

    /// The last moment there is.
    [<CompiledName "Newest">]
    let newest (generations: GenerationFound list) : Result<ArchivePoint, ArchiveFault> =
        match List.tryLast (Restorable.ranges generations) with
        | Some range -> Ok range.To
        | None -> Error ArchiveFault.NothingArchived

    // What of a generation is not in the next one as well.
    let private ownParts (generation: GenerationFound, next: GenerationFound option) =
        let ended =
            match next with
            | Some next when goesOn generation next -> next.Base.Position.Offset
            | _ -> Offset System.Int64.MaxValue

        partsTo ended generation

    /// All of the stream, the oldest first and nothing of it twice. Where one part does not begin at the end of the one
    /// before, something is missing, or another history begins.
    [<CompiledName "Stream">]
    let stream (generations: GenerationFound list) : RestorePart list =
        let later =
            List.map Some generations @ [ None ] |> List.skip (min 1 generations.Length)

        match generations with
        | [] -> []
        | _ -> List.zip generations later |> List.collect ownParts
