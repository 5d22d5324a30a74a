/// `archive`, `verify`, `prune` and `restore` with real servers: what is archived is what is restored.
module HybridReplica.Tests.Real.ArchiveToolTests

open System
open System.IO
open System.Text.Json
open System.Threading.Tasks
open Expecto
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Tool

/// A folder with an archive and what is restored from it, none of which is there yet.
type private Desk() =
    let folder = Directory.CreateTempSubdirectory("hybrid-replica-archive-").FullName
    let mutable restored = 0
    member _.Archive = Path.Combine(folder, "archive")

    /// A name that nothing has yet.
    member _.Free() =
        restored <- restored + 1
        Path.Combine(folder, $"restored-{restored}")

    /// All that is in the archive, by name and length.
    member this.Contents =
        Directory.GetFiles this.Archive
        |> Array.map (fun path -> Path.GetFileName path, (FileInfo path).Length)
        |> Array.sort

    interface IDisposable with
        member _.Dispose() = Directory.Delete(folder, true)

let private uriOf (server: RealServer) = $"redis://127.0.0.1:{server.Port}"

let private digest (server: RealServer) = server.Ask("DEBUG", "DIGEST")

/// Waits until everything written so far is in the archive, as the master hears.
let private untilArchived (server: RealServer) =
    let asked =
        $"printf 'SET last %%s\\nWAIT 1 20000\\n' $RANDOM | redis-cli -h 127.0.0.1 -p {server.Port}"

    Expect.stringContains (runProgram "bash" [ "-c"; asked ] []) "\n1" "what WAIT says"

let private offsetOf (server: RealServer) =
    server.Ask("INFO", "replication").Split '\n'
    |> Array.pick (fun line ->
        match line.Trim().Split ':' with
        | [| "master_repl_offset"; offset |] -> Some offset
        | _ -> None)

/// A stock server that is started on restored files holds what has this digest.
let private holds (expected: string) (folder: string) =
    use copy = RealServer.Start(DataSet.holding [ $"dir {folder}"; "appendonly yes" ])

    Expect.equal (digest copy) expected "what a server holds that starts from what was restored"

let private json (ended: Ended) =
    (JsonDocument.Parse ended.Text).RootElement

let private restore (desk: Desk) arguments =
    let folder = desk.Free()
    let ended = run ([ "restore"; desk.Archive; "-o"; folder ] @ arguments)
    endsWith 0 ended
    folder, ended

let private archived =
    testCase "any moment that was archived can be restored into a stock server" (fun () ->
        use server = RealServer.Start(DataSet.diskless [ "repl-backlog-size 64mb" ])
        use desk = new Desk()
        DataSet.fill server

        use archiving =
            start [ "archive"; uriOf server; desk.Archive; "--segment-size"; "256kb"; "--json" ]

        Waiting.until "a base" (fun () -> (run [ "archive"; "list"; desk.Archive ]).ExitCode = 0)
        server.Ask("MSET", "a", "1", "b", "2") |> ignore

        for database in 5..8 do
            server.Ask(
                "-n",
                string database,
                "EVAL",
                "for i = 1, 5000 do redis.call('SET', 'more:' .. i, string.rep('x', 40)) end",
                "0"
            )
            |> ignore

        untilArchived server
        let atOffset = offsetOf server, digest server
        // A time is as exact as a tenth of a second.
        Task.Delay(300).Wait()
        let time = DateTimeOffset.UtcNow
        Task.Delay(300).Wait()

        server.Ask("-n", "3", "EVAL", "for i = 1, 500 do redis.call('SET', 'later:' .. i, i) end", "0")
        |> ignore

        server.Ask("SET", "gone", "soon", "PX", "100000000") |> ignore
        let beforeFlush = digest server
        server.Ask("FLUSHALL") |> ignore
        server.Ask("-n", "1", "SET", "new", "1") |> ignore
        untilArchived server
        let newest = digest server

        archiving.Signal "INT"
        let ended = archiving.Wait()
        endsWith 130 ended
        Expect.hasLength ended.ErrorLines 1 "lines on standard error"
        Expect.stringContains ended.Errors "Interrupted at " "standard error"
        Expect.equal ((json ended).GetProperty("bases").GetInt32()) 1 "bases, as it says at its end"

        let before = desk.Contents
        let listed = json (run [ "archive"; "list"; desk.Archive; "--json" ])
        Expect.isGreaterThan (listed.GetProperty("segments").GetArrayLength()) 2 "segments"
        Expect.equal (listed.GetProperty("bases").GetArrayLength()) 1 "bases"
        run [ "verify"; desk.Archive; "--quiet" ] |> endsSilently

        fst (restore desk []) |> holds newest
        let folder, said = restore desk [ "--to-offset"; fst atOffset ]
        holds (snd atOffset) folder
        Expect.stringContains said.Text (fst atOffset) "the moment"
        Expect.stringContains said.Text $"redis-server --dir {folder} --appendonly yes" "how to start a server"

        fst (restore desk [ "--to-time"; time.ToString "yyyy-MM-ddTHH:mm:ss.fffZ" ])
        |> holds (snd atOffset)

        let folder, said = restore desk [ "--before-command"; "flushall"; "--json" ]
        holds beforeFlush folder
        Expect.stringContains (string ((json said).GetProperty("next"))) "FLUSHALL" "the command that is left out"

        let shown =
            run
                [
                    "restore"
                    desk.Archive
                    "--before-command"
                    "FLUSHALL"
                    "--list-commands"
                    "4"
                ]

        endsWith 0 shown
        Expect.stringContains shown.Text "FLUSHALL" "the commands around it"
        Expect.equal desk.Contents before "the archive")

let tests = testList "archive tool" [ archived ]
