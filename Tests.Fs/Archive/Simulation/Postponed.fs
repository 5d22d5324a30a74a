namespace HybridReplica.Tests.Archive.Simulation

open System.Collections.Generic
open HybridReplica.Core

/// What is done beside the loop of a shell: at once or late, and reported late, in the order in which it was begun.
type Postponed(isEager: bool) =
    let waiting = PriorityQueue<unit -> Event, struct (int64 * int64)>()
    let mutable last = 0L
    let mutable count = 0L

    let add time work =
        count <- count + 1L
        waiting.Enqueue(work, struct (time, count))

    /// Something is begun, and ends so much later, behind all that was begun before.
    member _.Add(now: int64, time: int64, work: unit -> Event) : unit =
        last <- max last now + time

        if isEager then
            let event = work ()
            add last (fun () -> event)
        else
            add last work

    /// Something ends at that time, whatever else was begun.
    member _.AddBeside(time: int64, work: unit -> Event) : unit = add time work

    /// When the next of it ends.
    member _.NextTime: int64 voption =
        match waiting.TryPeek() with
        | true, _, struct (time, _) -> ValueSome time
        | false, _, _ -> ValueNone

    /// Ends the next of it.
    member _.Next() : Event = waiting.Dequeue () ()

    /// The process that did it is gone.
    member _.Clear() : unit = waiting.Clear()
