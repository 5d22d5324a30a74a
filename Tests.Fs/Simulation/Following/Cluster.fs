namespace HybridReplica.Tests.Simulation.Following

open System
open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// What goes on between the two sides without either's doing. Connections are counted through the whole conversation,
/// however often the replica's process dies in it.
[<RequireQualifiedAccess>]
type FollowingOccurrence =
    | Dialled of connection: int * trouble: NetworkTrouble voption
    | ReplicaHears of connection: int * bytes: byte[]
    | ReplicaLoses of connection: int * trouble: NetworkTrouble
    | MasterHears of connection: int * bytes: byte[]
    | Answered of life: int * event: Event
    | ConsumerTurns of life: int
    | MasterTicks
    | Happens of Happening

/// One connection, as the master's host has it.
type MasterConnection(number: int, settings: MasterSettings, truth: Truth, wire: SimulatedWire<FollowingOccurrence>) =
    member _.Number = number
    member _.Wire = wire
    member val State = MasterState.Initial settings with get, set
    /// The history it gives, up to now.
    member val Truth = truth with get, set
    /// What was heard and is no whole request yet.
    member val Window: byte[] = [||] with get, set
    /// Whether something was on the wire that nobody sent.
    member val IsTainted = false with get, set
    /// Whether the master hung up because it heard nothing for too long.
    member val IsGivenUp = false with get, set

/// Whoever is the master: its history, which outlives connections, and one connection.
type Cluster(chance: Chance, plan: FollowingPlan) =
    let era = plan.Master.Era
    let mutable history = plan.Master.History
    let mutable truth = plan.Known
    let mutable earlier = [ history, truth ]
    let mutable connection: MasterConnection voption = ValueNone
    let mutable frozenUntil = 0L
    let mutable condition = MasterCondition.Ready
    let mutable conditionUntil = 0L
    let mutable damages = 0
    let mutable isSameDamage = false
    let mutable seconds = 0

    let at now = max now frozenUntil

    let damage (bytes: byte[]) =
        if damages > 0 then
            damages <- damages - 1
            // Neither in the head, which says what it is, nor in its end, which may say that there is no checksum.
            let place =
                if isSameDamage then
                    bytes.Length - 10
                else
                    chance.Between(20, bytes.Length - 10)

            bytes[place] <- bytes[place] ^^^ 1uy

        bytes

    let snapshot (position: Position) =
        let keys =
            [ "key", DemoValue.Text(String.replicate (chance.Between(0, 20)) "value ") ]

        (if era.NamesHistory then
             DemoDataSet.encodeAt (position, keys)
         else
             DemoDataSet.encode keys)
        |> damage

    let rec run now (link: MasterConnection) command =
        match command with
        | MasterCommand.Say line -> link.Wire.Send(at now, MasterEncoding.line line, ValueNone)
        | MasterCommand.SendNewline -> link.Wire.Send(at now, "\n"B, ValueNone)
        | MasterCommand.Deselect -> history <- MasterStream.deselect history
        | MasterCommand.SendStream bytes -> link.Wire.Send(at now, MasterEncoding.stream bytes, ValueNone)
        | MasterCommand.SendSnapshot(framing, position) ->
            let bytes = snapshot position
            let mark = EofMark.TryParse(chance.Digits Limits.MarkLength) |> ValueOption.get
            let announcement = MasterEncoding.announcement (framing, bytes.LongLength, mark)
            link.Wire.Send(at now, announcement, ValueNone)
            link.Wire.Send(at now, bytes, ValueNone)
            link.Wire.Send(at now, MasterEncoding.ending (framing, mark), ValueNone)
            take now link MasterEvent.SnapshotSent
        | MasterCommand.HangUp ->
            link.Wire.Close(at now)
            connection <- ValueNone

    and take now (link: MasterConnection) event =
        let wasOnline = link.State.Phase = MasterPhase.Online
        let state, commands = Master.transition (link.State, event)
        link.State <- state
        link.IsGivenUp <- wasOnline && state.Phase = MasterPhase.Closed
        List.iter (run now link) commands

    let rec answer now (link: MasterConnection) =
        match MasterRequest.TryRead(ReadOnlySpan link.Window) with
        | true, request, consumed ->
            link.Window <- link.Window[consumed..]

            match request with
            | MasterRequest.Words words ->
                take now link (MasterEvent.Asked words)
                answer now link
            | MasterRequest.Malformed trouble -> take now link (MasterEvent.Garbled trouble)
        | false, _, _ -> ()

    // The history and the truth move together.
    let move now (added: MasterHistory * string) (known: Truth) =
        history <- fst added
        truth <- known
        earlier <- (history, truth) :: List.truncate 40 earlier

        connection
        |> ValueOption.iter (fun link ->
            link.Truth <- truth
            take now link (MasterEvent.Replicated added))

    let add now (added: MasterHistory * string) =
        move now added (Truth.append (snd added) truth)

    let cut now trouble =
        connection |> ValueOption.iter (fun link -> link.Wire.Break(now, trouble))
        connection <- ValueNone

    let word (longest: int) =
        chance.Characters(chance.Between(0, min longest 40))
        + String.replicate (if longest > 40 then chance.Between(0, longest / 8) else 0) "\r\n*1\r\n$4\r"

    let data databases longest =
        chance.Between(0, databases - 1),
        match chance.Between(1, 6) with
        | 1 -> [ "DEL"; "key" ]
        | 2 -> [ "PUBLISH"; "channel"; word longest ]
        | 3 -> [ "SELECTION"; "1" ]
        | _ -> [ "SET"; "key"; word longest ]

    let anotherId () =
        ReplicationId.TryParse(chance.Digits 40) |> ValueOption.get

    let failOver now behind =
        cut now NetworkTrouble.Closed
        let past, pastTruth = earlier[min behind (earlier.Length - 1)]
        let id = anotherId ()
        history <- MasterStream.failOver (era, id, past)

        truth <-
            if era.NamesHistory then
                Truth.rename id pastTruth
            else
                Truth.startOver id pastTruth

        // What another replica lacks, or has, of a history that is gone by, does not matter any more.
        earlier <- [ history, truth ]

    /// The history as the master knows it.
    member _.History = history
    /// The history as it is.
    member _.Truth = truth
    /// The connection that is open on the master's side.
    member _.Connection = connection

    /// Somebody connects.
    member _.Accept(now: int64, number: int, wire: SimulatedWire<FollowingOccurrence>) : MasterConnection =
        let settings =
            { plan.Master with
                History = history
                Condition =
                    if now < conditionUntil then
                        condition
                    else
                        MasterCondition.Ready
            }

        let link = MasterConnection(number, settings, truth, wire)
        connection <- ValueSome link
        take now link MasterEvent.Accepted
        link

    /// Bytes came in.
    member _.Hear(now: int64, number: int, bytes: byte[]) : unit =
        match connection with
        | ValueSome link when link.Number = number ->
            link.Window <- Array.append link.Window bytes
            answer now link
        | _ -> ()

    /// The replica hung up.
    member _.Forget(number: int) : unit =
        match connection with
        | ValueSome link when link.Number = number -> connection <- ValueNone
        | _ -> ()

    /// A second passed.
    member _.Tick(now: int64) : unit =
        if now >= frozenUntil then
            seconds <- seconds + 1

            if seconds % plan.PingPeriod = 0 then
                add now (MasterStream.ping (era, history))

            connection
            |> ValueOption.iter (fun link -> take now link (MasterEvent.Ticked 1))

    /// Asks how much was applied.
    member _.Ask(now: int64) : unit =
        add now (MasterStream.ask (era, history))

    /// Something happens to it.
    member this.Happen(now: int64, happening: Happening) : unit =
        match happening with
        | Happening.Written(commands, databases, longest) ->
            for _ in 1..commands do
                let database, words = data databases longest
                add now (MasterStream.write (era, database, words, history))
        | Happening.Transacted(commands, databases, longest) ->
            let commands = [ for _ in 1..commands -> data databases longest ]
            add now (MasterStream.transact (era, commands, history))
        | Happening.Asked -> this.Ask now
        | Happening.Dropped trouble -> cut now trouble
        | Happening.Frozen seconds -> frozenUntil <- now + int64 seconds * 1000L
        | Happening.FailedOver behind -> failOver now behind
        | Happening.Forgotten -> history <- MasterStream.forget history
        | Happening.StartedOver ->
            let id = anotherId ()
            cut now NetworkTrouble.Closed
            history <- MasterStream.startOver (id, history)
            truth <- Truth.startOver id truth
            earlier <- [ history, truth ]
        | Happening.Nonsense bytes -> move now (MasterStream.passOn (bytes, history)) (Truth.appendNonsense bytes truth)
        | Happening.Garbage bytes ->
            connection
            |> ValueOption.iter (fun link ->
                if link.State.Feed = MasterFeed.Flowing then
                    link.IsTainted <- true
                    link.Wire.Send(at now, MasterEncoding.stream bytes, ValueNone))
        | Happening.Unwilling(hindrance, seconds) ->
            condition <- hindrance
            conditionUntil <- now + int64 seconds * 1000L
        | Happening.Damaged(snapshots, isSame) ->
            damages <- snapshots
            isSameDamage <- isSame
        | Happening.Unreachable _
        | Happening.Overslept _
        | Happening.Died _ -> ()
