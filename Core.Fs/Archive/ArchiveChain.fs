namespace HybridReplica.Core

/// A replication id in an archive.
type ArchiveChainLink =
    {
        Id: ReplicationId
        /// The offset at which it began, or the archive does.
        Start: Offset
        /// Whether the history went on under this id (`+CONTINUE` with another one). Otherwise another history began,
        /// or the archive.
        GoesOn: bool
    }

/// Under which replication ids an archive was written.
[<RequireQualifiedAccess>]
module ArchiveChain =

    let private link goesOn (start: Position) : ArchiveChainLink =
        {
            Id = start.Id
            Start = start.Offset
            GoesOn = goesOn
        }

    // A generation begins with a base; what follows it is one history, whatever its ids.
    let private linksOf (generation: Generation) =
        link false generation.Base.Position
        :: (generation.Segments |> List.map (fun segment -> link true segment.Start))

    // What lies inside of the same id begins nothing.
    let private add (links: ArchiveChainLink list) (next: ArchiveChainLink) =
        match links with
        | last :: _ when last.Id = next.Id -> links
        | _ -> next :: links

    /// The replication ids, in the order in which they were met, each with the offset at which it began.
    [<CompiledName "OfArchive">]
    let ofArchive (archive: Archive) : ArchiveChainLink list =
        archive.Generations |> List.collect linksOf |> List.fold add [] |> List.rev
