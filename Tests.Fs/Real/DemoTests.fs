/// `hybrid-replica demo` shows what a handshake is, and leaves nothing behind.
module HybridReplica.Tests.Real.DemoTests

open System.IO
open Expecto
open HybridReplica.Tests.Real.Tool

let tests =
    testList
        "demo"
        [
            testCase "it shows the conversation and the verified snapshot, and leaves nothing behind" (fun () ->
                let folder = Directory.CreateTempSubdirectory "hybrid-replica-demo-test-"

                try
                    let ended = runWith [ "TMPDIR", folder.FullName ] [ "demo" ]
                    endsWith 0 ended
                    Expect.equal ended.Errors "" "standard error"

                    for shown in
                        [
                            "REPL_STATE_CONNECTING"
                            "REPL_STATE_RECEIVE_PSYNC"
                            "REPL_STATE_TRANSFER"
                            "> PING"
                            "< +PONG"
                            "< +FULLRESYNC "
                            "checksum verified"
                        ] do
                        Expect.stringContains ended.Text shown "what is shown"

                    Expect.isEmpty (folder.EnumerateFileSystemInfos()) "what is left in the temporary folder"
                finally
                    folder.Delete true)
            testCase "somebody who has seen enough may go" (fun () ->
                use running = startFor Gone path [ "demo" ] []
                running.Wait() |> endsWith 0)
        ]
