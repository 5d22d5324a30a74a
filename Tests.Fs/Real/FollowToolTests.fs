/// `follow` with real masters: what is in the output, and how it ends.
module HybridReplica.Tests.Real.FollowToolTests

open System
open System.IO
open System.Text.RegularExpressions
open System.Threading
open Expecto
open HybridReplica
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Tool
open HybridReplica.Tests.Real.FollowedWrites

/// A folder with an output and a state in it, neither of which is there yet.
type private Desk() =
    let folder = Directory.CreateTempSubdirectory("hybrid-replica-follow-").FullName
    member _.Output = Path.Combine(folder, "output")
    member _.State = Path.Combine(folder, "state")
    member _.Snapshot = Path.Combine(folder, "dump.rdb")

    /// The position in the state, as text; empty when there is none.
    member this.Position =
        let position = (FilePositionStore this.State).LoadAsync().AsTask().Result
        if position.HasValue then string position.Value else ""

    interface IDisposable with
        member _.Dispose() = Directory.Delete(folder, true)

let private master options =
    RealServer.Start(DataSet.diskless ("repl-backlog-size 64mb" :: options))

let private uriOf (server: RealServer) = $"redis://127.0.0.1:{server.Port}"

let private follow (server: RealServer) arguments =
    [ "follow"; uriOf server; "--quiet" ] @ arguments

let private toFile (desk: Desk) =
    [ "-o"; desk.Output; "--state"; desk.State ]

/// Lines of INFO.
let private info (server: RealServer) (name: string) =
    server.Ask("INFO").Split '\n'
    |> Array.map _.Trim()
    |> Array.pick (fun line ->
        if line.StartsWith(name + ":") then
            Some(line.Substring(name.Length + 1))
        else
            None)

/// Waits until everything written so far has been acknowledged by a follower, as the master sees it.
let private untilAcknowledged (server: RealServer) =
    // WAIT is about the writes of its own connection.
    let asked =
        $"printf 'SET last 1\\nWAIT 1 20000\\n' | redis-cli -h 127.0.0.1 -p {server.Port}"

    Expect.stringContains (runProgram "bash" [ "-c"; asked ] []) "\n1" "what WAIT says"

let private withMaster name options (test: RealServer -> Desk -> unit) =
    testCase name (fun () ->
        use server = master options
        use desk = new Desk()
        test server desk)

let private untilFollowing (desk: Desk) =
    Waiting.until "a stored position" (fun () -> File.Exists desk.State && desk.Position <> "")

let private goesOn =
    withMaster "what is interrupted has stored all, and goes on there" [] (fun server desk ->
        for number in 1..3 do
            use running = start (follow server (toFile desk))
            untilFollowing desk
            server.Ask("SET", $"key:{number}", "v") |> ignore
            untilAcknowledged server
            running.Signal "INT"
            let ended = running.Wait()
            complains 130 [ "the position is stored" ] ended
            Expect.stringContains ended.Errors desk.Position "the position it names"

        let keys =
            keysIn desk.Output |> List.map snd |> List.filter (fun key -> key <> "last")

        Expect.equal keys [ "key:1"; "key:2"; "key:3" ] "the commands"
        Expect.equal (info server "sync_full") "1" "full resyncs")

let private killedAtAnyTime =
    withMaster "killed fifty times, it writes every command once" [] (fun server desk ->
        use stop = new CancellationTokenSource()
        let random = Random 1

        using (start (follow server (toFile desk))) (fun running ->
            untilFollowing desk
            running.Signal "KILL")

        let writes = writing server.Port 1000 stop.Token

        for number in 1..50 do
            let resumed = info server "sync_partial_ok"
            use running = start (follow server (toFile desk))
            // Half of them are killed wherever they are, the others while they write.
            if number % 2 = 0 then
                Waiting.until "a partial resync" (fun () -> info server "sync_partial_ok" <> resumed)

            Tasks.Task.Delay(random.Next 500).Wait()
            running.Signal "KILL"
            running.Wait() |> ignore

        stop.Cancel()
        let writes = writes.Result
        let offset = info server "master_repl_offset"
        run (follow server (toFile desk @ [ "--until-offset"; offset ])) |> endsSilently
        Expect.equal (keysIn desk.Output) (keysOf writes) "the commands"
        Expect.equal (info server "sync_full") "1" "full resyncs")

/// Some of everything, in several databases, with transactions, scripts, expiry and a value that comes in parts.
let private change (server: RealServer) =
    DataSet.fill server
    server.Ask("-n", "5", "SET", "soon", "gone", "PX", "50") |> ignore

    server.Ask("-n", "5", "EVAL", "redis.call('SET', 'a', 1) redis.call('INCR', 'a') return 1", "0")
    |> ignore

    server.Ask("-n", "6", "EVAL", "return redis.call('SET', 'large', string.rep('0123456789', 2000000))", "0")
    |> ignore

    server.Ask("-n", "6", "SETRANGE", "large", "7", "\\x00") |> ignore
    server.Ask("-n", "6", "APPEND", "large", "end") |> ignore
    server.Ask("SWAPDB", "1", "7") |> ignore
    Waiting.until "the key that expires" (fun () -> server.Ask("-n", "5", "EXISTS", "soon") = "0")

let private replayed =
    withMaster "resp, replayed into an empty server, gives the same data" [] (fun server desk ->
        use running = start (follow server (toFile desk @ [ "--format"; "resp" ]))
        untilFollowing desk
        change server
        untilAcknowledged server
        running.Signal "TERM"
        running.Wait() |> endsWith 130

        use copy = RealServer.Start(DataSet.holding [])
        let pipe = $"redis-cli -h 127.0.0.1 -p {copy.Port} --pipe < '{desk.Output}'"
        let said = runProgram "bash" [ "-c"; pipe ] []
        Expect.stringContains said "errors: 0" "what redis-cli says"
        Expect.equal (copy.Ask("DEBUG", "DIGEST")) (server.Ask("DEBUG", "DIGEST")) "what both servers hold")

let private snapshotFirst =
    withMaster "the snapshot and the commands behind it give the same data" [] (fun server desk ->
        DataSet.fill server
        let arguments = [ "--format"; "resp"; "--snapshot"; desk.Snapshot ]
        use running = start (follow server (toFile desk @ arguments))
        untilFollowing desk
        server.Ask("-n", "2", "DEL", "string:1") |> ignore
        untilAcknowledged server
        running.Signal "INT"
        running.Wait() |> endsWith 130

        use copy =
            RealServer.Start
                { DataSet.holding [] with
                    Snapshot = ValueSome desk.Snapshot
                }

        runProgram "bash" [ "-c"; $"redis-cli -h 127.0.0.1 -p {copy.Port} --pipe < '{desk.Output}'" ] []
        |> ignore

        Expect.equal (copy.Ask("DEBUG", "DIGEST")) (server.Ask("DEBUG", "DIGEST")) "what both servers hold")

let private gap =
    testCase "a position that the master does not have any more is a gap" (fun () ->
        use server = RealServer.Start(DataSet.diskless [ "repl-backlog-size 16kb" ])
        use desk = new Desk()
        let partial = toFile desk @ [ "--require-partial" ]
        run (follow server (toFile desk @ [ "--until-offset"; "0" ])) |> endsSilently
        let before = desk.Position, File.ReadAllText desk.Output
        run (follow server (partial @ [ "--until-offset"; "0" ])) |> endsSilently
        Filling.fill server.Port 1
        run (follow server partial) |> complains 9 []
        Expect.equal desk.Position (fst before) "the stored position"
        Expect.stringStarts (File.ReadAllText desk.Output) (snd before) "the output"
        // resp has no way to tell whoever replays it.
        run (follow server (toFile desk @ [ "--format"; "resp" ]))
        |> complains 9 [ "everything anew" ]

        run (follow server (toFile desk @ [ "--until-offset"; "0" ])) |> endsSilently
        Expect.stringContains (File.ReadAllText desk.Output) "\"event\":\"full-resync\"" "the output")

let private ends =
    withMaster "it ends by itself where it is told to" [] (fun server desk ->
        let toText = follow server [ "--format"; "text" ]
        let clock = Diagnostics.Stopwatch.StartNew()
        run (toText @ [ "--for"; "1" ]) |> endsWith 0
        Expect.isGreaterThanOrEqual clock.Elapsed.TotalSeconds 1.0 "the time"
        use stop = new CancellationTokenSource()
        let writes = writing server.Port 500 stop.Token
        let limited = run (follow server [ "--limit"; "17"; "--command"; "set" ])
        let all = run (toText @ [ "--limit"; "1"; "--db"; "3"; "--match"; "key:[0-9]*" ])
        stop.Cancel()
        writes.Wait()
        endsWith 0 limited
        let path = desk.Output
        File.WriteAllText(path, limited.Text)
        // The seventeenth may be the first of a transaction of two.
        Expect.isTrue (List.contains (keysIn path).Length [ 17; 18 ]) "the commands"
        endsWith 0 all
        Expect.stringContains all.Text "[3] \"SET\" \"key:" "the line")

let private refused =
    withMaster "a state or an output that is not the right one is left alone" [] (fun server desk ->
        run (follow server (toFile desk @ [ "--until-offset"; "0" ])) |> endsSilently
        let state, output = File.ReadAllText desk.State, File.ReadAllText desk.Output

        for damaged, said in
            [
                "", "damaged"
                state.Replace("output ", "output 1"), "damaged"
                state.Replace("position 1\n", "position 2\n"), "newer version"
            ] do
            File.WriteAllText(desk.State, damaged)
            run (follow server (toFile desk)) |> complains 8 [ said; desk.State ]
            Expect.equal (File.ReadAllText desk.State) damaged "the state"
            Expect.equal (File.ReadAllText desk.Output) output "the output"

        File.WriteAllText(desk.State, state)
        File.WriteAllText(desk.Output, output.Substring 1)
        run (follow server (toFile desk)) |> complains 8 [ desk.Output; "bytes" ]
        Expect.equal (File.ReadAllText desk.Output) (output.Substring 1) "the output")

let private alone =
    withMaster "a state belongs to one run at a time" [] (fun server desk ->
        use running = start (follow server (toFile desk))
        untilFollowing desk

        run (follow server (toFile desk))
        |> complains 2 [ "Another process"; desk.State ]

        running.Signal "INT"
        running.Wait() |> endsWith 130)

let private pipes =
    withMaster "a reader that goes away ends it" [] (fun server _ ->
        use running = startFor Gone path (follow server []) []
        running.Wait() |> complains 7 [ "nobody reads the pipe" ])

let private fromNow =
    withMaster "from now on, no data set is copied" [] (fun server desk ->
        Filling.fill server.Port 1
        use running = start (follow server (toFile desk @ [ "--from-now" ]))
        untilFollowing desk
        server.Ask("SET", "key:1", "v") |> ignore
        untilAcknowledged server
        running.Signal "INT"
        running.Wait() |> endsWith 130
        Expect.contains (keysIn desk.Output) (0, "key:1") "the commands"

        let bytes =
            Regex.Match(File.ReadAllText desk.Output, "\"event\":\"snapshot\".*\"bytes\":([0-9]+)")

        Expect.isLessThan (Int64.Parse bytes.Groups[1].Value) 10_000L "the size of the snapshot")

let private mistaken name said arguments =
    testCase name (fun () -> run ("follow" :: arguments) |> complains 2 said)

let private usage =
    [
        mistaken "a format that there is not" [ "xml"; "jsonl" ] [ "--format"; "xml" ]
        mistaken "a position that is none" [ "no position" ] [ "--from"; "abc:1" ]
        mistaken "no position where one is needed" [ "--state"; "--from" ] [ "--require-partial" ]
        mistaken "a database that is no number" [ "--db"; "many" ] [ "--db"; "many" ]
        mistaken "a limit of nothing" [ "--limit"; "0" ] [ "--limit"; "0" ]
        mistaken "a size that is none" [ "4X" ] [ "--spool-size"; "4X" ]
        mistaken "one file for two things" [ "--output"; "--state" ] [ "-o"; "none/x"; "--state"; "none/x" ]
        mistaken "an empty state" [ "--state" ] [ "--state"; "" ]
        mistaken "an option of backup" [ "--rdb-only" ] [ "--rdb-only" ]
        mistaken "two beginnings" [ "--from-now" ] [ "--from-now"; "--from"; String('a', 40) + ":1" ]
        mistaken "resp without a database" [ "database" ] [ "--format"; "resp"; "--from"; String('a', 40) + ":1" ]
        testCase "a state that holds no position yet, where one is needed" (fun () ->
            use desk = new Desk()

            run [ "follow"; "--state"; desk.State; "--require-partial" ]
            |> complains 2 [ "holds none" ])
    ]

let tests =
    testList
        "follow"
        ([
            goesOn
            killedAtAnyTime
            replayed
            snapshotFirst
            gap
            ends
            refused
            alone
            pipes
            fromNow
         ]
         @ usage)
