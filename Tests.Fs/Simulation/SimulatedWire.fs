namespace HybridReplica.Tests.Simulation

open System
open HybridReplica.Core

/// What happens in a conversation without the shell's doing.
[<RequireQualifiedAccess>]
type Occurrence =
    | Dialled of link: int * trouble: NetworkTrouble voption
    | ReplicaHears of link: int * bytes: byte[]
    | ReplicaLoses of link: int * trouble: NetworkTrouble
    | MasterHears of link: int * bytes: byte[]
    | MasterTicks of link: int
    | Answered of event: Event

/// What is going to happen, in the order in which it will. Times are milliseconds since the conversation began.
type Agenda<'Occurrence>() =
    let queue = Collections.Generic.PriorityQueue<'Occurrence, struct (int64 * int64)>()

    let mutable count = 0L

    member _.Add(time: int64, occurrence: 'Occurrence) : unit =
        count <- count + 1L
        queue.Enqueue(occurrence, struct (time, count))

    /// When the next thing happens.
    member _.NextTime: int64 voption =
        match queue.TryPeek() with
        | true, _, struct (time, _) -> ValueSome time
        | false, _, _ -> ValueNone

    member _.Next() : 'Occurrence = queue.Dequeue()

/// One direction of a connection: bytes arrive in order, in chunks, a little later, and sometimes not as they were
/// sent. At most `chunk` of them arrive at once, and at most `latency` milliseconds lie between two arrivals.
type SimulatedWire<'Occurrence>
    (
        chance: Chance,
        chunk: int,
        latency: int,
        agenda: Agenda<'Occurrence>,
        arrival: byte[] -> 'Occurrence,
        loss: NetworkTrouble -> 'Occurrence
    ) =
    let mutable isCut = false
    let mutable last = 0L

    let deliver (bytes: byte[]) =
        let mutable sent = 0

        while sent < bytes.Length do
            let size = min (bytes.Length - sent) (chance.Between(1, chunk))
            last <- last + int64 (chance.Between(0, latency))
            agenda.Add(last, arrival bytes[sent .. sent + size - 1])
            sent <- sent + size

    let lose trouble =
        isCut <- true
        agenda.Add(last + int64 (chance.Between(0, latency)), loss trouble)

    /// Sends a piece, to which something may happen at the byte that `point` leads to.
    member _.Send(now: int64, bytes: byte[], fault: (uint64 * WireFault) voption) : unit =
        last <- max last now

        if not isCut then
            match fault with
            | ValueNone -> deliver bytes
            | ValueSome(point, fault) ->
                let place = int (point % uint64 bytes.Length)

                match fault with
                | WireFault.Cut trouble ->
                    deliver bytes[.. place - 1]
                    lose trouble
                | WireFault.Stall seconds ->
                    deliver bytes[.. place - 1]
                    last <- last + int64 seconds * 1000L
                    deliver bytes[place..]
                | WireFault.Garbage characters ->
                    deliver bytes[.. place - 1]
                    deliver (Text.Encoding.Latin1.GetBytes characters)
                    deliver bytes[place..]
                | WireFault.Flip ->
                    let turned = Array.copy bytes
                    turned[place] <- turned[place] ^^^ (1uy <<< int (point >>> 32) % 8)
                    deliver turned

    /// The sender closes the connection behind what it sent.
    member _.Close(now: int64) : unit =
        last <- max last now

        if not isCut then
            lose NetworkTrouble.Closed

    /// The connection breaks, and what is on its way is lost.
    member _.Break(now: int64, trouble: NetworkTrouble) : unit =
        if not isCut then
            isCut <- true
            agenda.Add(now, loss trouble)
