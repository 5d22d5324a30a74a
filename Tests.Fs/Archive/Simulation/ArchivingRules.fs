namespace HybridReplica.Tests.Archive.Simulation

open System.Collections.Generic
open HybridReplica.Core
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Simulation.Following

/// What was told to the master: how much of which history is in the archive.
type Claim =
    {
        Truth: Truth
        Offset: int64
        /// Whether it was said to be on disk.
        IsDurable: bool
    }

/// What holds at every step of a run, whatever goes wrong in it.
type ArchivingRules(plan: ArchivingPlan) =
    let settings = plan.Archive
    let claims = List<Claim>()
    let generations = List<ArchiveBase>()
    // Of one life of the process.
    let mutable finished: Outcome voption = ValueNone
    let mutable isLinked = false
    let mutable hasAsked = false
    let mutable isSyncing = false
    let mutable written: Position list = []
    let mutable synced: Position list = []
    let mutable recovered: Position voption = ValueNone
    // Where the archive ends.
    let mutable last: Position voption = ValueNone
    let mutable pending: ArchiveCommand voption = ValueNone
    let mutable listing: Archive = Archive.Empty
    let mutable isRenamed = false
    let mutable isListed = false

    let require rule holds =
        if not holds then
            raise (RuleBroken rule)

    let isStep command =
        match command with
        | ArchiveCommand.Append _
        | ArchiveCommand.Sync _
        | ArchiveCommand.TargetBase _
        | ArchiveCommand.DescribeBase
        | ArchiveCommand.FetchBase _
        | ArchiveCommand.Close -> false
        | _ -> true

    // What retention leaves, of all the generations that there ever were.
    let retains (archive: Archive) now =
        let kept = archive.Generations.Length
        let total = generations.Count

        match settings.Keep with
        | Retention.Everything -> kept = total
        | Retention.Bases count -> kept = min count total
        | Retention.Seconds seconds ->
            // Some base is as old as the oldest moment that is wanted, if there ever was one. Who counts seconds may be
            // ahead by less than one.
            kept = total
            || archive.Generations.Head.Base.ReceivedAt / 1000L <= now / 1000L + 1L - seconds

    let publish (archive: Archive) now =
        let last = archive.Newest |> Option.map (fun generation -> generation.Base)

        match last with
        | Some newest when not (generations.Contains newest) ->
            generations.Add newest

            // What is not kept need not hold what was said.
            if settings.Keep <> Retention.Everything then
                claims.Clear()
        | _ -> ()

        require "nothing is listed only before the first base" (last.IsSome || generations.Count = 0)

        let kept = archive.Generations |> List.map (fun generation -> generation.Base)

        require
            "the generations that are kept are the last ones"
            (kept = List.ofSeq (Seq.skip (generations.Count - kept.Length) generations))

        require "nothing is dropped that is to be kept, and nothing is kept that is to be dropped" (retains archive now)

    let onArchive command now =
        require "one step is under way at a time" (pending.IsNone || not (isStep command))

        match command with
        | ArchiveCommand.Append _ -> require "nothing is appended while a step is under way" (pending.IsNone)
        | ArchiveCommand.Sync _ ->
            require "one sync is under way at a time" (not isSyncing)
            require "nobody syncs who need not" (settings.Fsync <> FsyncPolicy.No)
            isSyncing <- true
        | ArchiveCommand.WriteManifest(archive, _) -> listing <- archive
        | ArchiveCommand.RenameManifest _ -> publish listing now
        | _ -> ()

        if isStep command then
            pending <- ValueSome command

    // What was appended says that all in front of it is written, and what follows it at once of housekeeping needs
    // nobody to write it.
    let isTrue (truth: Truth) (positions: Position list) (offset: int64) =
        offset = 0L
        || positions
           |> List.exists (fun position ->
               truth.Has(position.Id, position.Offset.Bytes)
               && offset <= truth.BehindHousekeeping position.Offset.Bytes)

    let onAck (link: MasterConnection) (applied: Offset) (durable: Offset voption) =
        require
            "no acknowledgement exceeds what is written"
            (isTrue
                link.Truth
                (if settings.Fsync = FsyncPolicy.Always then
                     synced
                 else
                     written)
                applied.Bytes)

        require
            "who never syncs never says that anything is on disk"
            (settings.Fsync <> FsyncPolicy.No || durable.IsNone)

        require
            "nothing is said to be on disk that is not"
            (durable
             |> ValueOption.forall (fun offset -> isTrue link.Truth synced offset.Bytes))

        let claim (offset: Offset) isDurable =
            let isLess (other: Claim) =
                other.IsDurable = isDurable
                && other.Truth.Ids.Head = link.Truth.Ids.Head
                && other.Offset <= offset.Bytes

            if offset.Bytes > 0L then
                claims.RemoveAll isLess |> ignore

                claims.Add
                    {
                        Truth = link.Truth
                        Offset = offset.Bytes
                        IsDurable = isDurable
                    }

        claim applied (settings.Fsync = FsyncPolicy.Always)
        ValueOption.iter (fun offset -> claim offset true) durable

    // A segment is sealed and on disk, or a base is, and listed.
    let settle () =
        let settled =
            match pending with
            | ValueSome(ArchiveCommand.SealSegment { Start = start; End = ValueSome ended }) ->
                [ { start with Offset = ended } ]
            | ValueSome ArchiveCommand.SyncFolder when isRenamed ->
                isRenamed <- false
                isListed <- true

                listing.Newest
                |> Option.map (fun generation -> generation.Base.Position)
                |> Option.toList
            | ValueSome(ArchiveCommand.OpenSegment segment) ->
                last <- ValueSome segment.Start
                []
            | ValueSome(ArchiveCommand.RenameManifest _) ->
                isRenamed <- true
                []
            | _ -> []

        written <- settled @ written
        synced <- settled @ synced
        pending <- ValueNone

    /// How it ended.
    member _.Finished = finished
    /// What was said to be there.
    member _.Claims: Claim list = List.ofSeq claims
    /// Whether an archive was ever begun.
    member _.HasBase = generations.Count > 0

    /// What is not on disk was lost, and so it need not be there any more.
    member _.ForgetClaims(isForgotten: Claim -> bool) : unit = claims.RemoveAll isForgotten |> ignore

    /// What the manifest says may be that of before.
    member _.Reread(archive: Archive voption) : unit =
        match archive with
        | ValueSome archive ->
            let bases = archive.Generations |> List.map (fun generation -> generation.Base)
            let last = List.tryLast bases

            // What was published and did not come to the disk was not.
            while generations.Count > 0 && Some generations[generations.Count - 1] <> last do
                generations.RemoveAt(generations.Count - 1)
        | ValueNone ->
            require "a manifest that was put in its place stays there" (not isListed)
            generations.Clear()

    /// Another life of the process begins.
    member _.Begin() : unit =
        finished <- ValueNone
        isLinked <- false
        hasAsked <- false
        isRenamed <- false
        pending <- ValueNone
        isSyncing <- false
        written <- []
        synced <- []
        recovered <- ValueNone

    /// Something is heard of the archive.
    member _.Hear(event: ArchiveEvent) : unit =
        match event with
        | ArchiveEvent.Appended safe ->
            last <- ValueSome safe
            written <- safe :: written
        | ArchiveEvent.Synced safe ->
            isSyncing <- false
            synced <- safe :: synced
        | ArchiveEvent.SegmentRecovered(position, _) ->
            pending <- ValueNone
            recovered <- ValueSome position
            last <- ValueSome position
            written <- [ position ]
            synced <- [ position ]
        | ArchiveEvent.BaseDescribed _
        | ArchiveEvent.BaseFetched _
        | ArchiveEvent.BaseNotFetched _ -> ()
        | ArchiveEvent.Done -> settle ()
        | ArchiveEvent.Failed(ArchiveStep.Sync, _) -> isSyncing <- false
        | _ -> pending <- ValueNone

    /// Something is asked of the master.
    member _.Send(request: Request, link: MasterConnection) : unit =
        match request with
        | Request.Psync(ValueSome position) ->
            require
                "the stream is asked for from the end of the archive"
                (last |> ValueOption.exists (fun last -> last.Offset = position.Offset))
        | Request.Psync ValueNone -> require "what is in the archive is gone on from" (recovered.IsNone || hasAsked)
        | Request.Ack(applied, durable) -> onAck link applied durable
        | _ -> ()

        match request with
        | Request.Psync _ -> hasAsked <- true
        | _ -> ()

    /// A command is about to be run, at a time in milliseconds.
    member _.Before(command: Command, now: int64) : unit =
        require "nothing comes after the end" finished.IsNone

        match command with
        | Command.Archive command -> onArchive command now
        | Command.Log(LogEvent.Ended(Outcome.Failed(Fault.OutOfTurn(phase, event)))) ->
            require $"nothing is out of turn, not even {event} in {phase}" false
        // A snapshot is in its place.
        | Command.Log(LogEvent.Streaming position) -> last <- ValueSome position
        | Command.Dial _ ->
            require "there is one connection at a time" (not isLinked)
            isLinked <- true
        | Command.Send _ -> require "only a connection is written to" isLinked
        | Command.HangUp ->
            require "only a connection is hung up" isLinked
            isLinked <- false
        | Command.Deliver _
        | Command.Tell _ -> require "nobody consumes what is archived" false
        | Command.Finish outcome -> finished <- ValueSome outcome
        | _ -> ()
