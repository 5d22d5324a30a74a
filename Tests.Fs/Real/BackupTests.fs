/// `hybrid-replica backup` brings home what a real server holds, whichever way it is reached and asked.
module HybridReplica.Tests.Real.BackupTests

open System.IO
open System.Text.Json
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Tool

let private address (server: RealServer) = $"redis://127.0.0.1:{server.Port}"

/// What the tool says of a backup that worked.
let private summary (ended: Ended) =
    endsWith 0 ended
    JsonDocument.Parse(ended.Text).RootElement

let private says (expected: (string * string) list) (said: JsonElement) =
    for name, value in expected do
        Expect.equal (said.GetProperty(name).ToString()) value name

/// Backs up a server of these settings with these arguments. Fails unless the copy is one, and the JSON says so.
let private copies settings uri arguments expected () =
    use server = RealServer.Start settings
    use place = new Place()
    DataSet.fill server
    let ended = run ([ "backup"; uri server; "-o"; place.Target; "--json" ] @ arguments)

    let everywhere =
        [
            "outcome", "done"
            "bytes", string (FileInfo place.Target).Length
            "checksum", "verified"
            "rdbVersion", "REDIS0010"
            "file", place.Target
        ]

    summary ended |> says (everywhere @ expected)
    Expect.equal ended.Errors "" "standard error"
    Expect.equal (Directory.GetFiles place.Folder) [| place.Target |] "files in the folder"
    DataSet.isCopyOf server place.Target

let private ways =
    [
        testCase
            "a master that saves to its disk first"
            (copies
                (DataSet.holding [ "repl-diskless-sync no" ])
                address
                []
                [ "payload", "counted"; "dialect", "redis6" ])
        testCase
            "a master that saves to the socket"
            (copies (DataSet.diskless []) address [] [ "payload", "eof"; "dialect", "redis6" ])
        testCase
            "a unix socket"
            (copies
                { DataSet.diskless [] with
                    HasUnixSocket = true
                }
                (fun server -> "unix://" + server.UnixSocket)
                []
                [ "payload", "eof" ])
        testCase
            "redis26 asks with SYNC, and learns nothing of the position"
            (copies
                (DataSet.diskless [])
                address
                [ "--dialect"; "redis26" ]
                [
                    "dialect", "redis26"
                    "payload", "counted"
                    "replicationId", ""
                    "offset", ""
                ])
        testCase
            "redis26-lenient asks with SYNC too"
            (copies
                (DataSet.diskless [])
                address
                [ "--dialect"; "redis26-lenient" ]
                [ "dialect", "redis26-lenient"; "replicationId", "" ])
        testCase "a master without a checksum is kept, and said so" (fun () ->
            use server = RealServer.Start(DataSet.diskless [ "rdbchecksum no" ])
            use place = new Place()
            DataSet.fill server

            run [ "backup"; address server; "-o"; place.Target; "--json" ]
            |> summary
            |> says [ "outcome", "done"; "checksum", "absent" ]

            DataSet.isCopyOf server place.Target)
        testCase "the position is the one the master gave" (fun () ->
            use server = RealServer.Start(DataSet.diskless [])
            use place = new Place()
            let said = run [ "backup"; address server; "-o"; place.Target; "--json" ] |> summary
            let replication = server.Ask("INFO", "replication")
            let identity = said.GetProperty("replicationId").GetString()
            Expect.stringContains replication $"master_replid:{identity}" "the replication id"
            Expect.equal (said.GetProperty("offset").GetInt64()) 0L "the offset")
        testCase "an address without a scheme is that of a master" (fun () ->
            use server = RealServer.Start(DataSet.diskless [])
            use place = new Place()
            run [ "backup"; $"127.0.0.1:{server.Port}"; "-o"; place.Target ] |> endsSilently
            DataSet.isCopyOf server place.Target)
        testCase "a file that was not there before appears" (fun () ->
            use server = RealServer.Start(DataSet.diskless [])
            use place = new Place()
            let fresh = Path.Combine(place.Folder, "fresh name.rdb")
            run [ "backup"; address server; "-o"; fresh ] |> endsSilently
            DataSet.isCopyOf server fresh)
    ]

/// What the master says of its replica while that waits for its snapshot.
let private replicaSeenWith arguments (question: string array) (isSeen: string -> bool) =
    use server =
        RealServer.Start(
            DataSet.holding
                [
                    "repl-diskless-sync yes"
                    "repl-diskless-sync-delay 3600"
                    "protected-mode no"
                ]
        )

    use place = new Place()
    use running = start ([ "backup"; address server; "-o"; place.Target ] @ arguments)
    Waiting.until "the master says so of its replica" (fun () -> running.HasEnded || isSeen (server.Ask question))
    server.Ask("CONFIG", "SET", "repl-diskless-sync-delay", "0") |> ignore
    running.Wait() |> endsSilently

let private replication = [| "INFO"; "replication" |]

let private manners =
    [
        testCase "--listening-port is what the master shows" (fun () ->
            replicaSeenWith [ "--listening-port"; "7001" ] replication (fun said ->
                said.Contains "slave0:ip=127.0.0.1,port=7001,"))
        testCase "--announce-ip and --announce-port are what the master shows instead" (fun () ->
            let announced =
                [
                    "--announce-ip"
                    "192.0.2.7"
                    "--announce-port"
                    "7002"
                    "--listening-port"
                    "7001"
                ]

            replicaSeenWith announced replication (fun said -> said.Contains "slave0:ip=192.0.2.7,port=7002,"))
        testCase "--bind is where the connection comes from" (fun () ->
            replicaSeenWith [ "--bind"; "127.0.0.2" ] [| "CLIENT"; "LIST"; "TYPE"; "replica" |] (fun said ->
                said.Contains " addr=127.0.0.2:"))
        testCase "--rdb-only is asked for and granted, and the snapshot is no worse" (fun () ->
            use server = RealServer.Start(DataSet.diskless [])
            use place = new Place()
            DataSet.fill server
            let transcript = Path.Combine(place.Folder, "transcript.txt")

            run
                [
                    "backup"
                    address server
                    "-o"
                    place.Target
                    "--rdb-only"
                    "--transcript"
                    transcript
                ]
            |> endsSilently

            Expect.stringContains (File.ReadAllText transcript) "> REPLCONF rdb-only 1\n< +OK\n" "what was said"
            DataSet.isCopyOf server place.Target)
    ]

let tests = testList "backup" (ways @ manners)
