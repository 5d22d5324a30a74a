/// What real servers hold in these tests, and whether a snapshot holds the same.
module HybridReplica.Tests.Real.DataSet

open HybridReplica.Tests
open HybridReplica.Tests.RealServer

/// A server that tells what it holds (DEBUG DIGEST), with more lines in its configuration.
let holding (options: string list) =
    { ServerSettings.Default with
        Options = "enable-debug-command yes" :: options
    }

/// The same, and it saves to the socket at once instead of to its disk.
let diskless (options: string list) =
    holding ("repl-diskless-sync yes" :: "repl-diskless-sync-delay 0" :: options)

/// The same, and it takes seconds over a snapshot of so many values that none of them is short: five for 32 MiB.
let slow (options: string list) =
    diskless ("rdb-key-save-delay 10000" :: options)

/// Fills a slow server.
let fillSlow (server: RealServer) = Filling.fill server.Port 32

// Every type and every encoding of the RDB that Redis 7.0 writes, expiries, and several databases.
let private script =
    """
    for database = 0, 3 do
        redis.call('SELECT', database)
        for i = 1, 200 do
            local noise = redis.sha1hex(database .. ':' .. i)
            redis.call('SET', 'string:' .. i, string.rep(noise, i))
            redis.call('SET', 'number:' .. i, i * 1000003)
            redis.call('RPUSH', 'list', noise, i)
            redis.call('SADD', 'numbers', i)
            redis.call('SADD', 'words', noise)
            redis.call('HSET', 'small:' .. i, 'field', noise)
            redis.call('HSET', 'large', noise, string.rep(noise, 3))
            redis.call('ZADD', 'ranks', i / 7, noise)
            redis.call('ZADD', 'few:' .. i, i, noise)
            redis.call('XADD', 'stream', '1700000000000-' .. i, 'noise', noise)
        end
        redis.call('RPUSH', 'long', string.rep('x', 20000), string.rep('y', 10))
        redis.call('XGROUP', 'CREATE', 'stream', 'group', '0')
        redis.call('XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', 5, 'STREAMS', 'stream', '>')
        redis.call('PFADD', 'estimate', 'a', 'b', 'c')
        redis.call('PEXPIREAT', 'string:1', 4102444800000)
        redis.call('EXPIREAT', 'list', 4102444800)
        redis.call('SET', 'binary\0\r\n\255', '\0\r\n\255')
    end
    return 'filled'
    """

/// Gives the server some of everything, in four databases.
let fill (server: RealServer) =
    Expecto.Expect.equal (server.Ask("EVAL", script, "0")) "filled" "the data set"

let private digest (server: RealServer) = server.Ask("DEBUG", "DIGEST")

/// Fails unless the file is an RDB in the eyes of Redis, and a server that starts from it holds what this one holds.
let isCopyOf (server: RealServer) (snapshot: string) =
    runProgram "redis-check-rdb" [ snapshot ] [] |> ignore

    use copy =
        RealServer.Start
            { holding [] with
                Snapshot = ValueSome snapshot
            }

    Expecto.Expect.equal (digest copy) (digest server) "what both servers hold"
