namespace HybridReplica.Tests.Simulation

open System.Collections.Generic
open HybridReplica.Core

/// Does what the replica commands, and reports what comes of it, as the comments of `Command` and `Event` say. Time is
/// virtual, in milliseconds.
type SimulatedShell(chance: Chance, plan: Plan, old: byte[]) =
    let agenda = Agenda<Occurrence>()
    let misfortune = Misfortune(chance, plan)
    let disk = SimulatedDisk(old, misfortune.OnDisk)
    let answers = Queue<Event>()
    let mutable now = 0L
    let mutable lastAnswer = 0L
    let mutable window: byte[] = [||]
    let mutable link = 0
    let mutable isOpen = false
    let mutable loss: NetworkTrouble voption = ValueNone
    let mutable isLost = false
    let mutable toMaster: SimulatedWire<Occurrence> voption = ValueNone
    let mutable master: SimulatedMaster voption = ValueNone

    let isCurrent number = isOpen && number = link

    let dial number =
        link <- number
        isOpen <- true
        isLost <- false
        misfortune.BeginAttempt()
        let later = now + int64 (chance.Between(0, plan.Latency))

        match misfortune.OnDial with
        | ValueSome(Mishap.Unreachable trouble) -> agenda.Add(later, Occurrence.Dialled(number, ValueSome trouble))
        | ValueSome _ -> ()
        | ValueNone -> agenda.Add(later, Occurrence.Dialled(number, ValueNone))

    let connect number =
        let settings =
            { plan.Master with
                Condition = misfortune.Condition
            }

        let toReplica =
            let arrival bytes = Occurrence.ReplicaHears(number, bytes)

            let loss trouble =
                Occurrence.ReplicaLoses(number, trouble)

            SimulatedWire(chance, plan.Chunk, plan.Latency, agenda, arrival, loss)

        let host = SimulatedMaster(plan, settings, toReplica, misfortune.OnTheWire)
        let arrival bytes = Occurrence.MasterHears(number, bytes)
        master <- ValueSome host
        // Nothing breaks in this direction: whatever does is noticed in the other.
        let loss _ = Occurrence.MasterTicks 0
        toMaster <- ValueSome(SimulatedWire(chance, plan.Chunk, plan.Latency, agenda, arrival, loss))
        agenda.Add(now + int64 (chance.Between(0, 999)), Occurrence.MasterTicks number)
        host.Accept now

    let hangUp () =
        isOpen <- false
        window <- [||]
        loss <- ValueNone
        toMaster <- ValueNone
        master <- ValueNone

    let send form request =
        if isLost then
            answers.Enqueue(Event.Disconnected(link, NetworkTrouble.Reset))
        else
            let bytes = RequestEncoding.encode (form, request)
            toMaster |> ValueOption.iter (fun wire -> wire.Send(now, bytes, ValueNone))

    let work command =
        let time = int64 (chance.Between(0, plan.DiskTime))

        match disk.Run(command, window), plan.Shell with
        | ValueSome answer, ShellKind.Tardy ->
            lastAnswer <- max lastAnswer now + time
            agenda.Add(lastAnswer, Occurrence.Answered answer)
        | ValueNone, ShellKind.Tardy -> ()
        | answer, ShellKind.Prompt ->
            now <- now + time
            ValueOption.iter answers.Enqueue answer

    let happen occurrence : Event voption =
        match occurrence with
        | Occurrence.Answered event -> ValueSome event
        | Occurrence.Dialled(number, ValueSome trouble) -> ValueSome(Event.ConnectFailed(number, trouble))
        | Occurrence.Dialled(number, ValueNone) ->
            if isCurrent number then
                connect number

            ValueSome(Event.Connected number)
        | Occurrence.ReplicaHears(number, bytes) when isCurrent number ->
            window <- Array.append window bytes
            ValueNone
        | Occurrence.ReplicaLoses(number, trouble) when isCurrent number ->
            loss <- ValueSome trouble
            isLost <- true
            ValueNone
        | Occurrence.MasterHears(number, bytes) when isCurrent number ->
            master |> ValueOption.iter (fun host -> host.Hear(now, bytes))
            ValueNone
        | Occurrence.MasterTicks number when isCurrent number ->
            agenda.Add(now + 1000L, occurrence)
            master |> ValueOption.iter (fun host -> host.Tick now)
            ValueNone
        | _ -> ValueNone

    /// The time.
    member _.Now = now
    member _.Disk = disk
    member _.Misfortune = misfortune
    /// What was received and not used up yet.
    member _.Window = window
    /// The number of the connection dialled last, and whether it was not hung up yet.
    member _.Link = struct (link, isOpen)
    /// What the commands of the last event are answered with, before anything else.
    member _.Answers = answers
    /// When the next thing happens.
    member _.NextTime = agenda.NextTime
    /// Lets time pass.
    member _.WaitUntil(time: int64) : unit = now <- max now time

    /// Lets the next thing happen.
    member _.HappenNext() : Event voption = happen (agenda.Next())

    /// Bytes at the front of the window were used up.
    member _.Consume(bytes: int) : unit =
        window <- window[min bytes window.Length ..]

    /// The news that the connection is lost, once everything before it was looked at.
    member _.TryLoss(expectation: Expectation) : Event voption =
        match loss with
        | ValueSome trouble when
            window.Length = 0
            || expectation <> Expectation.Nothing
            || trouble = NetworkTrouble.Reset
            ->
            loss <- ValueNone
            ValueSome(Event.Disconnected(link, trouble))
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
        | Command.Deliver _
        | Command.Tell _
        | Command.Archive _
        | Command.DisconnectReplicas
        | Command.DropBacklog
        | Command.Notify _
        | Command.Log _
        | Command.Finish _ -> ()
