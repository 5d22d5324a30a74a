/// What a follower is given of a snapshot and of the stream behind it is all that the master holds.
module HybridReplica.Tests.Real.FollowEntriesTests

open System
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Address
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following
open HybridReplica.Tests.Real.Writing

let private withEntries (port: int) =
    let options = optionsFor port
    options.Entries <- true
    options

let private library =
    "#!lua name=library\nredis.register_function('answer', function() return 42 end)"

let private isRebuilt (server: RealServer) (entries: Entry list) =
    use copy = RealServer.Start(DataSet.holding [])
    replay copy entries
    holdTheSame server copy
    copy.Ask("FUNCTION", "LIST", "WITHCODE")

let private isCopied (set: Place -> ReplicaOptions -> unit) =
    use place = new Place()
    use server = RealServer.Start(DataSet.diskless [ "repl-backlog-size 64mb" ])
    use writer = connect server
    DataSet.fill server
    writer.Ask [ "FUNCTION"; "LOAD"; library ] |> ignore

    for round in 1..3 do
        writeRound server writer round

    let options = withEntries server.Port
    set place options
    use follower = new Follower(options, None, acknowledging)

    // While the snapshot comes, and behind it.
    for round in 4..12 do
        writeRound server writer round

    awaitExpiry writer 12
    catchUp writer follower
    Expect.equal (isRebuilt server follower.Entries) (server.Ask("FUNCTION", "LIST", "WITHCODE")) "functions"
    Expect.equal (follower.Count _.IsDisconnected) 0 "lost connections"
    follower.Entries, place

let private lateParts entries =
    entries
    |> List.filter (fun entry ->
        match entry.Given with
        | Given.SnapshotEntry found -> found.Part > 0
        | _ -> false)

// Whatever came before the last snapshot is void.
let private sinceLastSnapshot (entries: Entry list) =
    let start = entries |> List.findIndexBack _.Given.IsSnapshotStarted
    List.skip start entries

let private mebibytes = 48

/// Counts what comes, keeps nothing of it, and sleeps over the first entry.
let private sleepOverFirst (options: ReplicaOptions) (sleep: Task) (isOver: ReplicaEvent -> bool) =
    task {
        use client = new ReplicaClient(options)
        use events = client.FollowAsync().GetAsyncEnumerator()
        let before = GC.GetTotalMemory true
        let mutable entries = 0
        let mutable bytes = 0L
        let mutable most = 0L
        let mutable lost = 0
        let mutable goesOn = true

        while goesOn do
            let! hasMore = events.MoveNextAsync()

            match events.Current with
            | :? SnapshotEntry as found ->
                if entries = 0 then
                    do! sleep

                entries <- entries + 1

                match found.Entry.Value with
                | Core.RdbValue.String value -> bytes <- bytes + value.LongLength
                | _ -> ()

                if entries % 64 = 0 then
                    most <- max most (GC.GetTotalMemory true)
            | :? Disconnected -> lost <- lost + 1
            | _ -> ()

            goesOn <- hasMore && not (isOver events.Current)

        return entries, bytes, most - before, lost
    }

let tests =
    testSequenced
    <| testList
        "entries by following"
        [
            testCase "entries and stream together are the data set, with no snapshot kept" (fun () ->
                let entries, _ = isCopied (fun _ _ -> ())
                Expect.isEmpty (lateParts entries) "parts of what is not large")
            testCase "entries and stream together are the data set, in parts, with the snapshot kept" (fun () ->
                let entries, _ =
                    isCopied (fun place options ->
                        options.EntryLimit <- 5_000
                        options.SnapshotPath <- place.Target)

                Expect.isNonEmpty (lateParts entries) "parts of what is large")
            testCase
                "a link that is cut within the snapshot: what comes behind the next beginning is everything"
                (fun () ->
                    use server = RealServer.Start(DataSet.slow [])
                    use writer = connect server
                    Filling.fill server.Port 8
                    use address = new Address(server.Port)
                    address.CutAfter 4_000_000L
                    use follower = new Follower(withEntries address.Port, None, acknowledging)
                    follower.Await("the loss of the connection", _.Given.IsDisconnected)
                    Expect.isGreaterThan (follower.Count _.IsSnapshotEntry) 0 "entries before that"
                    follower.Await("the snapshot", _.Given.IsSnapshotReceived)
                    writer.Say "SET first 1" |> ignore
                    catchUp writer follower
                    Expect.equal (follower.Count _.IsFullResync) 2 "full resyncs"
                    isRebuilt server (sinceLastSnapshot follower.Entries) |> ignore)
            testCase "an empty snapshot has no entries" (fun () ->
                use server = RealServer.Start(DataSet.diskless [])
                use writer = connect server
                DataSet.fill server
                let options = withEntries server.Port
                options.FromNow <- true
                use follower = follow options acknowledging
                writer.Say "SET first 1" |> ignore
                catchUp writer follower
                Expect.equal (follower.Count _.IsSnapshotEntry) 0 "entries")
            testCase "a consumer that sleeps over the snapshot takes little memory, and keeps its connection" (fun () ->
                use server =
                    RealServer.Start(DataSet.diskless [ "repl-timeout 2"; "repl-ping-replica-period 1" ])

                use writer = connect server
                Filling.fill server.Port mebibytes

                let awake = TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

                let isOver (happened: ReplicaEvent) =
                    match happened with
                    | :? CommandReceived as command -> command.Argument(0).Span.SequenceEqual(ReadOnlySpan "last"B)
                    | _ -> false

                let following =
                    Task.Run<int * int64 * int64 * int>(fun () ->
                        sleepOverFirst (withEntries server.Port) awake.Task isOver)

                try
                    Waiting.until "the snapshot is here, and the stream behind it" (fun () ->
                        writer.Info("replication", "slave0").Contains("state=online", StringComparison.Ordinal))

                    // Three times as long as the master waits for a sign of life.
                    Task.Delay(TimeSpan.FromSeconds 6.0).Wait()
                finally
                    awake.SetResult()

                writer.Say "SET last 1" |> ignore
                let entries, bytes, memory, lost = (inTime following).Result
                Expect.equal entries (mebibytes * 16) "entries"
                Expect.equal bytes (int64 mebibytes <<< 20) "bytes"
                Expect.equal lost 0 "lost connections"
                Expect.isLessThan memory (24L <<< 20) "bytes of memory more than before")
        ]
