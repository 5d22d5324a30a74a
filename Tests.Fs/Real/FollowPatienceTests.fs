/// A consumer may sleep for longer than the master waits for its replicas: the connection stays.
module HybridReplica.Tests.Real.FollowPatienceTests

open System
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following
open HybridReplica.Tests.Real.Waiting

// Seconds of silence after which the master gives a replica up.
let private timeout = 2

// Sleeps over the first event of a kind, three times as long as that, and acknowledges each.
let private sleeping (isSleptOver: ReplicaEvent -> bool) =
    let isAsleep =
        TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

    let isAwake =
        TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

    let handle: Handler =
        fun client event ->
            if isSleptOver event && isAsleep.TrySetResult() then
                // It keeps its thread, as handlers do that nobody took care over.
                Thread.Sleep(TimeSpan.FromSeconds(3.0 * float timeout))
                isAwake.SetResult()

            acknowledging client event

    handle, isAsleep.Task, isAwake.Task

let private isKept (settings: ServerSettings) (isSleptOver: ReplicaEvent -> bool) =
    use server = RealServer.Start settings
    use client = connect server
    Filling.fill server.Port 4
    let handle, asleep, awake = sleeping isSleptOver
    use follower = new Follower(optionsFor server.Port, None, handle)
    let said () = client.Info("replication", "slave0")
    until "it is online" (fun () -> said().Contains("state=online", StringComparison.Ordinal))

    let number () =
        (client.Tell "CLIENT LIST TYPE replica").Split(' ')[0]

    let connection = number ()
    client.Say "SET first 1" |> ignore
    until "the handler sleeps" (fun () -> asleep.IsCompleted)
    client.Say "SET second 2" |> ignore

    while not (awake.Wait 100) do
        Expect.stringContains (said ()) "state=online" "what the master says of it"

    catchUp client follower
    Expect.equal (number ()) connection "the connection at the beginning and at the end"
    Expect.equal (follower.Count _.IsDisconnected) 0 "lost connections that were told of"
    Expect.equal (linesOf follower.Entries) [ "SET first 1"; "SET second 2" ] "what came"

let tests =
    testList
        "patience of masters"
        [
            for modeName, mode in [ "from disk", "no"; "streamed", "yes" ] do
                let settings =
                    DataSet.holding
                        [
                            "repl-diskless-sync " + mode
                            "repl-diskless-sync-delay 0"
                            $"repl-timeout {timeout}"
                            "repl-ping-replica-period 1"
                        ]

                testCase $"a handler that sleeps over a snapshot {modeName}" (fun () ->
                    isKept settings (fun event -> event :? SnapshotStarted))

                testCase $"a handler that sleeps over a command behind a snapshot {modeName}" (fun () ->
                    isKept settings (fun event -> event :? CommandReceived))
        ]
