/// `hybrid-replica backup` beside `redis-cli --rdb`, from the same master.
module HybridReplica.Tests.Benchmarks.BackupBenchmark

open System
open System.IO
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Benchmarks.Measuring

/// A master that begins to send at once.
let private settings =
    { ServerSettings.Default with
        Options =
            [
                "repl-diskless-sync yes"
                "repl-diskless-sync-delay 0"
                "rdbcompression no"
                "client-output-buffer-limit replica 0 0 0"
            ]
    }

let private tool = Path.Combine(AppContext.BaseDirectory, "hybrid-replica")

let private intoFreshFile (folder: string) (measure: string -> Run) () =
    let file = Path.Combine(folder, "benchmark.rdb")
    File.Delete file
    let run = measure file
    File.Delete file
    run

let private contenders (server: RealServer) =
    let redisCli file =
        run "redis-cli" [ "-p"; string server.Port; "--rdb"; file ]

    let backup more file =
        run tool ([ "backup"; $"redis://127.0.0.1:{server.Port}"; "-o"; file ] @ more)

    [
        "redis-cli --rdb", intoFreshFile server.Folder redisCli
        "hybrid-replica backup", intoFreshFile server.Folder (backup [])
        "hybrid-replica --rdb-only", intoFreshFile server.Folder (backup [ "--rdb-only" ])
    ]

/// A data set of so many MiB.
let backup (mebibytes: int) =
    use server = RealServer.Start settings
    Filling.fill server.Port mebibytes
    printfn $"{mebibytes} MiB of incompressible values, checksum verified and file synced in ours:"
    sideBySide 5 (contenders server)

/// A master without data: what is left is start-up, handshake and the file.
let startUp () =
    use server = RealServer.Start settings
    printfn "An empty master, the whole process:"

    sideBySide
        15
        (contenders server
         @ [ "hybrid-replica --version", (fun () -> run tool [ "--version" ]) ])
