namespace HybridReplica.Core

/// Verbs of the replica that change what is in its archive: steps, one after the other.
module internal ArchiveChanges =

    open Endings

    /// The same replica with another archive.
    let put (archive: ArchiveState) (state: State) =
        { state with
            Archive = ValueSome archive
        }

    /// A command about the archive.
    let command step = Command.Archive step

    // Whether the archive was read and is still written.
    let private isOpen phase =
        match phase with
        | Phase.Idle
        | Phase.OpeningArchive
        | Phase.Discarding(Ending.Finish _)
        | Phase.Ended _ -> false
        | _ -> true

    /// The steps that replace the manifest, and remove what it lists no more. The names of the files that are listed
    /// have to be on disk before the manifest is in its place: a power failure may keep the rename and lose what was
    /// created before it.
    let publish (settings: ArchiveSettings) archive removed =
        [
            ArchiveCommand.WriteManifest(archive, settings.Name)
            ArchiveCommand.SyncFolder
            ArchiveCommand.RenameManifest settings.Name
            ArchiveCommand.SyncFolder
            if not (List.isEmpty removed) then
                ArchiveCommand.Remove removed
        ]

    /// Begins a change.
    let change steps next (archive: ArchiveState) (state: State) =
        put
            { archive with
                Change = ValueSome { Steps = steps; Archive = next }
            }
            state,
        steps |> List.truncate 1 |> List.map command

    // Seals the open segment and goes on in the next, which begins where that one ends.
    let private rotate (settings: ArchiveSettings) (start: Position) (archive: ArchiveState) (state: State) =
        let segment = ArchivePlan.nextSegment settings start archive.Archive

        let next =
            ArchivePlan.seal start.Offset archive.Archive |> ArchivePlan.append segment

        let steps =
            [
                for active in ValueOption.toList archive.Active do
                    ArchiveCommand.SealSegment
                        { active with
                            End = ValueSome start.Offset
                        }
                ArchiveCommand.OpenSegment segment
                yield! publish settings next []
            ]

        change
            steps
            next
            { archive with
                Age = 0
                Syncs = 0
                IsTorn = false
            }
            state
        |> after [ Command.Log(LogEvent.SegmentBegun(segment.File, start)) ]

    /// The base that a snapshot becomes.
    let baseOf (settings: ArchiveSettings) sequence position (facts: BaseFacts) : ArchiveBase =
        {
            File = ArchiveNames.ofBase settings.Name sequence
            Sequence = sequence
            Position = position
            ReceivedAt = facts.ReceivedAt
            Size = facts.Size
            Checksum = facts.Checksum
        }

    // The snapshot becomes a base: what was written before it ends, and the stream behind it begins.
    let private beginGeneration (settings: ArchiveSettings) arrived facts (archive: ArchiveState) (state: State) =
        let sealing, ended =
            match archive.Active, archive.Written with
            | ValueSome active, ValueSome written ->
                [
                    ArchiveCommand.SealSegment
                        { active with
                            End = ValueSome written.Offset
                        }
                ],
                ArchivePlan.seal written.Offset archive.Archive
            | _ -> [], archive.Archive

        let first = baseOf settings arrived.Sequence arrived.Position facts
        let segment = ArchivePlan.nextSegment settings arrived.Position ended
        let now = max archive.Now (facts.ReceivedAt / 1000L)

        let struct (next, removed) =
            ended
            |> ArchivePlan.beginGeneration first [ segment ]
            |> ArchivePlan.retain settings.Keep now

        change
            (sealing @ ArchiveCommand.OpenSegment segment :: publish settings next removed)
            next
            { archive with
                Written = ValueSome arrived.Position
                // What is still said of a sync is about what came before.
                Syncing = ValueNone
                Synced = ValueNone
                Arrived = ValueNone
                Age = 0
                Syncs = 0
                IsTorn = false
                Now = now
            }
            state
        |> after [ Command.Log(LogEvent.BaseKept first.File) ]

    /// What could not be fetched is asked for again later.
    let fetchAgainIn = BaseFetch.Resting Limits.BaseRetry

    /// The base that was fetched is not kept.
    let drop (fetched: ArchiveBase) (archive: ArchiveState) (state: State) =
        change [ ArchiveCommand.Remove [ fetched.File ] ] archive.Archive { archive with Fetch = fetchAgainIn } state

    // The base that was fetched beside the stream begins a generation inside of the one that is written.
    let private adopt (settings: ArchiveSettings) (fetched: ArchiveBase) (archive: ArchiveState) (state: State) =
        match ArchivePlan.segmentAt fetched.Position.Offset archive.Archive with
        | ValueNone -> drop fetched archive state
        | ValueSome segment when ArchivePlan.isDivided settings fetched.Position segment archive.Archive ->
            drop fetched archive state
        | ValueSome segment ->
            let part = ArchivePlan.partBehind settings fetched.Position segment

            let struct (next, removed) =
                archive.Archive
                |> ArchivePlan.beginInside fetched segment part
                |> ArchivePlan.retain settings.Keep archive.Now

            let steps =
                [
                    for part in ValueOption.toList part do
                        ArchiveCommand.SplitSegment(segment, part)
                    yield! publish settings next removed
                ]

            change
                steps
                next
                { archive with
                    Fetch = BaseFetch.Resting 0
                }
                state
            |> after [ Command.Log(LogEvent.BaseKept fetched.File) ]

    let private prune (settings: ArchiveSettings) (archive: ArchiveState) (state: State) =
        if ArchivePlan.surplus settings.Keep archive.Now archive.Archive = 0 then
            state, []
        else
            let struct (next, removed) =
                ArchivePlan.retain settings.Keep archive.Now archive.Archive

            change (publish settings next removed) next archive state
            |> after [ Command.Log(LogEvent.ArchivePruned removed.Length) ]

    // A base that belongs to another history, or to a time before the newest, is of no use any more.
    let private isUseless (fetched: ArchiveBase) (archive: ArchiveState) (stream: StreamState) =
        fetched.Position.Id <> stream.Id
        || archive.Archive.Newest
           |> Option.forall (fun newest -> fetched.Position.Offset < newest.Base.Position.Offset)

    // Whether the stream stands at the end of a command outside of transactions, and all of it is written.
    let private isSettled (archive: ArchiveState) (stream: StreamState) =
        stream.Scan.Offset = stream.Scan.Safe
        && stream.Repeated = 0L
        && archive.Written
           |> ValueOption.exists (fun written -> written.Offset = stream.Scan.Safe)

    let private isReached (fetched: ArchiveBase) (archive: ArchiveState) =
        archive.Written
        |> ValueOption.exists (fun written -> fetched.Position.Offset <= written.Offset)

    // Begins the change that is due, if one is and can be begun here.
    let private changeBehind (stream: StreamState) (settings: ArchiveSettings) (archive: ArchiveState) (state: State) =
        let isOther =
            archive.Active
            |> ValueOption.exists (fun active -> active.Start.Id <> stream.Id)

        match archive.Fetch with
        | _ when (isOther || archive.IsTorn) && isSettled archive stream ->
            rotate settings stream.SafePosition archive state
        | BaseFetch.Fetched fetched when isUseless fetched archive stream -> drop fetched archive state
        | _ when archive.WantsBoundary settings && isSettled archive stream ->
            rotate settings stream.SafePosition archive state
        | BaseFetch.Fetched fetched when isReached fetched archive && not archive.HasBaseInside ->
            adopt settings fetched archive state
        | _ -> prune settings archive state

    /// Begins the change of the archive that is due, if one is. Whatever happened, this comes last.
    let goOn (state: State) =
        match state.Settings.Archive, state.Archive, state.Stream with
        | ValueSome settings, ValueSome archive, stream when archive.Change.IsNone && isOpen state.Phase ->
            match archive.Arrived, stream with
            | ValueSome { Facts = ValueNone }, _ -> state, []
            | ValueSome({ Facts = ValueSome facts } as arrived), _ ->
                beginGeneration settings arrived facts archive state
            | ValueNone, ValueSome stream -> changeBehind stream settings archive state
            | ValueNone, ValueNone -> prune settings archive state
        | _ -> state, []

    /// Before a snapshot is taken: it becomes the next base.
    let target (state: State) =
        match state.Settings.Archive, state.Archive with
        | ValueSome settings, ValueSome archive ->
            let sequence = archive.NextBase

            put { archive with Target = sequence } state,
            [
                command (ArchiveCommand.TargetBase(ArchiveNames.ofBase settings.Name sequence))
            ]
        | _ -> state, []

    /// A snapshot is in its place, and the stream begins behind it. What it amounts to is asked for at once, before
    /// another one is taken.
    let arrive (state: State, commands: Command list) =
        match state.Archive, state.Stream with
        | ValueSome archive, ValueSome stream ->
            put
                { archive with
                    Arrived =
                        ValueSome
                            {
                                Sequence = archive.Target
                                Position = stream.SafePosition
                                Facts = ValueNone
                            }
                }
                state,
            commands @ [ command ArchiveCommand.DescribeBase ]
        | _ -> state, commands

    /// This is what the snapshot amounts to that was taken last.
    let describe (facts: BaseFacts) (archive: ArchiveState) (state: State) =
        put
            { archive with
                Arrived =
                    archive.Arrived
                    |> ValueOption.map (fun arrived -> { arrived with Facts = ValueSome facts })
            }
            state,
        []
