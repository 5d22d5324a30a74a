/// What is counted of a follower, and who is reported.
module HybridReplica.Tests.Following.MetricsTests

open System
open System.Collections.Generic
open System.Diagnostics.Metrics
open System.Text
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.Following.Listening
open HybridReplica.Tests.Shell.Fetching

let private position offset : Position =
    { Position.AtFullResync(Generators.replicationIdOf (String('a', 40)), Offset offset) with
        Database = ValueSome 0
    }

let private ping = "*1\r\n$4\r\nPING\r\n"
let private incr = "*2\r\n$4\r\nINCR\r\n$1\r\na\r\n"

/// A follower as the loop sees it, with a clock of its own and no two with the same master.
type private Follower(applied: Offset voption) =
    let clock = SetClock()
    let master = $"{Guid.NewGuid()}:6379"
    let metrics = new FollowMetrics(master, clock, (fun () -> 7L), (fun () -> 5L))
    let mutable stream = StreamState.At(position 1000L, true, applied)

    let state phase : State =
        { State.Initial Settings.Default with
            Phase = phase
            Stream = ValueSome stream
        }

    member _.Clock = clock
    member _.Master = master
    member _.Metrics = metrics
    member _.Status = metrics.Status HealthBounds.Default

    /// Something happens while the stream is followed.
    member _.Sees happened =
        metrics.Observe(happened, state Phase.Streaming, [])

    /// Something happens in another phase, before there is a stream.
    member _.SeesIn phase happened =
        metrics.Observe(happened, { state phase with Stream = ValueNone }, [])

    /// The connection is lost.
    member _.Rests() =
        metrics.Observe(Event.Disconnected(1, NetworkTrouble.Reset), state (Phase.Resting 1), [])

    /// The stream brings bytes.
    member this.Brings(text: string) =
        let mutable trouble: StreamTrouble | null = null
        let bytes = Encoding.ASCII.GetBytes text
        let scan = StreamScanner.ScanWindow(stream.Scan, ReadOnlySpan bytes, &trouble)
        stream <- stream.Advance scan
        this.Sees(Event.Streamed scan)
        metrics.Received bytes.Length

    /// The consumer has applied all up to there.
    member this.Applies offset =
        stream <-
            { stream with
                Applied = ValueSome(Offset offset)
            }

        this.Sees(Event.Applied(position offset))

    interface IDisposable with
        member _.Dispose() = metrics.Dispose()

let private lag =
    testList
        "lag"
        [
            testCase "it is what was received and not applied, and as old as its first byte" (fun () ->
                use follower = new Follower(ValueSome(Offset 1000L))
                Expect.equal (follower.Status.LagBytes, follower.Status.OffsetReceived) (Nullable(), Nullable()) "yet"
                follower.Brings incr
                follower.Clock.GoOn(TimeSpan.FromSeconds 3.0)
                follower.Brings incr
                follower.Clock.GoOn(TimeSpan.FromSeconds 2.0)
                let length = int64 incr.Length
                Expect.equal follower.Status.OffsetReceived (Nullable(1000L + 2L * length)) "received"
                Expect.equal follower.Status.LagBytes (Nullable(2L * length)) "lag with nothing applied"
                Expect.equal follower.Status.LagTime (TimeSpan.FromSeconds 5.0) "seconds with nothing applied"
                follower.Applies(1000L + length)
                Expect.equal follower.Status.OffsetApplied (Nullable(1000L + length)) "applied"
                Expect.equal follower.Status.LagBytes (Nullable length) "lag with one applied"
                Expect.equal follower.Status.LagTime (TimeSpan.FromSeconds 2.0) "seconds with one applied"
                follower.Applies(1000L + 2L * length)
                Expect.equal (follower.Status.LagBytes, follower.Status.LagTime) (Nullable 0L, TimeSpan.Zero) "none")
            testCase "what only the master cares about is no lag" (fun () ->
                use follower = new Follower(ValueSome(Offset 1000L))
                follower.Brings(incr + ping)
                follower.Applies(1000L + int64 incr.Length)
                Expect.equal follower.Status.LagBytes (Nullable 0L) "with a ping before the acknowledgement"
                follower.Clock.GoOn(TimeSpan.FromSeconds 60.0)
                follower.Brings ping
                Expect.equal follower.Status.LagBytes (Nullable 0L) "with a ping behind it"
                Expect.equal follower.Status.OffsetApplied follower.Status.OffsetReceived "applied as received")
            testCase "after a snapshot it counts from there until something is acknowledged" (fun () ->
                use follower = new Follower(ValueNone)
                follower.Metrics.Told(Notice.SnapshotReceived(Unchecked.defaultof<_>, position 1000L))
                follower.Brings incr
                follower.Clock.GoOn(TimeSpan.FromSeconds 1.0)
                Expect.equal follower.Status.OffsetApplied (Nullable()) "nothing is applied"
                Expect.equal follower.Status.LagBytes (Nullable(int64 incr.Length)) "bytes"
                Expect.equal follower.Status.LagTime (TimeSpan.FromSeconds 1.0) "seconds")
        ]

let private health =
    testCase "health follows the connection, the lag and the silence" (fun () ->
        use follower = new Follower(ValueSome(Offset 1000L))
        Expect.equal follower.Status.Health ReplicaHealth.Disconnected "before it begins"
        follower.SeesIn Phase.Connecting Event.TargetReady
        Expect.equal follower.Status.Health ReplicaHealth.Disconnected "while it is connecting"
        follower.SeesIn Phase.AwaitingPreamble (Event.Connected 1)
        Expect.equal follower.Status.Health ReplicaHealth.CatchingUp "while there is no stream"
        follower.Brings ping
        Expect.equal follower.Status.Health ReplicaHealth.InSync "with nothing to apply"
        follower.Brings incr
        follower.Clock.GoOn(TimeSpan.FromSeconds 11.0)
        Expect.equal follower.Status.Health ReplicaHealth.CatchingUp "behind for too long"
        follower.Applies(1000L + int64 (ping.Length + incr.Length))
        Expect.equal follower.Status.Health ReplicaHealth.InSync "caught up"
        follower.Clock.GoOn(TimeSpan.FromSeconds 20.0)
        follower.Sees(Event.Ticked 1)
        Expect.equal follower.Status.Health ReplicaHealth.Stale "a tick is no word from the master"
        follower.Sees Event.LineBegun
        Expect.equal follower.Status.Health ReplicaHealth.InSync "heard again"
        follower.Rests()
        Expect.equal follower.Status.Health ReplicaHealth.Disconnected "lost"
        Expect.isFalse follower.Status.IsConnected "connected"
        follower.Clock.GoOn(TimeSpan.FromSeconds 31.0)
        Expect.equal follower.Status.Health ReplicaHealth.Stale "lost for long")

let private reported =
    testCase "each follower is measured with its master, until it is over" (fun () ->
        use one = new Follower(ValueSome(Offset 1000L))
        use other = new Follower(ValueNone)
        one.Sees(Event.Connected 1)
        one.Metrics.Told(Notice.FullResync FullResyncReason.NoPosition)
        one.Brings(incr + ping)
        one.Metrics.Decoded CommandKind.Data
        one.Metrics.Decoded CommandKind.Ping
        one.Rests()
        one.Sees(Event.Connected 2)
        one.Metrics.Told(Notice.Resumed(position 1000L, false))
        one.Clock.GoOn(TimeSpan.FromSeconds 2.0)

        let length = float (incr.Length + ping.Length)

        let expected =
            [
                "hybridreplica.buffer.size", 7.0
                "hybridreplica.commands", 1.0
                "hybridreplica.lag.size", length
                "hybridreplica.lag.time", 2.0
                "hybridreplica.offset.applied", 1000.0
                "hybridreplica.offset.received", 1000.0 + length
                "hybridreplica.received", length
                "hybridreplica.reconnects", 1.0
                "hybridreplica.resyncs.full", 1.0
                "hybridreplica.resyncs.partial", 1.0
                "hybridreplica.spool.size", 5.0
            ]

        let inOrder (found: Dictionary<string, float>) =
            found |> Seq.map (|KeyValue|) |> Seq.sort |> List.ofSeq

        Expect.equal (inOrder (measured one.Master)) expected "what is measured"
        Expect.equal (measured other.Master).Count 7 "of one that has not seen anything: the counters and the sizes"
        one.Metrics.Dispose()
        Expect.isEmpty (measured one.Master) "of one that is over"
        Expect.isNonEmpty (measured other.Master) "of the other")

let private documented =
    testCase "docs/metrics.md names the instruments that there are" (fun () ->
        use follower = new Follower(ValueNone)
        let found = List<string>()
        use listener = new MeterListener()

        listener.InstrumentPublished <-
            Action<_, _>(fun instrument _ ->
                if instrument.Meter.Name = ReplicaMeter.Name then
                    let kind =
                        match instrument.GetType().Name with
                        | name when name.Contains "Counter" -> "counter"
                        | name when name.Contains "Histogram" -> "histogram"
                        | _ -> "gauge"

                    found.Add $"| `{instrument.Name}` | {kind} | `{instrument.Unit}` | {instrument.Description} |")

        listener.Start()

        let rows =
            (Golden.read "docs/metrics.md").Split '\n'
            |> Array.filter _.StartsWith("| `hybridreplica.", StringComparison.Ordinal)

        Expect.equal (List.ofSeq found) (List.ofArray rows) $"the rows of the table, with {follower.Master} alive")

let private cheap =
    testCase "counting does not allocate" (fun () ->
        use follower = new Follower(ValueSome(Offset 1000L))
        follower.Brings incr
        let happened = Event.LineBegun

        let state =
            { State.Initial Settings.Default with
                Phase = Phase.Streaming
            }

        let commands: IReadOnlyList<Command> = []

        let count () =
            for _ in 1..1000 do
                follower.Metrics.Observe(happened, state, commands)
                follower.Metrics.Received 100
                follower.Metrics.Decoded CommandKind.Data

        count ()
        let before = GC.GetAllocatedBytesForCurrentThread()
        count ()
        let allocated = GC.GetAllocatedBytesForCurrentThread() - before
        Expect.isLessThan allocated 1000L "bytes allocated by a thousand rounds")

let tests = testList "metrics" [ lag; health; reported; documented; cheap ]
