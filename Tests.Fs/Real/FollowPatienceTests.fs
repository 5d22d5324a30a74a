/// A consumer may sleep for longer than the master waits for its replicas: the connection stays.
module HybridReplica.Tests.Real.FollowPatienceTests

open System
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
                Task.Delay(TimeSpan.FromSeconds(3.0 * float timeout)).Wait()
                isAwake.SetResult()

            acknowledging client event

    handle, isAsleep.Task, isAwake.Task

// Two followers: one sleeps over the snapshot, the other over a command.
let private areKept (settings: ServerSettings) =
    use server = RealServer.Start settings
    use client = connect server
    Filling.fill server.Port 4

    let inSnapshot, firstAsleep, firstAwake =
        sleeping (fun event -> event :? SnapshotStarted)

    let inStream, secondAsleep, secondAwake =
        sleeping (fun event -> event :? CommandReceived)

    use first = new Follower(optionsFor server.Port, None, inSnapshot)
    use second = new Follower(optionsFor server.Port, None, inStream)

    let areOnline () =
        [ "slave0"; "slave1" ]
        |> List.forall (fun replica ->
            client.Info("replication", replica).Contains("state=online", StringComparison.Ordinal))

    let connections () =
        [
            for line in (client.Tell "CLIENT LIST TYPE replica").TrimEnd('\n').Split '\n' do
                line.Split(' ')[0]
        ]

    until "both are online" areOnline
    let before = connections ()
    client.Say "SET first 1" |> ignore
    until "both handlers sleep" (fun () -> firstAsleep.IsCompleted && secondAsleep.IsCompleted)
    client.Say "SET second 2" |> ignore

    while not (Task.WaitAll([| firstAwake; secondAwake |], 100)) do
        Expect.isTrue (areOnline ()) "the master says that both are online"

    for follower in [ first; second ] do
        catchUp client follower
        Expect.equal (follower.Count _.IsDisconnected) 0 "lost connections that were told of"
        Expect.equal (linesOf follower.Entries) [ "SET first 1"; "SET second 2" ] "what came"

    Expect.equal (connections ()) before "the connections at the beginning and at the end"

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

                testCase $"handlers that sleep, on a master whose snapshots come {modeName}" (fun () ->
                    areKept settings)
        ]
