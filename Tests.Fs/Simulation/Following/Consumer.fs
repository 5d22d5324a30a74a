namespace HybridReplica.Tests.Simulation.Following

open System
open System.Collections.Generic
open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// Something that was handed over.
[<RequireQualifiedAccess>]
type HandedOver =
    | Bytes of byte[]
    | Notice of Notice

/// Takes what is handed over, slowly, as an application does: it knows of each command its database and the position
/// behind it, acknowledges now and then, and stores what it acknowledges.
type Consumer(chance: Chance, plan: FollowingPlan, start: Position voption) =
    let queue = Queue<struct (HandedOver * Source)>()
    let ranges: ArgumentRange[] = Array.zeroCreate 64
    let mutable waiting = 0
    let mutable taken = 0
    let mutable id = ReplicationId.Unknown

    let mutable scan =
        StreamScan.At(Position.AtFullResync(ReplicationId.Unknown, Offset 0L))

    let mutable window: byte[] = [||]
    let mutable reached: Position voption = start
    let mutable reachedIn: Truth voption = ValueNone
    let mutable applied: Position voption = ValueNone
    let mutable durable: Position voption = ValueNone
    let mutable stored = start
    let mutable said: (Position * bool) list = []

    let require rule holds =
        if not holds then
            raise (RuleBroken rule)

    let beginAt (position: Position) =
        id <- position.Id
        scan <- StreamScan.At position
        window <- [||]
        reached <- ValueSome position

    do ValueOption.iter beginAt start

    let read (source: Source) (bytes: byte[]) =
        window <- Array.append window bytes
        let mutable isMore = true

        while isMore do
            let mutable trouble = null

            let next =
                StreamScanner.ScanCommand(scan, ReadOnlySpan window, Span ranges, &trouble)

            require "what is handed over can be read" (isNull trouble)
            let consumed = int (next.BytesSince scan)
            isMore <- consumed > 0
            scan <- next
            window <- window[consumed..]

            if isMore && next.IsWhole then
                let offset = bytesOf next.Offset + source.Shift

                if next.Kind = CommandKind.Data then
                    require
                        "each command is for the database it was written for"
                        (source.Truth.Data.TryFind offset = ValueOption.toOption next.Database)

                reached <- ValueSome(next.SafePosition id)

        reachedIn <- ValueSome source.Truth

    let hear (source: Source) notice =
        match notice with
        | Notice.SnapshotReceived(_, position) ->
            beginAt position
            reachedIn <- ValueSome source.Truth
        | Notice.Resumed(position, true) ->
            beginAt position
            reachedIn <- ValueSome source.Truth
        | Notice.Resumed(position, false) -> id <- position.Id
        | _ -> ()

    let check (position: Position) =
        let offset = bytesOf position.Offset

        match reachedIn with
        | ValueSome truth when position.Id <> ReplicationId.Unknown ->
            require "a position is a place in the history" (truth.Has(position.Id, offset))
            require "a position is outside of commands and transactions" (truth.Safe.Contains offset)
            require "a position is told with its database" position.Database.IsSome
        | _ -> ()

    let acknowledge () =
        match reached with
        | ValueSome position when reachedIn.IsSome && (said.IsEmpty || fst said.Head <> position) ->
            check position
            said <- (position, plan.SaysDurable) :: said

            if position.Id <> ReplicationId.Unknown then
                stored <- ValueSome position

            if plan.SaysDurable then
                durable <- ValueSome position
            else
                applied <- ValueSome position
        | _ -> ()

    /// How many bytes wait.
    member _.Waiting = waiting
    /// Whether nothing waits.
    member _.IsIdle = queue.Count = 0
    /// Where the application would go on after it died.
    member _.Stored = stored
    /// What was acknowledged, the latest first, and whether as on disk.
    member _.Said = said
    /// How far the application is.
    member _.Reached = reached

    member _.HandOver(item: HandedOver, source: Source) : unit =
        match item with
        | HandedOver.Bytes bytes -> waiting <- waiting + bytes.Length
        | HandedOver.Notice _ -> ()

        queue.Enqueue(struct (item, source))

    /// Takes something, if anything waits.
    member _.Turn(isInHaste: bool) : unit =
        match queue.TryPeek() with
        | true, struct (HandedOver.Notice notice, source) ->
            queue.Dequeue() |> ignore
            hear source notice
        | true, struct (HandedOver.Bytes bytes, source) ->
            let bite =
                if isInHaste then
                    bytes.Length
                else
                    chance.Between(1, plan.Bite)

            let last = min bytes.Length (taken + bite)
            let part = bytes[taken .. last - 1]
            waiting <- waiting - part.Length
            taken <- if last = bytes.Length then 0 else last

            if taken = 0 then
                queue.Dequeue() |> ignore

            read source part
        | _ -> ()

        if isInHaste then
            (if queue.Count = 0 then
                 acknowledge ())
        else
            plan.Diligence
            |> ValueOption.iter (fun turns ->
                if chance.OnceIn turns then
                    acknowledge ())

    /// The next thing to tell the replica: the latest acknowledgement stands for all before it.
    member _.TryReport() : Event voption =
        match durable, applied with
        | ValueSome position, _ ->
            durable <- ValueNone
            ValueSome(Event.MadeDurable position)
        | _, ValueSome position ->
            applied <- ValueNone
            ValueSome(Event.Applied position)
        | _ -> ValueNone
