/// `WAIT` on the master tells what the consumer has acknowledged, and soon.
module HybridReplica.Tests.Real.FollowWaitTests

open System.Diagnostics
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following

let tests =
    testList
        "WAIT"
        [
            testCase "a consumer that does not acknowledge is not counted, whatever it has received" (fun () ->
                use server = RealServer.Start(DataSet.diskless [])
                use writer = connect server
                use follower = follow (optionsFor server.Port) silent

                for i in 1..3 do
                    writer.Say $"SET key {i}" |> ignore
                    catchUp writer follower
                    Expect.equal (writer.Say "WAIT 1 100") (Number 0L) "replicas that have it")
            testCase "a consumer is counted as soon as it acknowledges, and not before" (fun () ->
                use server = RealServer.Start(DataSet.diskless [])
                use writer = connect server
                use follower = follow (optionsFor server.Port) silent
                writer.Say "SET key 1" |> ignore
                catchUp writer follower
                Expect.equal (writer.Say "WAIT 1 50") (Number 0L) "replicas before"
                writer.Send [ "WAIT"; "1"; "20000" ]
                let clock = Stopwatch.StartNew()
                follower.Client.Acknowledge (List.last follower.Entries).Position.Value
                Expect.equal (writer.Read()) (Number 1L) "replicas after"
                Expect.isLessThan clock.Elapsed.TotalSeconds 5.0 "seconds until it is counted")
            testSequenced
            <| testCase "1,000 writes are each waited for, and not for long" (fun () ->
                use server = RealServer.Start(DataSet.diskless [])
                use writer = connect server
                use follower = follow (optionsFor server.Port) acknowledging
                // The master counts it from the moment on at which it begins to stream.
                catchUp writer follower

                let times =
                    [
                        for i in 1..1000 do
                            writer.Say $"SET key {i}" |> ignore
                            let start = Stopwatch.GetTimestamp()
                            Expect.equal (writer.Say "WAIT 1 500") (Number 1L) $"replicas that have number {i}"
                            (Stopwatch.GetElapsedTime start).TotalMilliseconds
                    ]
                    |> List.sort

                printfn $"WAIT 1 500, 1,000 times: median %.2f{times[500]} ms, longest %.2f{times[999]} ms"
                catchUp writer follower
                Expect.equal (linesOf follower.Entries) [ for i in 1..1000 -> $"SET key {i}" ] "what came"
                Expect.isLessThan times[500] 5.0 "the median in milliseconds")
        ]
