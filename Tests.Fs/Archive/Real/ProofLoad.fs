/// Load on a master: everything that `Writing` writes and, by others at the same time, what that leaves out.
module HybridReplica.Tests.Archive.Real.ProofLoad

open System
open System.Threading
open System.Threading.Tasks
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting

let private functions (round: int) =
    "#!lua name=proof\n"
    + $"redis.register_function('add', function(keys) return redis.call('INCRBY', keys[1], {round}) end)"

// A stream with a group, in which some of what is read is acknowledged, and some is claimed by another consumer.
let private jobs (round: int) (database: int) : string list list =
    [
        [ "SELECT"; string database ]
        [ "XADD"; "jobs"; $"{round}-1"; "round"; string round ]
        [ "XADD"; "jobs"; $"{round}-2"; "round"; string round ]
        [
            "XREADGROUP"
            "GROUP"
            "workers"
            "one"
            "COUNT"
            "1"
            "STREAMS"
            "jobs"
            ">"
        ]
        [ "XACK"; "jobs"; "workers"; $"{round / 3}-1" ]
        [ "XAUTOCLAIM"; "jobs"; "workers"; "two"; "0"; "0"; "COUNT"; "1" ]
        [ "FCALL"; "add"; "1"; "added" ]
    ]

/// Creates what the load needs.
let prepare (client: Client) =
    client.Ask [ "FUNCTION"; "LOAD"; functions 0 ] |> ignore

    for database in 0..15 do
        client.Say $"SELECT {database}" |> ignore
        client.Say "XGROUP CREATE jobs workers $ MKSTREAM" |> ignore

// Some MiB in one value, which differ from round to round.
let private huge (round: int) =
    [ "SET"; "huge"; String(char (int 'a' + round % 26), 3_000_000 + round) ]

let private writeJobs (client: Client) (round: int) =
    client.AskAll(
        [ "FUNCTION"; "LOAD"; "REPLACE"; functions round ]
        :: List.collect (jobs round) [ 0..15 ]
    )

    if round % 4 = 0 then
        client.Ask(huge round) |> ignore

// Counts in transactions and scripts until it is told to stop.
let private count (port: int) (stop: CancellationToken) =
    task {
        use client = new Client(port)
        let script = "for i = 1, 3 do redis.call('INCR', 'counted:' .. i) end"

        while not stop.IsCancellationRequested do
            client.AskAll
                [
                    [ "SELECT"; "9" ]
                    [ "MULTI" ]
                    [ "INCR"; "counted" ]
                    [ "SELECT"; "10" ]
                    [ "LPUSH"; "counted:list"; "x" ]
                    [ "EXEC" ]
                    [ "EVAL"; script; "0" ]
                ]

            do! Task.Delay 5
    }

let private expired (client: Client) =
    int (client.Info("stats", "expired_keys"))

/// Some rounds of writes by three clients at the same time. What expires in them is gone at the end: the master has
/// said so, and nothing is left for a server to remove that starts from what was said.
let write (server: RealServer) (client: Client) (rounds: int list) =
    use stop = new CancellationTokenSource()
    let before = expired client
    let counting = Task.Run<unit>(fun () -> count server.Port stop.Token)

    let jobs =
        Task.Run(fun () ->
            use other = connect server

            for round in rounds do
                writeJobs other round)

    for round in rounds do
        Writing.writeRound server client round

    jobs.Wait()
    stop.Cancel()
    counting.Wait()
    until "all short lives are over" (fun () -> expired client = before + 16 * rounds.Length)
