namespace HybridReplica.Tests.Simulation.Following

open System
open System.Collections.Generic
open System.Text
open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// Does what the replica commands, and reports what comes of it, as a shell does. Time is virtual, in milliseconds. The
/// process can die: then nothing is left but what the consumer stored.
type Host(chance: Chance, plan: FollowingPlan) =
    let agenda = Agenda<FollowingOccurrence>()
    let cluster = Cluster(chance, plan)

    let newDisk () =
        SimulatedDisk([||], (fun _ -> ValueNone))

    let answers = Queue<Event>()
    let mail = Queue<Event>()
    let mutable consumer = Consumer(chance, plan, plan.Settings.Resume)
    let mutable ledger = Ledger plan.Settings.Resume
    let mutable rules = FollowingRules(plan, plan.Settings.Resume)
    let mutable disk = newDisk ()
    let mutable now = 0L
    let mutable life = 1
    let mutable connection = 0
    let mutable number = 0
    let mutable isOpen = false
    let mutable isLost = false
    let mutable loss: NetworkTrouble voption = ValueNone
    let mutable window: byte[] = [||]
    let mutable toMaster: SimulatedWire<FollowingOccurrence> voption = ValueNone
    let mutable link: MasterConnection voption = ValueNone
    let mutable database = StreamDatabase.start
    let mutable isFull = false
    let mutable drainedAt = 0
    let mutable unreachableUntil = 0L
    let mutable asleepUntil = 0L
    let mutable deadUntil = -1L
    let mutable isInHaste = false

    let isCurrent number = isOpen && number = connection

    let source truth = { Truth = truth; Shift = ledger.Shift }

    let dial asked =
        number <- asked
        connection <- connection + 1
        isOpen <- true
        isLost <- false
        database <- StreamDatabase.start

        disk <-
            if plan.Settings.Destination = Destination.File then
                disk
            else
                newDisk ()

        let later = now + int64 (chance.Between(0, plan.Latency))

        let trouble =
            if now < unreachableUntil then
                ValueSome NetworkTrouble.Refused
            else
                ValueNone

        agenda.Add(later, FollowingOccurrence.Dialled(connection, trouble))

    let connect () =
        let current = connection

        let wire arrival loss =
            SimulatedWire(chance, plan.Chunk, plan.Latency, agenda, arrival, loss)

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
        ledger.Leave()
        cluster.Forget connection

    let send form request =
        link
        |> ValueOption.iter (fun link -> rules.Send(request, link, ledger, consumer))

        if isLost then
            answers.Enqueue(Event.Disconnected(number, NetworkTrouble.Reset))
        else
            let bytes = RequestEncoding.encode (form, request)
            toMaster |> ValueOption.iter (fun wire -> wire.Send(now, bytes, ValueNone))

    // The snapshot says in its head in which database its stream begins, once.
    let findDatabase (bytes: byte[]) =
        if not database.IsDecided then
            database <- StreamDatabase.advance (database, ReadOnlySpan bytes)

            database.Database |> ValueOption.iter (Event.StreamDatabase >> answers.Enqueue)

    let work command =
        let answer = disk.Run(command, window)

        match command with
        | Command.Sync ->
            let later = now + int64 (chance.Between(0, plan.DiskTime))

            answer
            |> ValueOption.iter (fun event -> agenda.Add(later, FollowingOccurrence.Answered(life, event)))
        | Command.Take bytes ->
            ValueOption.iter answers.Enqueue answer
            findDatabase window[.. bytes - 1]
        | _ -> ValueOption.iter answers.Enqueue answer

    let deliver bytes =
        let front = window[.. bytes - 1]
        let truth = link.Value.Truth
        ledger.Deliver(truth, Encoding.Latin1.GetString front)
        consumer.HandOver(HandedOver.Bytes front, source truth)

        if consumer.Waiting > plan.Spool && not isFull then
            isFull <- true
            drainedAt <- consumer.Waiting / 2

            let trouble =
                if chance.OnceIn 4 then
                    ValueSome FileTrouble.Full
                else
                    ValueNone

            answers.Enqueue(Event.SpoolFilled trouble)

    let tell notice =
        let link = link

        match notice, link with
        | Notice.SnapshotReceived(_, position), ValueSome link ->
            ledger.Receive(link.Truth, link.State.UsesPsync, link.State.SavedAt, position)
        | Notice.Resumed(position, isRewound), ValueSome link -> ledger.Resume(link.Truth, position, isRewound)
        | _ -> ()

        let truth =
            link |> ValueOption.map _.Truth |> ValueOption.defaultValue cluster.Truth

        consumer.HandOver(HandedOver.Notice notice, source truth)

    let turn () =
        if now >= asleepUntil || isInHaste then
            consumer.Turn isInHaste

            if isFull && consumer.Waiting <= drainedAt then
                isFull <- false
                mail.Enqueue Event.SpoolDrained

        let pace = if isInHaste then min plan.Pace 50 else plan.Pace
        agenda.Add(now + 1L + int64 (chance.Between(0, pace)), FollowingOccurrence.ConsumerTurns life)

    let die seconds =
        hangUp ()
        link <- ValueNone
        life <- life + 1
        deadUntil <- now + int64 seconds * 1000L
        answers.Clear()
        mail.Clear()
        isFull <- false
        disk <- newDisk ()
        let stored = consumer.Stored
        consumer <- Consumer(chance, plan, stored)
        ledger <- Ledger stored
        rules <- FollowingRules(plan, stored)

    let happen occurrence : Event voption =
        match occurrence with
        | FollowingOccurrence.Answered(of', event) when of' = life -> ValueSome event
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
        | FollowingOccurrence.ConsumerTurns of' when of' = life ->
            turn ()
            ValueNone
        | FollowingOccurrence.Happens happening ->
            match happening with
            | Happening.Unreachable seconds -> unreachableUntil <- now + int64 seconds * 1000L
            | Happening.Overslept seconds -> asleepUntil <- now + int64 seconds * 1000L
            | Happening.Died seconds -> die seconds
            | _ -> cluster.Happen(now, happening)

            ValueNone
        | _ -> ValueNone

    do
        for time, happening in plan.Happenings do
            agenda.Add(time, FollowingOccurrence.Happens happening)

        agenda.Add(int64 (chance.Between(0, 999)), FollowingOccurrence.MasterTicks)

    /// The time.
    member _.Now = now
    member _.Cluster = cluster
    member _.Consumer = consumer
    member _.Ledger = ledger
    member _.Rules = rules
    member _.Link = link
    member _.HasTemporary = disk.HasTemporary
    /// Which of the process's lives this is, and until when it is dead before that begins.
    member _.Life = life
    member _.DeadUntil = deadUntil
    member _.Window = window
    member _.IsFull = isFull
    /// What the commands of the last event are answered with, before anything else.
    member _.Answers = answers
    /// What others have to report.
    member _.Mail = mail
    member _.NextTime = agenda.NextTime
    member _.WaitUntil(time: int64) : unit = now <- max now time
    member _.HappenNext() : Event voption = happen (agenda.Next())

    /// The consumer begins, or begins again.
    member _.Awake() : unit =
        agenda.Add(now, FollowingOccurrence.ConsumerTurns life)

    /// From now on the consumer hurries, and acknowledges whatever it has.
    member _.Hurry() : unit = isInHaste <- true

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

    /// Does what a command says.
    member _.Run(command: Command) : unit =
        match command with
        | Command.Dial number -> dial number
        | Command.Send(form, request) -> send form request
        | Command.HangUp -> hangUp ()
        | Command.CheckTarget
        | Command.CreateTemporary
        | Command.Take _
        | Command.SyncBehind
        | Command.CheckSnapshot
        | Command.Sync
        | Command.Rename
        | Command.SyncFolder
        | Command.DeleteTemporary -> work command
        | Command.Deliver bytes -> deliver bytes
        | Command.Tell notice -> tell notice
        | Command.Archive _
        | Command.DisconnectReplicas
        | Command.DropBacklog
        | Command.Notify _
        | Command.Log _
        | Command.Finish _ -> ()
