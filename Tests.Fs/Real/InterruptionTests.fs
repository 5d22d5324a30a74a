/// What is left of a backup that does not come to its end: nothing, beside the old file.
module HybridReplica.Tests.Real.InterruptionTests

open System
open System.Diagnostics
open System.IO
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

let private backup (server: RealServer) (place: Place) arguments =
    start ([ "backup"; $"redis://127.0.0.1:{server.Port}"; "-o"; place.Target ] @ arguments)

/// Does something in the midst of a transfer, and gives what came of it.
let private inMidTransfer arguments work =
    use server = RealServer.Start(DataSet.slow [])
    DataSet.fillSlow server
    use place = new Place()
    use running = backup server place arguments
    Waiting.untilBytesFlow place.Folder
    work server running
    let ended = running.Wait()
    place.IsUntouched()
    ended

/// How many bytes the server has sent to its replicas.
let private bytesSent (server: RealServer) =
    let field = "total_net_repl_output_bytes:"

    server.Ask("INFO", "stats").Split "\r\n"
    |> Array.pick (fun line ->
        if line.StartsWith(field, StringComparison.Ordinal) then
            Some(int64 (line.Substring field.Length))
        else
            None)

let private once = [ "--attempts"; "1" ]

/// A signal to the tool in the midst of a transfer.
let private signalled (signal: string) () =
    let clock = Stopwatch()

    let ended =
        inMidTransfer [] (fun _ running ->
            running.Signal signal
            clock.Start()
            running.Wait() |> ignore
            clock.Stop())

    ended |> complains 130 [ "Interrupted" ]
    Expect.isLessThan clock.Elapsed.TotalSeconds 2.0 "seconds from the signal to the end"

let tests =
    testList
        "interruptions"
        [
            testCase "a master that is killed in the midst of a transfer" (fun () ->
                inMidTransfer once (fun server _ -> server.Kill())
                |> complains 3 [ "closed the connection" ])
            testCase "a master that stops in the midst of a transfer is given up after the silence limit" (fun () ->
                inMidTransfer ("--timeout" :: "2" :: once) (fun server running ->
                    server.Signal "STOP"

                    try
                        running.Wait() |> ignore
                    finally
                        server.Signal "CONT")
                |> complains 6 [ "silent"; "2 s" ])
            testCase "Ctrl-C" (signalled "INT")
            testCase "SIGTERM" (signalled "TERM")
            testCase "a terminal that is closed" (signalled "HUP")
            testCase "a closed terminal does not matter to those who asked for that" (fun () ->
                use server = RealServer.Start(DataSet.slow [])
                DataSet.fillSlow server
                use place = new Place()
                let uri = $"redis://127.0.0.1:{server.Port}"
                let command = [ path; "backup"; uri; "-o"; place.Target ]

                use running =
                    startAs "sh" ([ "-c"; "trap '' HUP; exec \"$0\" \"$@\"" ] @ command) []

                Waiting.untilBytesFlow place.Folder
                running.Signal "HUP"
                server.Ask("CONFIG", "SET", "rdb-key-save-delay", "0") |> ignore
                running.Wait() |> endsSilently
                runProgram "redis-check-rdb" [ place.Target ] [] |> ignore)
            testCase
                "a connection that is lost in the midst of a transfer is made again, and the backup is done"
                (fun () ->
                    use server = RealServer.Start(DataSet.slow [])
                    DataSet.fillSlow server
                    use place = new Place()
                    use running = backup server place [ "--json" ]
                    Waiting.untilBytesFlow place.Folder
                    server.Ask("CONFIG", "SET", "rdb-key-save-delay", "0") |> ignore
                    Expect.equal (server.Ask("CLIENT", "KILL", "TYPE", "replica")) "1" "connections that were closed"
                    running.Wait() |> endsWith 0
                    Expect.stringContains (server.Ask("INFO", "stats")) "sync_full:2" "transfers that were begun"
                    Expect.equal (Directory.GetFiles place.Folder) [| place.Target |] "files in the folder"
                    DataSet.isCopyOf server place.Target)
            testCase "Ctrl-C while nobody takes what is written to standard output" (fun () ->
                use server = RealServer.Start(DataSet.diskless [])
                DataSet.fillSlow server
                let uri = $"redis://127.0.0.1:{server.Port}"
                use running = startFor Late path [ "backup"; uri; "-o"; "-" ] []

                Waiting.until "the master has sent more than a pipe holds" (fun () -> bytesSent server > 1_000_000L)

                running.Signal "INT"
                let ended = running.Wait()
                endsWith 130 ended
                Expect.equal ended.ErrorLines.Length 1 "lines on standard error")
        ]
