module HybridReplica.Tests.ReadmeTests

open System
open System.Diagnostics
open System.IO
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Cli
open HybridReplica.Tests

let private readme () =
    File.ReadAllText(Repository.findAbove "README.md")

let private source (path: string) =
    File.ReadAllText(Repository.findAbove $"Tests.Fs/{path}")

/// What stands in README between each fence of this language and the next one.
let private blocks (language: string) =
    let fence = $"```{language}\n"

    (readme ()).Split fence
    |> Array.skip 1
    |> Array.map (fun text -> text.Substring(0, text.IndexOf("\n```", StringComparison.Ordinal) + 1))

let private block language = Array.head (blocks language)

let private between (first: string) (last: string) (text: string) =
    let start = text.IndexOf(first, StringComparison.Ordinal) + first.Length
    text.Substring(start, text.IndexOf(last, start, StringComparison.Ordinal) - start)

/// Runs the consumer in a folder of its own, against this master.
let private runConsumer (folder: string) (master: Uri) =
    let start =
        ProcessStartInfo("dotnet", [ Path.Combine(AppContext.BaseDirectory, "Consumer.dll"); string master ])

    start.WorkingDirectory <- folder
    start.RedirectStandardOutput <- true
    start.RedirectStandardError <- true
    use consumer = Process.Start start |> nonNull
    let said = consumer.StandardOutput.ReadToEndAsync()
    let complained = consumer.StandardError.ReadToEndAsync()

    if not (consumer.WaitForExit(TimeSpan.FromSeconds 60.0)) then
        consumer.Kill()
        failtest "the consumer did not come to an end"

    said.Result, complained.Result

let tests =
    testList
        "README"
        [
            testCase "shows the C# consumer that is compiled here"
            <| fun () -> Expect.equal (block "csharp") (source "Readme/Consumer/Program.cs") "the C# block"

            testCase "shows the C# follower that is compiled here"
            <| fun () ->
                Expect.equal
                    (Array.item 1 (blocks "csharp"))
                    (source "Readme/Consumer/Following.cs")
                    "the second C# block"

            testCase "shows the C# reader that is compiled here"
            <| fun () ->
                Expect.equal (Array.item 2 (blocks "csharp")) (source "Readme/Consumer/Reading.cs") "the third C# block"

            testCase "shows the C# archiver that is compiled here"
            <| fun () ->
                Expect.equal
                    (Array.item 3 (blocks "csharp"))
                    (source "Readme/Consumer/Archiving.cs")
                    "the fourth C# block"

            testCase "shows the F# host of the model that is compiled here"
            <| fun () ->
                let compiled =
                    source "Readme/EmbeddedModel.fs"
                    |> between "// README begins\n" "// README ends"

                Expect.stringStarts (block "fsharp") compiled "the F# block"

            testCase "tells the truth about what the F# host comes to"
            <| fun () ->
                let last = List.last EmbeddedModel.commands
                Expect.equal EmbeddedModel.state.ReplState "REPL_STATE_RECEIVE_PORT" "the state"
                Expect.equal last (Command.Send(WireForm.Array, Request.ListeningPort 0)) "the last command"

            testCase "shows a transcript that the model keeps to"
            <| fun () ->
                match TranscriptParsing.parse (block "transcript") with
                | Error errors -> failtestf "%A" errors
                | Ok told ->
                    Expect.equal (Telling.decisions told) (Telling.decisions (Telling.retell told)) "the decisions"

            testCaseTask "has a C# consumer that brings a snapshot home" (fun () ->
                task {
                    let folder = Directory.CreateTempSubdirectory "hybrid-replica-consumer-"

                    try
                        use master = new DemoMaster()
                        let said, complained = runConsumer folder.FullName master.Address
                        Expect.equal complained "" "standard error"
                        Expect.stringContains said "Verified" "standard output"

                        let snapshot = File.ReadAllBytes(Path.Combine(folder.FullName, "dump.rdb"))

                        let verdict =
                            RdbCheck.advance (RdbCheck.empty, ReadOnlySpan snapshot) |> RdbCheck.conclude

                        Expect.isTrue verdict.IsVerified "the checksum of the file"
                    finally
                        folder.Delete true
                })

            testCase "has a C# reader that prints hashes and counts the others"
            <| fun () ->
                let file = Path.GetTempFileName()

                try
                    [
                        "\x04\x04hash\x01\x05field\x05value"
                        "\x00\x06string\x01x"
                        "\x01\x04list\x01\x01y"
                    ]
                    |> String.concat ""
                    |> Snapshots.latin1
                    |> Snapshots.withChecksum "REDIS0011"
                    |> fun bytes -> File.WriteAllBytes(file, bytes)

                    use output = new StringWriter(NewLine = "\n")
                    Example.Reading.Print(file, output)
                    Expect.equal (output.ToString()) "hash in db 0\n  field: value\n2 other keys\n" "what it prints"
                finally
                    File.Delete file

            testCaseTask "has a C# follower that stores where it is" (fun () ->
                task {
                    use server = RealServer.RealServer.Start RealServer.ServerSettings.Default
                    let positions = Path.Combine(server.Folder, "position")
                    use stop = new CancellationTokenSource()

                    let following =
                        Example.Following.PrintAsync(Uri $"redis://127.0.0.1:{server.Port}", positions, stop.Token)

                    Real.Waiting.until "a position is stored" (fun () -> File.Exists positions)
                    stop.Cancel()
                    let! _ = Task.WhenAny following
                    Expect.isTrue following.IsCanceled "it ends when it is asked to"
                    let! position = FilePositionStore(positions).LoadAsync()
                    Expect.isTrue position.HasValue "it knows where it was"
                })

            testCaseTask "has a C# archiver that restores what was there at a time" (fun () ->
                task {
                    use server = RealServer.RealServer.Start RealServer.ServerSettings.Default
                    use client = new Real.Client.Client(server.Port)
                    client.Ask [ "SET"; "key"; "value" ] |> ignore
                    let archive = Path.Combine(server.Folder, "archive")
                    use stop = new CancellationTokenSource()

                    let recording =
                        Example.Archiving.RecordAsync(Uri $"redis://127.0.0.1:{server.Port}", archive, stop.Token)

                    Real.Waiting.until "there is a moment" (fun () ->
                        File.Exists(Path.Combine(archive, ArchiveNames.ofManifest "appendonly.aof"))
                        && (ReplicaArchive archive).Read().Ranges.Count > 0)

                    stop.Cancel()
                    do! recording
                    let restored = Path.Combine(server.Folder, "restored")
                    let newest = Seq.last ((ReplicaArchive archive).Read().Ranges)
                    let time = DateTimeOffset.FromUnixTimeMilliseconds newest.To.Time.Value
                    do! Example.Archiving.RestoreAsync(archive, time, restored)

                    Expect.isTrue (Directory.Exists(Path.Combine(restored, "appendonlydir"))) "it is there"
                })
        ]
