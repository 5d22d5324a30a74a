/// Masters that are none, or cannot be found: each ends a backup soon, with one line that says what was met.
module HybridReplica.Tests.Real.BadMasterTests

open System
open System.Net.Security
open System.Threading.Tasks
open Expecto
open HybridReplica.Tests.Shell
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

/// A backup from there ends with this exit code, says these things, and leaves the target alone.
let private fails (exitCode: int) said (uri: string) arguments =
    use place = new Place()

    let ended =
        run ([ "backup"; uri; "-o"; place.Target; "--attempts"; "1" ] @ arguments)

    complains exitCode said ended
    place.IsUntouched()
    ended

let private meets name exitCode said script arguments =
    testCase name (fun () ->
        use master = master script
        fails exitCode said (string master.Uri) arguments |> ignore)

let private isNoRedis = "check that the address is that of a Redis or Valkey master"

let private http =
    "HTTP/1.1 400 Bad Request\r\nServer: web\r\nContent-Length: 0\r\n\r\n"

let tests =
    testList
        "bad masters"
        [
            testCase "a host that nobody knows" (fun () ->
                fails
                    3
                    [ "name of the host"; "redis://no-such-host.invalid"; "check the name" ]
                    "redis://no-such-host.invalid"
                    []
                |> ignore)
            testCase "a port that nobody listens on" (fun () ->
                let uri = $"redis://127.0.0.1:{freePort ()}"
                fails 3 [ "connection refused"; uri; "check the address" ] uri [] |> ignore)
            testCase "a unix socket that is not there" (fun () ->
                fails 3 [ "no such unix socket"; "/none/redis.sock"; "check the path" ] "unix:///none/redis.sock" []
                |> ignore)
            testCase "an address to connect from that is not ours" (fun () ->
                use master = master wait

                fails 3 [ "address to connect from" ] (string master.Uri) [ "--bind"; "192.0.2.1" ]
                |> ignore)
            testCase "a port that takes no connection" (fun () ->
                let port, keeper = stuckPort ()
                use _ = keeper
                let uri = $"redis://127.0.0.1:{port}"

                fails 3 [ "no answer in 1 s"; uri; "firewalls" ] uri [ "--timeout"; "1" ]
                |> ignore)
            meets "a web server" 5 [ "HTTP/1.1 400 Bad Request"; isNoRedis ] (inTurn [ hearOne; say http; wait ]) []
            meets "a server that says nothing" 6 [ "silent"; "1 s"; "allow more time" ] wait [ "--timeout"; "1" ]
            meets
                "a server that closes the connection at once"
                3
                [ "closed the connection"; "rediss://" ]
                (fun _ -> Task.FromResult())
                []
            meets "newlines without end" 5 [ isNoRedis ] (flood "\n") []
            testCase "a gigabyte without a newline" (fun () ->
                use master = master (flood "a")
                let ended = fails 5 [ "more than 255 bytes"; isNoRedis ] (string master.Uri) []
                Expect.isLessThan ended.PeakMemory (120L * 1024L * 1024L) "the most memory at any time")
            for dialect in [ "redis26"; "redis26-lenient" ] do
                let speaking = [ "--dialect"; dialect ]
                meets $"a gigabyte without a newline, in {dialect}" 5 [ isNoRedis ] (flood "a") speaking
                meets $"newlines without end, in {dialect}" 5 [ isNoRedis ] (flood "\n") speaking
                meets $"a web server, in {dialect}" 5 [ isNoRedis ] (inTurn [ hearOne; say http; wait ]) speaking
            testCase "TLS to a server that says nothing" (fun () ->
                use master = master wait

                fails 3 [ "no answer in 1 s"; "use redis://" ] $"rediss://127.0.0.1:{master.Port}" [ "--timeout"; "1" ]
                |> ignore)
            testCase "TLS to a web server" (fun () ->
                use master = master (inTurn [ listen; say http; wait ])
                fails 3 [ "TLS"; "redis://" ] $"rediss://127.0.0.1:{master.Port}" [] |> ignore)
            testCase "what a server says cannot act on the terminal" (fun () ->
                use master = master (inTurn [ hearOne; say "\027[2J\027]0;owned\007\r\n"; wait ])
                let ended = fails 5 [] (string master.Uri) []

                Expect.isFalse
                    (ended.Errors |> Seq.exists (fun c -> Char.IsControl c && c <> '\n'))
                    "control characters")
            meets
                "a snapshot that is damaged"
                8
                [ "damaged"; "try again" ]
                (fun stream ->
                    let snapshot = rdb 100_000
                    snapshot[50_000] <- snapshot[50_000] ^^^ 1uy
                    serveUntilMark snapshot stream)
                []
            meets "a snapshot that is none" 8 [ "damaged" ] (inTurn [ promise; say "$20\r\nthis is not a dump!!" ]) []
            meets
                "a master that is busy"
                4
                [ "LOADING"; "try again later" ]
                (inTurn [ agree; say "-LOADING Redis is loading\r\n"; wait ])
                []
        ]
