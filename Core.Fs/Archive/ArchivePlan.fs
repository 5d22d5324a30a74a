namespace HybridReplica.Core

/// How an archive changes: each function gives the archive that the next manifest lists.
module internal ArchivePlan =

    let private highest numbers = List.fold max 0L numbers

    /// The number of the next base.
    let nextBase (archive: Archive) : int64 =
        (archive.Generations
         |> List.map (fun generation -> generation.Base.Sequence)
         |> highest)
        + 1L

    /// The next segment, which begins there. The number behind that of the last is left free.
    let nextSegment (settings: ArchiveSettings) (start: Position) (archive: Archive) : ArchiveSegment =
        let last = archive.Segments |> List.map (fun segment -> segment.Sequence) |> highest

        let sequence = if last = 0L then 1L else last + 2L

        {
            File = ArchiveNames.ofSegment settings.Name sequence
            Sequence = sequence
            Start = start
            End = ValueNone
        }

    let private mapLast change items =
        match List.rev items with
        | last :: earlier -> List.rev (change last :: earlier)
        | [] -> []

    /// The archive with its open segment sealed, if it has one.
    let seal (ended: Offset) (archive: Archive) : Archive =
        let sealLast (generation: Generation) =
            { generation with
                Segments =
                    generation.Segments
                    |> mapLast (fun segment ->
                        if segment.IsSealed then
                            segment
                        else
                            { segment with End = ValueSome ended })
            }

        {
            Generations = mapLast sealLast archive.Generations
        }

    /// The archive with one more segment behind the last.
    let append (segment: ArchiveSegment) (archive: Archive) : Archive =
        {
            Generations =
                archive.Generations
                |> mapLast (fun generation ->
                    { generation with
                        Segments = generation.Segments @ [ segment ]
                    })
        }

    /// The archive with one more generation.
    let beginGeneration (first: ArchiveBase) (segments: ArchiveSegment list) (archive: Archive) : Archive =
        {
            Generations = archive.Generations @ [ { Base = first; Segments = segments } ]
        }

    /// The segment inside of which, or at the start of which, the offset lies, if it is in the newest generation.
    let segmentAt (offset: Offset) (archive: Archive) : ArchiveSegment voption =
        let holds (segment: ArchiveSegment) =
            segment.Start.Offset <= offset
            && (match segment.End with
                | ValueSome ended -> offset < ended
                | ValueNone -> true)

        archive.Newest
        |> Option.bind (fun generation -> List.tryFind holds generation.Segments)
        |> ValueOption.ofOption

    /// What of a sealed segment has to be in a file of its own, because a base lies inside of it. None: the base lies
    /// where it begins.
    let partBehind (settings: ArchiveSettings) (position: Position) (segment: ArchiveSegment) : ArchiveSegment voption =
        if segment.Start.Offset = position.Offset then
            ValueNone
        else
            ValueSome
                {
                    File = ArchiveNames.ofSegment settings.Name (segment.Sequence + 1L)
                    Sequence = segment.Sequence + 1L
                    Start = position
                    End = segment.End
                }

    /// Whether there is no number left for that part: the segment is a part itself, or was divided before.
    let isDivided (settings: ArchiveSettings) (position: Position) (segment: ArchiveSegment) (archive: Archive) : bool =
        partBehind settings position segment
        |> ValueOption.exists (fun part -> List.contains part.File archive.Files)

    /// The archive with a generation that begins inside of the newest one: with that segment, or with the part of it
    /// that was split off.
    let beginInside
        (first: ArchiveBase)
        (segment: ArchiveSegment)
        (part: ArchiveSegment voption)
        (archive: Archive)
        : Archive =
        let isBefore (other: ArchiveSegment) =
            other.Sequence < segment.Sequence
            || part.IsSome && other.Sequence = segment.Sequence

        let later =
            archive.Newest
            |> Option.map (fun generation -> List.filter (isBefore >> not) generation.Segments)
            |> Option.defaultValue []

        {
            Generations =
                archive.Generations
                |> mapLast (fun generation ->
                    { generation with
                        Segments = List.filter isBefore generation.Segments
                    })
        }
        |> beginGeneration first (ValueOption.toList part @ later)

    /// How many generations may go.
    let surplus (retention: Retention) (now: int64) (archive: Archive) =
        match retention with
        | Retention.Everything -> 0
        | Retention.Bases count -> max 0 (archive.Generations.Length - count)
        | Retention.Seconds seconds ->
            // A generation is needed for as long as the one behind it does not reach back far enough.
            archive.Generations
            |> List.skip (min 1 archive.Generations.Length)
            |> List.takeWhile (fun next -> next.Base.ReceivedAt / 1000L <= now - seconds)
            |> List.length

    /// The archive without what is not kept, and the files that go. The newest generation is always kept.
    let retain (retention: Retention) (now: int64) (archive: Archive) : struct (Archive * string list) =
        let gone, kept = List.splitAt (surplus retention now archive) archive.Generations
        struct ({ Generations = kept }, { Generations = gone }.Files)
