namespace HybridReplica.Core

/// How far a segment can be used.
type SegmentFound =
    {
        Segment: ArchiveSegment
        /// When its first bytes were received, in milliseconds of unix time. None: it is not known.
        First: int64 voption
        /// The last moment up to which nothing is wrong with it: its end, if nothing is.
        Good: ArchivePoint
    }

/// A generation, and how far it can be used.
type GenerationFound =
    {
        Base: ArchiveBase
        /// Whether nothing is wrong with the base.
        IsBaseGood: bool
        Segments: SegmentFound list
    }

/// Moments that can be restored: every end of a command outside of transactions from one to the other.
type RestorableRange =
    { From: ArchivePoint; To: ArchivePoint }

/// Where moments are missing: the last one before, and the first one behind.
type ArchiveGap =
    {
        Before: ArchivePoint
        After: ArchivePoint
    }

    /// Whether another history begins behind it, in which offsets mean something else.
    member this.IsOtherHistory = this.Before.Id <> this.After.Id

/// What of an archive can be restored. Damage in a segment leaves what lies before it; later moments need the next base
/// that is good. Damage in a base leaves what can be reached from the generation before.
[<RequireQualifiedAccess>]
module Restorable =

    // What is reached from a base, and under which ids: where each of them begins and how far it reaches.
    type private Reach =
        {
            From: ArchivePoint
            To: ArchivePoint
            Pieces: struct (ReplicationId * Offset * Offset) list
        }

    let private startOf (generation: GenerationFound) : ArchivePoint =
        let first =
            match generation.Segments with
            | first :: _ -> ValueOption.defaultValue generation.Base.ReceivedAt first.First
            | [] -> generation.Base.ReceivedAt

        {
            Id = generation.Base.Position.Id
            Offset = generation.Base.Position.Offset
            // A base that was fetched beside the stream came later than the stream behind it.
            Time = ValueSome(min first generation.Base.ReceivedAt)
        }

    let private reachOf (start: ArchivePoint) : Reach =
        {
            From = start
            To = start
            Pieces = [ struct (start.Id, start.Offset, start.Offset) ]
        }

    let private covers (position: Position) (reach: Reach) =
        reach.Pieces
        |> List.exists (fun (struct (id, first, last)) ->
            id = position.Id && first <= position.Offset && position.Offset <= last)

    // A segment goes on from what is reached, if it begins there or before it, in the same history.
    let private extend (reach: Reach) (found: SegmentFound) : Reach =
        let start = found.Segment.Start

        let follows =
            start.Offset = reach.To.Offset
            || start.Offset < reach.To.Offset && start.Id = reach.To.Id

        if follows && found.Good.Offset >= reach.To.Offset then
            { reach with
                To = found.Good
                Pieces = struct (start.Id, start.Offset, found.Good.Offset) :: reach.Pieces
            }
        else
            reach

    let private close (reach: Reach option) (closed: RestorableRange list) : RestorableRange list =
        match reach with
        | Some reach -> { From = reach.From; To = reach.To } :: closed
        | None -> closed

    let private enter (reach, closed) (generation: GenerationFound) =
        match reach with
        | Some reach when covers generation.Base.Position reach -> Some reach, closed
        | _ when generation.IsBaseGood -> Some(reachOf (startOf generation)), close reach closed
        | _ -> None, close reach closed

    let private add state (generation: GenerationFound) =
        let reach, closed = enter state generation

        reach |> Option.map (fun reach -> List.fold extend reach generation.Segments), closed

    /// The moments that can be restored, the oldest first. Between two ranges there is a gap.
    [<CompiledName "Ranges">]
    let ranges (generations: GenerationFound list) : RestorableRange list =
        generations |> List.fold add (None, []) ||> close |> List.rev

    /// Where moments are missing between them.
    [<CompiledName "Gaps">]
    let gaps (ranges: RestorableRange list) : ArchiveGap list =
        ranges
        |> List.pairwise
        |> List.map (fun (before, after) ->
            {
                Before = before.To
                After = after.From
            })
