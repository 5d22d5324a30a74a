/// What becomes of a follower that is left, or stopped by one of two who may.
module HybridReplica.Tests.Following.LeavingTests

open System
open System.Collections.Concurrent
open System.IO
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster

let private snapshot = rdb 100

/// A master that sends a snapshot and one command, and keeps what it is told.
let private serve (told: ConcurrentQueue<string list>) (isOver: TaskCompletionSource) (stream: Stream) : Task<unit> =
    let rec listen () =
        task {
            match! hear stream with
            | [] -> ()
            | "PSYNC" :: _ ->
                do! say $"+FULLRESYNC {replicationId} 1000\r\n${snapshot.Length}\r\n" stream
                do! write snapshot stream
                do! say "*2\r\n$4\r\nINCR\r\n$1\r\na\r\n" stream
                return! listen ()
            | words ->
                told.Enqueue words

                match words with
                | [ "PING" ] -> do! say "+PONG\r\n" stream
                | "REPLCONF" :: "ACK" :: _ -> ()
                | _ -> do! say "+OK\r\n" stream

                return! listen ()
        }

    task {
        try
            do! listen ()
        finally
            isOver.TrySetResult() |> ignore
    }

let private followed work =
    task {
        let told = ConcurrentQueue<string list>()

        let isOver = TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

        use master = master (serve told isOver)
        let client = new ReplicaClient(ReplicaOptions(Master = master.Uri))
        do! work client
        do! client.DisposeAsync()
        do! isOver.Task.WaitAsync(TimeSpan.FromSeconds 10.0)
        return List.ofSeq told
    }

let private untilCommand (events: Collections.Generic.IAsyncEnumerator<ReplicaEvent>) =
    task {
        let mutable isThere = false

        while not isThere do
            let! more = events.MoveNextAsync()
            isThere <- not more || events.Current :? CommandReceived
    }

let tests =
    testList
        "leaving"
        [
            testCaseTask "whoever leaves tells the master what was acknowledged last" (fun () ->
                task {
                    let! told =
                        followed (fun client ->
                            task {
                                let events = client.FollowAsync().GetAsyncEnumerator()
                                do! untilCommand events
                                client.Acknowledge events.Current.Position
                                do! events.DisposeAsync()
                            })

                    Expect.equal (List.last told) [ "REPLCONF"; "ACK"; "1021" ] "the last word"
                })

            testCaseTask "a follower can be left twice" (fun () ->
                task {
                    let! _ =
                        followed (fun client ->
                            task {
                                let events = client.FollowAsync().GetAsyncEnumerator()
                                do! untilCommand events
                                do! events.DisposeAsync()
                                do! events.DisposeAsync()
                            })

                    ()
                })

            for name, isFirst in [ "first", true; "second", false ] do
                testCaseTask $"the {name} of two who may stop a follower does" (fun () ->
                    task {
                        use first = new CancellationTokenSource()
                        use second = new CancellationTokenSource()

                        let! _ =
                            followed (fun client ->
                                task {
                                    let events =
                                        client.FollowAsync(cancellationToken = first.Token).GetAsyncEnumerator
                                            second.Token

                                    do! untilCommand events
                                    let next = events.MoveNextAsync().AsTask()
                                    let stopping = if isFirst then first else second
                                    stopping.Cancel()

                                    try
                                        let! _ = next.WaitAsync(TimeSpan.FromSeconds 5.0)
                                        failtest "it went on"
                                    with :? OperationCanceledException as cancelled ->
                                        Expect.equal cancelled.CancellationToken stopping.Token "whose wish it was"

                                    do! events.DisposeAsync()
                                })

                        ()
                    })
        ]
