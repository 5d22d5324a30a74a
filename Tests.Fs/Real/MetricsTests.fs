/// What is measured while a real master is followed.
module HybridReplica.Tests.Real.MetricsTests

open System
open System.Collections.Generic
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Following.Listening
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Waiting

/// Enumerates until an event of this kind comes.
let private next<'event when 'event :> ReplicaEvent> (events: IAsyncEnumerator<ReplicaEvent>) : Task<'event> =
    let rec search () : Task<'event> =
        task {
            let! isThere = events.MoveNextAsync()
            Expect.isTrue isThere "there are more events"

            match events.Current with
            | :? 'event as found -> return found
            | _ -> return! search ()
        }

    inTime (search ())

let tests =
    testList
        "metrics of a real master"
        [
            testCaseTask "they follow it, and are gone with whoever follows" (fun () ->
                task {
                    use server = RealServer.Start(DataSet.diskless [ "requirepass secret" ])
                    let master = $"127.0.0.1:{server.Port}"
                    use client = new ReplicaClient(impatient (Uri $"redis://:secret@{master}"))
                    let events = client.FollowAsync().GetAsyncEnumerator()
                    let! _ = next<SnapshotReceived> events
                    server.Ask("SET", "a", "1") |> ignore
                    let! change = next<CommandReceived> events
                    let position = change.Position
                    let found = measured master
                    Expect.equal found["hybridreplica.resyncs.full"] 1.0 "full resyncs"
                    Expect.isGreaterThanOrEqual found["hybridreplica.commands"] 1.0 "commands"
                    Expect.isGreaterThan found["hybridreplica.lag.size"] 0.0 "bytes not applied"
                    client.Acknowledge position

                    until "all is applied" (fun () -> (measured master)["hybridreplica.lag.size"] = 0.0)

                    Expect.equal (server.Ask("WAIT", "1", "1000")) "1" "the master knows"
                    do! events.DisposeAsync()
                    Expect.isEmpty (measured master) "of a follower that is over"
                })
        ]
