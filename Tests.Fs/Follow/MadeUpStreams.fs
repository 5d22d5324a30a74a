/// Streams that are made up, and runs of the loop of the tool on them, without a master.
module HybridReplica.Tests.Follow.MadeUpStreams

open System
open System.Collections.Generic
open System.Text.Json
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Cli
open HybridReplica.Cli.Follow
open HybridReplica.Core
open HybridReplica.Tests.Follow.StreamEvents
open HybridReplica.Tests.Shell.Fetching

/// Ends a run as kill -9 does.
exception Killed

/// What the stream brings: a command alone, a command in parts, or a transaction of so many commands.
type Unit =
    | Alone
    | InParts
    | Together of commands: int

/// The words of the command with this offset.
let words (offset: int64) =
    [ bytes "SET"; bytes $"key:{offset}"; bytes (String('x', int (offset % 40L))) ]

/// The events of a history, each with the offset behind it.
let eventsOf (units: Unit list) : (int64 * ReplicaEvent) list =
    let mutable offset = 0L

    let next () =
        offset <- offset + 10L
        offset

    [
        for unit in units do
            match unit with
            | Alone ->
                let mark = next ()
                let received = command mark 0 ValueNone (words mark)
                received.Position <- at mark
                mark, received :> ReplicaEvent
            | InParts ->
                let mark = next ()

                for part in parts mark 0 5 (words mark) do
                    mark, part
            | Together count ->
                let start = offset
                // The position of the events inside says that nothing moved.
                let inside (happened: ReplicaEvent) =
                    happened.Position <- at start
                    happened

                next (), inside (TransactionStarted(Transaction = start, Offset = offset, ReceivedAt = time))

                for _ in 1..count do
                    let mark = next ()
                    mark, inside (command mark 0 (ValueSome start) (words mark))

                let mark = next ()
                let ended = TransactionEnded(Transaction = start, Offset = mark, ReceivedAt = time)
                ended.Position <- at mark
                mark, ended
    ]

/// The offsets of the commands in a history.
let commandsOf (events: (int64 * ReplicaEvent) list) =
    [
        for offset, happened in events do
            match happened with
            | :? CommandReceived -> offset
            | :? CommandPart as part when part.IsLast -> offset
            | _ -> ()
    ]

/// A stream of these events. Before some of them it lets others wait; how it ends, the last function says.
let stream (events: ReplicaEvent list) (pauses: int -> bool) (ending: CancellationToken -> Task<bool>) =
    let enumerate (cancellation: CancellationToken) =
        let rest = Queue<ReplicaEvent> events
        let mutable current = None

        let next () =
            current <- Some(rest.Dequeue())
            true

        { new IAsyncEnumerator<ReplicaEvent> with
            member _.Current = Option.get current

            member _.MoveNextAsync() =
                if rest.Count = 0 then
                    ValueTask<bool>(ending cancellation)
                elif pauses rest.Count then
                    ValueTask<bool>(
                        task {
                            do! Task.Yield()
                            return next ()
                        }
                    )
                else
                    ValueTask<bool>(next ())

            member _.DisposeAsync() = ValueTask()
        }

    fun (cancellation: CancellationToken) ->
        { new IAsyncEnumerable<ReplicaEvent> with
            member _.GetAsyncEnumerator(_) = enumerate cancellation
        }

/// It never goes on, until somebody leaves.
let silence (cancellation: CancellationToken) : Task<bool> =
    task {
        do! Task.Delay(Timeout.Infinite, cancellation)
        return false
    }

/// Nobody will know what came next.
let killed (_: CancellationToken) : Task<bool> = Task.FromException<bool> Killed

/// Whether it ended as if it had been killed.
let dies (running: Task<FollowEnd>) : Task<bool> =
    task {
        try
            let! _ = inTime running
            return false
        with Killed ->
            return true
    }

/// Nothing but what happens ends it.
let noLimits = FollowLimits(Nullable(), Nullable(), Nullable())

/// One run of the tool on an output, without a master.
let run
    (name: string)
    (output: FollowOutput)
    (store: FilePositionStore | null)
    (acknowledgement: IAcknowledgement)
    (limits: FollowLimits)
    (start: Position voption)
    (events: CancellationToken -> IAsyncEnumerable<ReplicaEvent>)
    (interrupted: CancellationToken)
    : Task<FollowEnd> =
    task {
        let buffer = OutputBuffer()
        let format = nonNull (FollowFormat.Create(name, buffer))
        let journal = OutputJournal(output, buffer, store, acknowledgement)
        let tally = FollowTally()
        let writing = StreamWriting(format, journal, CommandFilter([], [], []), tally)
        let follower = Follower(buffer, journal, writing, limits, tally, ignore)
        let follow = fun _ cancellation -> events cancellation

        match start with
        | ValueSome position -> return! follower.RunAsync(follow, position, interrupted)
        | ValueNone -> return! follower.RunAsync(follow, Unchecked.defaultof<_>, interrupted)
    }

/// A master that does not listen.
let deaf =
    { new IAcknowledgement with
        member _.Applied _ = ()
        member _.Durable _ = ()
    }

/// The offsets of the commands in JSON lines. One that broke off has none.
let offsetsIn (text: string) =
    [
        for line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries) do
            use document = JsonDocument.Parse line

            let has (key: string) =
                fst (document.RootElement.TryGetProperty key)

            if has "command" && not (has "incomplete") then
                document.RootElement.GetProperty("offset").GetInt64()
    ]
