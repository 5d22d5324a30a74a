/// The health of a replica, as a table.
module HybridReplica.Tests.Following.HealthTests

open System
open Expecto
open FsCheck
open HybridReplica

let private bounds =
    HealthBounds(Silence = TimeSpan.FromSeconds 30.0, LagBytes = 1000L, LagTime = TimeSpan.FromSeconds 10.0)

let private connected, lost = true, false
let private unknown = Nullable<int64>()

/// Connected or not, seconds since the master was heard, bytes behind, seconds behind: health.
let private table =
    [
        connected, 0.0, Nullable 0L, 0.0, ReplicaHealth.InSync
        connected, 30.0, Nullable 1000L, 10.0, ReplicaHealth.InSync
        connected, 0.0, Nullable 1001L, 0.0, ReplicaHealth.CatchingUp
        connected, 0.0, Nullable 1L, 10.1, ReplicaHealth.CatchingUp
        connected, 0.0, unknown, 0.0, ReplicaHealth.CatchingUp
        lost, 0.0, Nullable 0L, 0.0, ReplicaHealth.Disconnected
        lost, 30.0, Nullable 5000L, 20.0, ReplicaHealth.Disconnected
        lost, 30.0, unknown, 0.0, ReplicaHealth.Disconnected
        connected, 30.1, Nullable 0L, 0.0, ReplicaHealth.Stale
        connected, 30.1, Nullable 5000L, 0.0, ReplicaHealth.Stale
        lost, 30.1, Nullable 0L, 0.0, ReplicaHealth.Stale
        lost, 30.1, unknown, 20.0, ReplicaHealth.Stale
    ]

let private judge (bounds: HealthBounds) isConnected heard lag (time: float) =
    bounds.Judge(isConnected, TimeSpan.FromSeconds(heard: float), lag, TimeSpan.FromSeconds time)

let tests =
    testList
        "health"
        [
            testTheory "each row of the table" table (fun (isConnected, heard, lag, time, health) ->
                Expect.equal (judge bounds isConnected heard lag time) health "the health")
            testProperty
                "with wider bounds it is never worse"
                (fun isConnected (NonNegativeInt heard) (NonNegativeInt lag) (NonNegativeInt time) (more: uint16) ->
                    let wider =
                        HealthBounds(
                            Silence = bounds.Silence + TimeSpan.FromSeconds(float more),
                            LagBytes = bounds.LagBytes + int64 more,
                            LagTime = bounds.LagTime + TimeSpan.FromSeconds(float more)
                        )

                    let judged bounds =
                        judge bounds isConnected (float heard) (Nullable(int64 lag)) (float time)

                    Expect.isLessThanOrEqual (judged wider) (judged bounds) "from InSync to Stale")
        ]
