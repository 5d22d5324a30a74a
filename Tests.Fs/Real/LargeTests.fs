/// A snapshot much larger than the memory that bringing it home may take.
module HybridReplica.Tests.Real.LargeTests

open System
open System.IO
open System.Text.Json
open Expecto
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

/// How much, in MiB: a GiB unless the environment says otherwise.
let private mebibytes =
    match Int32.TryParse(Environment.GetEnvironmentVariable "HYBRIDREPLICA_LARGE_MEBIBYTES") with
    | true, wanted -> wanted
    | false, _ -> 1024

let private most = 120L * 1024L * 1024L

let tests =
    testList
        "large"
        [
            testCase "a gigabyte of values that cannot be compressed passes through little memory" (fun () ->
                use server = RealServer.Start(DataSet.diskless [ "rdbcompression no" ])
                Filling.fill server.Port mebibytes
                use place = new Place()

                let ended =
                    run [ "backup"; $"redis://127.0.0.1:{server.Port}"; "-o"; place.Target; "--json" ]

                endsWith 0 ended
                let said = JsonDocument.Parse(ended.Text).RootElement
                let size = (FileInfo place.Target).Length
                Expect.equal (said.GetProperty("checksum").GetString()) "verified" "the checksum"
                Expect.equal (said.GetProperty("bytes").GetInt64()) size "the size of the file"
                Expect.isGreaterThan size (int64 mebibytes * 1048576L) "bytes of the snapshot"
                Expect.isGreaterThan ended.PeakMemory 0L "the memory that was seen"
                Expect.isLessThan ended.PeakMemory most "the most memory at any time"
                let checking = runProgram "redis-check-rdb" [ place.Target ] []
                Expect.stringContains checking $"{mebibytes * 16} keys read" "what Redis finds in it")
        ]
