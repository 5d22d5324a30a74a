/// The loop of the tool, with a stream that is made up: what is in the output, however it is interrupted.
module HybridReplica.Tests.FollowerTests

open System
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.Json
open System.Threading
open System.Threading.Tasks
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Cli.Follow
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.Follow.StreamEvents
open HybridReplica.Tests.Shell.Fetching

/// Ends a run as kill -9 does.
exception private Killed

/// What the stream brings: a command alone, a command in parts, or a transaction of so many commands.
type private Unit =
    | Alone
    | InParts
    | Together of commands: int

/// The words of the command with this offset.
let private words (offset: int64) =
    [ bytes "SET"; bytes $"key:{offset}"; bytes (String('x', int (offset % 40L))) ]

/// The events of a history, each with the offset behind it.
let private eventsOf (units: Unit list) : (int64 * ReplicaEvent) list =
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
let private commandsOf (events: (int64 * ReplicaEvent) list) =
    [
        for offset, happened in events do
            match happened with
            | :? CommandReceived -> offset
            | :? CommandPart as part when part.IsLast -> offset
            | _ -> ()
    ]

/// A stream of these events. Before some of them it lets others wait; how it ends, the last function says.
let private stream (events: ReplicaEvent list) (pauses: int -> bool) (ending: CancellationToken -> Task<bool>) =
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
let private silence (cancellation: CancellationToken) : Task<bool> =
    task {
        do! Task.Delay(Timeout.Infinite, cancellation)
        return false
    }

let private killed (_: CancellationToken) : Task<bool> = Task.FromException<bool> Killed

/// Whether it ended as if it had been killed.
let private dies (running: Task<FollowEnd>) : Task<bool> =
    task {
        try
            let! _ = inTime running
            return false
        with Killed ->
            return true
    }

let private noLimits = FollowLimits(Nullable(), Nullable(), Nullable())

let private noFilter = CommandFilter([], [], [])

/// One run of the tool on an output, without a master.
let private run (name: string) (output: FollowOutput) store acknowledgement limits start events interrupted =
    task {
        let buffer = OutputBuffer()
        let format = FollowFormat.Create(name, buffer) |> nonNull
        let journal = OutputJournal(output, buffer, store, acknowledgement)
        let tally = FollowTally()
        let writing = StreamWriting(format, journal, noFilter, tally)
        let follower = Follower(buffer, journal, writing, limits, tally, ignore)
        return! follower.RunAsync((fun _ cancellation -> events cancellation), start, interrupted)
    }

let private deaf =
    { new IAcknowledgement with
        member _.Applied _ = ()
        member _.Durable _ = ()
    }

let private offsetsIn (text: string) =
    [
        for line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries) do
            use document = JsonDocument.Parse line

            match document.RootElement.TryGetProperty "command" with
            | true, _ -> document.RootElement.GetProperty("offset").GetInt64()
            | false, _ -> ()
    ]

/// One run with a state, as the tool does it. It is killed in this step of this store, or when the stream ends.
let private attempt (place: Place) (all: (int64 * ReplicaEvent) list) upTo (dyingStep: int) pauses =
    task {
        let statePath = Path.Combine(place.Folder, "state")
        use! state = StateFile.OpenAsync(statePath, CancellationToken.None)
        use output = OutputFile.Open place.Target
        do! state.PrepareAsync(output, CancellationToken.None)
        let mutable steps = 0

        let die _ =
            steps <- steps + 1

            if steps = dyingStep then
                raise Killed

        let acknowledgement =
            { new IAcknowledgement with
                member _.Applied position =
                    failtestf "%A was acknowledged, though it is on disk too" position

                member _.Durable position =
                    let stored = (FilePositionStore statePath).LoadAsync().AsTask().Result
                    Expect.equal stored position "what is acknowledged is stored"
            }

        let start =
            if state.Position.HasValue then
                state.Position.Value.Offset.Bytes
            else
                -1L

        let head: ReplicaEvent list =
            if start < 0L then
                [ fullResync FullResyncReason.NoPosition; snapshot (at 0L) ]
            else
                [ resumed (at start) false ]

        let rest = all |> List.filter (fun (offset, _) -> offset > start) |> List.map snd
        let last = fst (List.last all)
        let limits = FollowLimits(Nullable(), Nullable last, Nullable())
        let events = stream (List.truncate upTo (head @ rest)) pauses killed
        let store = FilePositionStore(statePath, die)
        return! dies (run "jsonl" output store acknowledgement limits state.Position events CancellationToken.None)
    }

let private history =
    Gen.nonEmptyListOf (
        Gen.frequency
            [
                3, Gen.constant Alone
                1, Gen.constant InParts
                2, Gen.map Together (Gen.choose (1, 4))
            ]
    )

let private deaths =
    Gen.listOf (Gen.zip (Gen.choose (0, 30)) (Gen.choose (1, 30))) |> Gen.resize 8

let private exactlyOnce =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = 30
            endSize = 30
        }
        "whenever it is killed, and however often, every command is in the output exactly once"
    <| Prop.forAll (Gen.zip3 history deaths (Gen.choose (1, 4)) |> Arb.fromGen) (fun (units, deaths, pace) ->
        let all = eventsOf units
        use place = new Place()
        File.WriteAllText(place.Target, "{}\n")
        let pauses rest = rest % pace = 0

        for upTo, step in deaths do
            let _ = (attempt place all upTo step pauses).Result
            // A write that was under way.
            File.AppendAllText(place.Target, "{\"half a li")

        let isKilled = (attempt place all Int32.MaxValue -1 pauses).Result
        Expect.isFalse isKilled "the last run"
        Expect.equal (offsetsIn (File.ReadAllText place.Target)) (commandsOf all) "the commands")

let tests = testList "follower" [ exactlyOnce ]
