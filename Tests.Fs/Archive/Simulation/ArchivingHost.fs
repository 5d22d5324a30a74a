namespace HybridReplica.Tests.Archive.Simulation

open System
open System.Collections.Generic
open HybridReplica.Core
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Simulation.Following

/// Does what the replica commands, and reports what comes of it, as a shell does that archives. Time is virtual, in
/// milliseconds. The process can die, and the power can fail: then nothing is left but what is on the disk.
type ArchivingHost(chance: Chance, plan: ArchivingPlan) =
    let epoch = 1_700_000_000_000L
    let agenda = Agenda<FollowingOccurrence>()
    let cluster = Cluster(chance, plan.Following)
    let rules = ArchivingRules plan
    let histories = List<Truth>()
    let answers = Queue<Event>()
    let calamity = Calamity plan
    let postponed = Postponed plan.IsEager
    let mutable now = 0L
    let mutable boot = 1
    let mutable wakeAt = 0L
    let mutable connection = 0
    let mutable number = 0
    let mutable isOpen = false
    let mutable isLost = false
    let mutable loss: NetworkTrouble voption = ValueNone
    let mutable window: byte[] = [||]
    let mutable toMaster: SimulatedWire<FollowingOccurrence> voption = ValueNone
    let mutable link: MasterConnection voption = ValueNone
    let mutable unreachableUntil = 0L
    let mutable check: unit -> unit = ignore

    let meet (operation, _: string) : FileTrouble voption =
        // What is appended changes nothing that is listed.
        if operation <> DiskOperation.Write then
            check ()

        calamity.Meet operation

    let disk = FaultyDisk(chance, meet)

    let newArchive () =
        SimulatedArchive(disk, plan.Stamps, boot)

    let mutable archive = newArchive ()
    let mutable snapshot = SnapshotWriter disk

    // Whatever happens next, the archive can be read: by who only lost the process, and now and then by who lost power.
    let look () =
        FolderLaws.atEveryMoment plan.Archive.Name disk.View

        if chance.OnceIn 3 then
            FolderLaws.atEveryMoment plan.Archive.Name (disk.AfterPowerFailure chance)

    do check <- look

    let isCurrent number = isOpen && number = connection

    let dial asked =
        number <- asked
        connection <- connection + 1
        isOpen <- true
        isLost <- false

        let trouble =
            if now < unreachableUntil then
                ValueSome NetworkTrouble.Refused
            else
                ValueNone

        agenda.Add(
            now + int64 (chance.Between(0, plan.Following.Latency)),
            FollowingOccurrence.Dialled(connection, trouble)
        )

    let connect () =
        let current = connection

        let wire arrival loss =
            SimulatedWire(chance, plan.Following.Chunk, plan.Following.Latency, agenda, arrival, loss)

        let toReplica =
            wire (fun bytes -> FollowingOccurrence.ReplicaHears(current, bytes)) (fun trouble ->
                FollowingOccurrence.ReplicaLoses(current, trouble))

        let arrival bytes =
            FollowingOccurrence.MasterHears(current, bytes)
        // Whatever breaks is noticed in the other direction.
        toMaster <- ValueSome(wire arrival (fun _ -> FollowingOccurrence.MasterHears(current, [||])))
        link <- ValueSome(cluster.Accept(now, current, toReplica))

    let hangUp () =
        isOpen <- false
        window <- [||]
        loss <- ValueNone
        toMaster <- ValueNone
        cluster.Forget connection

    let send form request =
        link |> ValueOption.iter (fun link -> rules.Send(request, link))

        if isLost then
            answers.Enqueue(Event.Disconnected(number, NetworkTrouble.Reset))
        else
            let bytes = RequestEncoding.encode (form, request)
            toMaster |> ValueOption.iter (fun wire -> wire.Send(now, bytes, ValueNone))

    let postpone work =
        postponed.Add(now, int64 (chance.Between(0, plan.Following.DiskTime)), work)

    // Another connection brings a snapshot of what the master has now.
    let fetch file =
        let history = cluster.History
        let database = cluster.Truth.Database

        let position =
            { Position.AtFullResync(history.Id, history.Offset) with
                Database = ValueSome database
            }

        let bytes = DemoDataSet.encodeAt (position, [ "key", DemoValue.Text "value" ])
        let isFetched = not (chance.OnceIn plan.Unfetched)
        let until = now + int64 (chance.Between(0, 3000))

        let work () =
            try
                if isFetched then
                    snapshot.Fetch(file, bytes)

                    ArchiveEvent.BaseFetched(
                        position,
                        {
                            ReceivedAt = epoch + until
                            Size = bytes.LongLength
                            Checksum = SegmentMarks.checksum bytes bytes.Length
                        }
                    )
                else
                    ArchiveEvent.BaseNotFetched "the master is busy"
            with DiskTrouble trouble ->
                ArchiveEvent.BaseNotFetched(string trouble)
            |> Event.Archive

        postponed.AddBeside(until, work)

    // Whether the rest of what was commanded is done.
    let mutable isSpoilt = false

    let tell event =
        match event with
        | ArchiveEvent.Failed _ -> isSpoilt <- true
        | _ -> ()

        answers.Enqueue(Event.Archive event)

    let runArchive command =
        match command with
        | ArchiveCommand.FetchBase file -> fetch file
        | ArchiveCommand.Close -> archive.Run(command, window, epoch + now) |> ignore
        | _ when isSpoilt -> ()
        | _ ->
            match archive.Run(command, window, epoch + now) with
            | ArchiveAnswer.Nothing -> ()
            | ArchiveAnswer.Now event -> tell event
            | ArchiveAnswer.Later work -> postpone (work >> Event.Archive)

    let happen occurrence : Event voption =
        match occurrence with
        | FollowingOccurrence.Dialled(current, ValueSome trouble) when isCurrent current ->
            ValueSome(Event.ConnectFailed(number, trouble))
        | FollowingOccurrence.Dialled(current, ValueNone) when isCurrent current ->
            connect ()
            ValueSome(Event.Connected number)
        | FollowingOccurrence.ReplicaHears(current, bytes) when isCurrent current && not isLost ->
            window <- Array.append window bytes
            ValueNone
        | FollowingOccurrence.ReplicaLoses(current, trouble) when isCurrent current ->
            loss <- ValueSome trouble
            isLost <- true
            ValueNone
        | FollowingOccurrence.MasterHears(current, bytes) when bytes.Length > 0 ->
            cluster.Hear(now, current, bytes)
            ValueNone
        | FollowingOccurrence.MasterTicks ->
            agenda.Add(now + 1000L, occurrence)
            cluster.Tick now
            ValueNone
        | FollowingOccurrence.Happens happening ->
            match happening with
            | Happening.Unreachable seconds -> unreachableUntil <- now + int64 seconds * 1000L
            | Happening.FailedOver _
            | Happening.StartedOver ->
                histories.Add cluster.Truth
                cluster.Happen(now, happening)
            | _ -> cluster.Happen(now, happening)

            ValueNone
        | _ -> ValueNone

    let reset seconds =
        hangUp ()
        link <- ValueNone
        wakeAt <- now + int64 seconds * 1000L
        answers.Clear()
        postponed.Clear()
        isSpoilt <- false
        snapshot <- SnapshotWriter disk

    do
        for time, happening in plan.Following.Happenings do
            agenda.Add(time, FollowingOccurrence.Happens happening)

        agenda.Add(int64 (chance.Between(0, 999)), FollowingOccurrence.MasterTicks)

    /// The time.
    member _.Now = now
    /// The time of day.
    member _.Clock = epoch + now
    member _.Cluster = cluster
    member _.Rules = rules
    member _.Link = link
    member _.Disk = disk
    member _.Archive = archive
    member _.Window = window
    /// Every history there was.
    member _.Histories: Truth list = cluster.Truth :: List.ofSeq histories
    member _.WakeAt = wakeAt
    /// What the commands of the last event are answered with, before anything else.
    member _.Answers = answers

    /// What goes wrong.
    member _.Calamity = calamity

    /// When the next thing happens.
    member _.NextTime: int64 voption =
        match agenda.NextTime, postponed.NextTime with
        | ValueSome time, ValueSome other -> ValueSome(min time other)
        | time, ValueNone -> time
        | ValueNone, time -> time

    /// Lets time pass.
    member _.WaitUntil(time: int64) : unit =
        now <- max now time
        calamity.Pass(now, disk)

    /// Lets the next thing happen.
    member _.HappenNext() : Event voption =
        match postponed.NextTime with
        | ValueSome time when agenda.NextTime |> ValueOption.forall (fun other -> time <= other) ->
            ValueSome(postponed.Next())
        | _ -> happen (agenda.Next())

    /// Bytes at the front of the window were used up.
    member _.Consume(bytes: int) : unit =
        window <- window[min bytes window.Length ..]

    /// The news that the connection is lost, once everything before it was looked at.
    member _.TryLoss(expectation: Expectation) : Event voption =
        match loss with
        | ValueSome trouble when window.Length = 0 || expectation <> Expectation.Nothing ->
            loss <- ValueNone
            ValueSome(Event.Disconnected(number, trouble))
        | _ -> ValueNone

    /// The process is gone, by whatever it died of, or because it ended.
    member _.Die() : Death voption =
        let death = calamity.TakeDeath()

        match death with
        | ValueSome(struct (kind, seconds)) ->
            reset seconds

            if kind = Death.OfPower then
                boot <- boot + 1
                disk.FailPower()
        | ValueNone -> reset (chance.Between(1, 5))

        archive <- newArchive ()
        death |> ValueOption.map (fun (struct (kind, _)) -> kind)

    /// Another command list begins.
    member _.Begin() : unit = isSpoilt <- false

    /// Does what a command says.
    member _.Run(command: Command) : unit =
        match command with
        | Command.Dial number -> dial number
        | Command.Send(form, request) -> send form request
        | Command.HangUp -> hangUp ()
        | Command.Archive command -> runArchive command
        | Command.Finish _
        | Command.Notify _
        | Command.Log _
        | Command.Deliver _
        | Command.Tell _
        | Command.DisconnectReplicas
        | Command.DropBacklog -> ()
        | Command.Sync -> postpone (fun () -> (snapshot.Run(command, window, archive.Target)).Head)
        | _ -> List.iter answers.Enqueue (snapshot.Run(command, window, archive.Target))
