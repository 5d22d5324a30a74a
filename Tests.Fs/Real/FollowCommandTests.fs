/// What clients do, and which commands come of it: those that Redis 7.0 names in the tests of its own stream.
module HybridReplica.Tests.Real.FollowCommandTests

open System
open System.Text.RegularExpressions
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Following
open HybridReplica.Tests.Real.Waiting

// The database and the words; what is in a transaction stands to the right.
let private describe (entries: Entry list) : string list =
    let describeOne (current: int64 option) (entry: Entry) =
        match entry.Given with
        | Given.Multi -> [ "MULTI" ], entry.Transaction
        | Given.Exec ->
            Expect.equal entry.Transaction current "the transaction that ends"
            [ "EXEC" ], None
        | Given.Command words ->
            Expect.equal entry.Transaction current $"the transaction of {words}"
            let database = entry.Database |> Option.map string |> Option.defaultValue "?"
            let line = Regex.Replace(String.concat " " words, @"\b\d{13}\b", "<ms>")
            [ (if current.IsSome then "  " else "") + database + ": " + line ], current
        | _ -> [], current

    entries |> List.mapFold describeOne None |> fst |> List.concat

// Lines of words; the line of a client that waits begins with `&`.
let private perform (server: RealServer) (client: Client) (lines: string list) =
    let waiting =
        [
            for line in lines do
                if line.StartsWith '&' then
                    let other = connect server
                    let waiting = int (client.Info("clients", "blocked_clients"))
                    other.Send(List.ofArray (line.Substring(2).Split ' '))
                    until "one more waits" (fun () -> int (client.Info("clients", "blocked_clients")) > waiting)
                    other
                else
                    // A word of its own may hold spaces that are written as `_`.
                    client.Ask [ for word in line.Split ' ' -> word.Replace('_', ' ') ] |> ignore
        ]

    for other in waiting do
        other.Read() |> ignore
        (other :> IDisposable).Dispose()

let private isMark (entry: Entry) =
    match entry.Given with
    | Given.Command("PUBLISH" :: "caught-up" :: _) -> true
    | _ -> false

// What came between the last two marks.
let private between (entries: Entry list) =
    List.rev entries
    |> List.skipWhile (isMark >> not)
    |> List.skip 1
    |> List.takeWhile (isMark >> not)
    |> List.rev

let private comesOf name (rows: (string list * string list) list) =
    testCase name (fun () ->
        use server = RealServer.Start(DataSet.diskless [])
        use client = connect server
        use follower = follow (optionsFor server.Port) acknowledging

        for said, expected in rows do
            client.Say "FLUSHALL" |> ignore
            catchUp client follower
            perform server client said
            catchUp client follower
            Expect.equal (describe (between follower.Entries)) expected $"what comes of {said}"
            client.Say "SELECT 0" |> ignore)

let tests =
    testList
        "commands by following"
        [
            comesOf
                "multi"
                [
                    [ "MULTI"; "SET a 1"; "EXEC" ], [ "0: SET a 1" ]
                    [ "MULTI"; "SET a 1"; "GET a"; "SET b 2"; "GET b"; "SET c 3"; "EXEC" ],
                    [ "MULTI"; "  0: SET a 1"; "  0: SET b 2"; "  0: SET c 3"; "EXEC" ]
                    [
                        "MULTI"
                        "SELECT 1"
                        "SET a 1"
                        "SELECT 2"
                        "SET b 2"
                        "SELECT 3"
                        "SET c 3"
                        "EXEC"
                    ],
                    [ "MULTI"; "  1: SET a 1"; "  2: SET b 2"; "  3: SET c 3"; "EXEC" ]
                    [ "MULTI"; "EXEC" ], []
                    [ "MULTI"; "GET a"; "EXEC" ], []
                    [ "MULTI"; "DEL a"; "EXEC" ], []
                    [ "MULTI"; "SET a 1"; "DISCARD" ], []
                    [ "MULTI"; "PUBLISH a b"; "EXEC" ], [ "0: PUBLISH a b" ]
                    [ "MULTI"; "SCRIPT LOAD return_1"; "EXEC" ], []
                    [ "MULTI"; "SCRIPT FLUSH"; "EXEC" ], []
                    [ "MULTI"; "EVAL redis.call('SET',KEYS[1],'b') 1 a"; "EXEC" ], [ "0: SET a b" ]
                    [
                        "XADD a 1-1 k v"
                        "XADD a 1-2 k v"
                        "XGROUP CREATE a g 0"
                        "MULTI"
                        "XREADGROUP GROUP g c COUNT 1 STREAMS a >"
                        "XREADGROUP GROUP g c STREAMS a >"
                        "EXEC"
                    ],
                    [
                        "0: XADD a 1-1 k v"
                        "0: XADD a 1-2 k v"
                        "0: XGROUP CREATE a g 0"
                        "MULTI"
                        "  0: XCLAIM a g c 0 1-1 TIME <ms> RETRYCOUNT 1 FORCE JUSTID LASTID 1-1"
                        "  0: XCLAIM a g c 0 1-2 TIME <ms> RETRYCOUNT 1 FORCE JUSTID LASTID 1-2"
                        "EXEC"
                    ]
                ]
            comesOf
                "expire"
                [
                    [ "SET a 1 EX 200" ], [ "0: SET a 1 PXAT <ms>" ]
                    [ "SET a 1 PX 200000" ], [ "0: SET a 1 PXAT <ms>" ]
                    [ "SET a 1 EXAT 4102444800" ], [ "0: SET a 1 PXAT <ms>" ]
                    [ "SET a 1 PXAT 4102444800000" ], [ "0: SET a 1 PXAT <ms>" ]
                    [ "SETEX a 200 1" ], [ "0: SET a 1 PXAT <ms>" ]
                    [ "PSETEX a 200000 1" ], [ "0: SET a 1 PXAT <ms>" ]
                    [ "SET a 1"; "EXPIRE a 200" ], [ "0: SET a 1"; "0: PEXPIREAT a <ms>" ]
                    [ "SET a 1"; "EXPIREAT a 4102444800" ], [ "0: SET a 1"; "0: PEXPIREAT a <ms>" ]
                    [ "SET a 1"; "PEXPIRE a 200000" ], [ "0: SET a 1"; "0: PEXPIREAT a <ms>" ]
                    [ "SET a 1"; "PEXPIREAT a 4102444800000" ], [ "0: SET a 1"; "0: PEXPIREAT a <ms>" ]
                    [ "SET a 1"; "GETEX a EX 200" ], [ "0: SET a 1"; "0: PEXPIREAT a <ms>" ]
                    [ "SET a 1"; "GETEX a PXAT 4102444800000" ], [ "0: SET a 1"; "0: PEXPIREAT a <ms>" ]
                    [ "SET a 1 EX 200"; "GETEX a PERSIST" ], [ "0: SET a 1 PXAT <ms>"; "0: PERSIST a" ]
                    [ "SET a 1"; "GETEX a EXAT 1000000000" ], [ "0: SET a 1"; "0: DEL a" ]
                    [ "SET a 1"; "EXPIRE a -1" ], [ "0: SET a 1"; "0: DEL a" ]
                    [ "SET a 1"; "TTL a"; "PERSIST a" ], [ "0: SET a 1" ]
                    // Whoever reads what has expired removes it, and its reading is not told.
                    [ "DEBUG SET-ACTIVE-EXPIRE 0"; "SET a 1 PX 1"; "DEBUG SLEEP 0.01"; "GET a" ],
                    [ "0: SET a 1 PXAT <ms>"; "0: DEL a" ]
                    [ "SET a 1 PX 1"; "SET b 2 PX 1"; "DEBUG SLEEP 0.01"; "EXISTS a b" ],
                    [
                        "0: SET a 1 PXAT <ms>"
                        "0: SET b 2 PXAT <ms>"
                        "MULTI"
                        "  0: DEL a"
                        "  0: DEL b"
                        "EXEC"
                    ]
                    [ "SET a 1 PX 1"; "DEBUG SLEEP 0.01"; "SCAN 0" ], [ "0: SET a 1 PXAT <ms>"; "0: DEL a" ]
                    [ "SET a 1 PX 1"; "DEBUG SLEEP 0.01"; "RANDOMKEY" ], [ "0: SET a 1 PXAT <ms>"; "0: DEL a" ]
                ]
            comesOf
                "string"
                [
                    [ "SET a 1"; "GETDEL a" ], [ "0: SET a 1"; "0: DEL a" ]
                    [ "SET a 1"; "GETEX a" ], [ "0: SET a 1" ]
                    [ "SET a 1"; "INCRBYFLOAT a 0.5" ], [ "0: SET a 1"; "0: SET a 1.5 KEEPTTL" ]
                ]
            comesOf
                "set"
                [
                    [ "SADD a 1 2 3"; "SPOP a 3" ], [ "0: SADD a 1 2 3"; "0: DEL a" ]
                    [ "SADD a 1 2 3"; "SPOP a 4" ], [ "0: SADD a 1 2 3"; "0: DEL a" ]
                    [ "SADD a 1"; "SPOP a" ], [ "0: SADD a 1"; "0: SREM a 1" ]
                ]
            comesOf
                "zset"
                [
                    [ "ZADD a 1 one 2 two 3 three"; "ZMPOP 1 a MIN" ],
                    [ "0: ZADD a 1 one 2 two 3 three"; "0: ZPOPMIN a 1" ]
                    [ "ZADD a 1 one 2 two 3 three"; "ZMPOP 2 none a MAX COUNT 2" ],
                    [ "0: ZADD a 1 one 2 two 3 three"; "0: ZPOPMAX a 2" ]
                    [ "ZADD a 1 one 2 two"; "BZMPOP 1 1 a MIN COUNT 10" ], [ "0: ZADD a 1 one 2 two"; "0: ZPOPMIN a 2" ]
                    [ "& BZMPOP 0 2 a b MAX COUNT 10"; "ZADD b 1 one 2 two" ],
                    [ "0: ZADD b 1 one 2 two"; "0: ZPOPMAX b 2" ]
                    [ "& BZPOPMIN a 0"; "ZADD a 1 one" ], [ "0: ZADD a 1 one"; "0: ZPOPMIN a" ]
                ]
            comesOf
                "list"
                [
                    [ "RPUSH a 1 2 3 4"; "LMPOP 1 a LEFT COUNT 3" ], [ "0: RPUSH a 1 2 3 4"; "0: LPOP a 3" ]
                    [ "RPUSH a 1 2 3 4"; "LMPOP 2 none a RIGHT" ], [ "0: RPUSH a 1 2 3 4"; "0: RPOP a 1" ]
                    [ "RPUSH a 1 2"; "BLMPOP 1 1 a LEFT COUNT 10" ], [ "0: RPUSH a 1 2"; "0: LPOP a 2" ]
                    [ "& BLMPOP 0 1 a LEFT COUNT 2"; "RPUSH a 1 2 3" ], [ "0: RPUSH a 1 2 3"; "0: LPOP a 2" ]
                    [ "& BLPOP a 0"; "RPUSH a 1 2" ], [ "0: RPUSH a 1 2"; "0: LPOP a" ]
                    [ "& BLMOVE a b LEFT RIGHT 0"; "RPUSH a 1" ], [ "0: RPUSH a 1"; "0: LMOVE a b left right" ]
                    [ "& BLPOP a 0"; "& BLPOP b 0"; "MULTI"; "RPUSH b 1"; "RPUSH a 1"; "EXEC" ],
                    [
                        "MULTI"
                        "  0: RPUSH b 1"
                        "  0: RPUSH a 1"
                        "EXEC"
                        "0: LPOP b"
                        "0: LPOP a"
                    ]
                    // Another database wakes who waits in this one.
                    [ "& BLPOP a 0"; "SELECT 9"; "RPUSH a 1"; "SWAPDB 0 9" ],
                    [ "9: RPUSH a 1"; "9: SWAPDB 0 9"; "0: LPOP a" ]
                ]
            comesOf
                "scripting"
                [
                    [ "SADD a 1 2"; "EVAL return_redis.call('SPOP',KEYS[1],2) 1 a" ], [ "0: SADD a 1 2"; "0: DEL a" ]
                    [ "SET a 1"; "EVAL return_redis.call('EXPIRE',KEYS[1],200) 1 a" ],
                    [ "0: SET a 1"; "0: PEXPIREAT a <ms>" ]
                    [ "EVAL return_redis.call('INCRBYFLOAT',KEYS[1],1) 1 a" ], [ "0: SET a 1 KEEPTTL" ]
                    [
                        "EVAL redis.call('MGET','a','b');redis.call('SET','a',1);redis.call('MGET','a','b') 0"
                    ],
                    [ "0: SET a 1" ]
                    [
                        "EVAL redis.call('SET','a',1);redis.call('SELECT',7);redis.call('SET','b',2) 0"
                    ],
                    [ "MULTI"; "  0: SET a 1"; "  7: SET b 2"; "EXEC" ]
                    [ "EVAL return_1 0" ], []
                ]
        ]
