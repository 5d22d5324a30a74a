/// Everything that a master can be made to write, so that what is lost or doubled on the way can be told afterwards.
module HybridReplica.Tests.Real.Writing

open System
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting

// Commands that give something else when they come twice.
let private commandsOf (round: int) (database: int) : string list list =
    let round = string round
    let next = string ((database + 1) % 16)

    [
        [ "SELECT"; string database ]
        [ "RPUSH"; "log"; round ]
        [ "INCR"; "count" ]
        [ "APPEND"; "text"; round ]
        [ "INCRBYFLOAT"; "float"; "0.25" ]
        [ "HINCRBY"; "hash"; "field"; "1" ]
        [ "ZINCRBY"; "ranks"; "1.5"; "member" ]
        [ "SADD"; "set"; "a" + round; "b" + round; "c" + round ]
        [ "SPOP"; "set" ]
        [ "XADD"; "stream"; "*"; "round"; round ]
        [ "SET"; "short:" + round; "value"; "PX"; "20" ]
        [ "SET"; "long:" + round; "value"; "EX"; "100000" ]
        [ "MULTI" ]
        [ "INCR"; "count" ]
        [ "RPUSH"; "log:multi"; round ]
        [ "EXPIRE"; "log"; "100000" ]
        [ "EXEC" ]
        [
            "EVAL"
            "redis.call('INCR', 'lua'); redis.call('SELECT', ARGV[1]); redis.call('APPEND', 'lua:text', ARGV[2])"
            "0"
            next
            round
        ]
        [ "BLPOP"; "log:multi"; "0" ]
    ]

/// Long enough to be on its way when a connection is closed.
let private large (round: int) =
    [ "SET"; "large"; String(char (int 'a' + round % 26), 1_000_000 + round) ]

// Three clients that wait, and what they wait for.
let private blockingPops (server: RealServer) (writer: Client) (round: int) =
    let waiting =
        [ "BLPOP work 0"; "BLMOVE queue done LEFT RIGHT 0"; "BZPOPMIN tasks 0" ]

    let clients =
        [
            for line in waiting do
                let client = connect server
                client.Say $"SELECT {round % 16}" |> ignore
                client.Send(List.ofArray (line.Split ' '))
                client
        ]

    until "three clients wait" (fun () -> writer.Info("clients", "blocked_clients") = "3")

    writer.AskAll
        [
            [ "SELECT"; string (round % 16) ]
            // No more than they take: the next ones would find the rest, and not wait.
            [ "RPUSH"; "work"; "1" ]
            [ "RPUSH"; "queue"; "2" ]
            [ "ZADD"; "tasks"; "1"; "a" ]
        ]

    for client in clients do
        Expect.notEqual (client.Read()) Nothing "what a waiting client is given"
        (client :> IDisposable).Dispose()

/// Writes one round to each of the sixteen databases.
let writeRound (server: RealServer) (writer: Client) (round: int) =
    writer.AskAll(List.collect (commandsOf round) [ 0..15 ])

    if round % 5 = 0 then
        writer.Ask(large round) |> ignore
        blockingPops server writer round

/// Waits until the master has removed what was to expire in so many rounds.
let awaitExpiry (writer: Client) (rounds: int) =
    until "all short lives are over" (fun () -> writer.Info("stats", "expired_keys") = string (16 * rounds))

/// Applies what a follower was given to a server.
let replay (server: RealServer) (entries: Following.Entry list) =
    use client = connect server
    let mutable selected = None

    let select (database: int option) =
        if database <> selected then
            client.Queue [ "SELECT"; string database.Value ]
            selected <- database

    for entry in entries do
        match entry.Given with
        | Following.Given.SnapshotFunction source -> client.Queue [ "FUNCTION"; "LOAD"; source ]
        | Following.Given.SnapshotEntry found ->
            select (Some found.Database)
            List.iter client.Queue (Rebuilding.commandsOf found)
        | Following.Given.Command words ->
            Expect.isSome entry.Database $"the database of {words.Head}"
            select entry.Database
            client.Queue words
        | Following.Given.Multi -> client.Queue [ "MULTI" ]
        | Following.Given.Exec -> client.Queue [ "EXEC" ]
        | _ -> ()

    // What was queued is answered in order, so with the last answer all is there.
    client.Send [ "ECHO"; "all is applied" ]

    let rec read () =
        match client.Read() with
        | Text "all is applied" -> ()
        | Failure text -> failtestf "what was followed cannot be applied: %s" text
        | _ -> read ()

    read ()

/// Fails unless both servers hold the same.
let holdTheSame (one: RealServer) (other: RealServer) =
    Expect.equal (other.Ask("DEBUG", "DIGEST")) (one.Ask("DEBUG", "DIGEST")) "what both servers hold"

/// The rounds that were pushed to each database, as the follower was given them.
let roundsIn (entries: Following.Entry list) (database: int) : int list =
    [
        for entry in entries do
            match entry.Given with
            | Following.Given.Command [ "RPUSH"; "log"; round ] when entry.Database = Some database -> int round
            | _ -> ()
    ]
