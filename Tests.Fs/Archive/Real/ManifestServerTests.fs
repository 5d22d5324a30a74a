/// Servers agree about manifests: what they write is read, what is printed they read, and what they refuse is refused.
module HybridReplica.Tests.Real.ManifestServerTests

open System
open System.Diagnostics
open System.IO
open System.Text
open Expecto
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer

/// A folder that is gone at the end.
type private Folder() =
    let path = Directory.CreateTempSubdirectory("hybrid-replica-manifest-").FullName
    member _.Path = path

    interface IDisposable with
        member _.Dispose() = Directory.Delete(path, true)

/// Whether redis-check-aof takes a manifest whose files are there and empty.
let private isAccepted (text: string) (files: string list) : bool =
    use folder = new Folder()
    let manifest = Path.Combine(folder.Path, "a.manifest")
    File.WriteAllBytes(manifest, Encoding.Latin1.GetBytes text)

    for file in files do
        File.WriteAllBytes(Path.Combine(folder.Path, file), [||])

    let start =
        ProcessStartInfo("redis-check-aof", [ manifest ], RedirectStandardOutput = true, RedirectStandardError = true)

    use running =
        match Process.Start start with
        | null -> failtest "redis-check-aof did not start"
        | started -> started

    let errors = running.StandardError.ReadToEndAsync()
    let output = running.StandardOutput.ReadToEnd()

    if not (running.WaitForExit 60_000) then
        running.Kill()
        failtest "redis-check-aof did not come to an end"

    // It says so if it took the manifest for an append-only file.
    Expect.isFalse (output.Contains "Old-Style") $"it is a manifest: {output}{errors.Result}"
    running.ExitCode = 0

let private filesOf (manifest: AppendOnlyManifest) =
    ValueOption.toList manifest.Base @ manifest.Incrementals
    |> List.map (fun file -> file.Name)

let private manifestOf (server: RealServer) =
    let path = Path.Combine(server.Folder, "appendonlydir", "appendonly.aof.manifest")
    let text = Encoding.Latin1.GetString(File.ReadAllBytes path)

    match ManifestParsing.parse text with
    | Ok manifest -> text, manifest
    | Error fault -> failtest $"{ArchiveWording.manifestFault fault}: {text}"

let private rewrite (server: RealServer) =
    server.Ask "BGREWRITEAOF" |> ignore

    let isOver () =
        let info = server.Ask("INFO", "persistence")

        info.Contains "aof_rewrite_in_progress:0"
        && info.Contains "aof_rewrite_scheduled:0"

    let watch = Stopwatch.StartNew()

    while not (isOver ()) do
        if watch.Elapsed > TimeSpan.FromSeconds 30.0 then
            failtest "the rewriting did not come to an end"

    Expect.stringContains (server.Ask("INFO", "persistence")) "aof_last_bgrewrite_status:ok" "it is rewritten"

// Names that are files on a disk: the text of a manifest is bytes, and those of other names are not a name in UTF-8.
let private isPlainName (name: string) =
    name |> String.forall (fun character -> character < '\128')

let tests =
    testList
        "manifests and servers"
        [
            testCase "servers take what is read, and refuse what breaks a rule" (fun () ->
                requireServer ()

                for what, text, manifest in ManifestSamples.accepted do
                    Expect.isTrue (isAccepted text (filesOf manifest)) $"accepted: {what}"

                for what, text, _, _ in ManifestSamples.broken do
                    Expect.isFalse (isAccepted text [ "a.1.base.rdb"; "i"; "i1"; "i2"; "b2"; "x" ]) $"refused: {what}")
            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 25
                }
                "servers take what is printed of an archive"
            <| Prop.forAll ListedArchives.archives (fun archive ->
                requireServer ()

                if not archive.Generations.IsEmpty && List.forall isPlainName archive.Files then
                    Expect.isTrue (isAccepted (ArchiveManifest.print archive) archive.Files) "it is accepted")
            testCase "what servers write is read, before and after it is rewritten, and is not an archive" (fun () ->
                use server =
                    RealServer.Start
                        { ServerSettings.Default with
                            Options = [ "appendonly yes" ]
                        }

                server.Ask("SET", "k", "v") |> ignore
                let before, manifest = manifestOf server
                Expect.equal (manifest.Base.IsSome, manifest.Incrementals.Length) (true, 1) before
                rewrite server
                let after, manifest = manifestOf server

                Expect.equal
                    (ValueOption.toList manifest.Base @ manifest.Incrementals)
                    [
                        ManifestSamples.baseOf "appendonly.aof.2.base.rdb" 2L
                        ManifestSamples.incremental "appendonly.aof.2.incr.aof" 2L
                    ]
                    after

                Expect.equal
                    (ArchiveManifest.parse after)
                    (Error(ArchiveTrouble.NotOurs "appendonly.aof.2.base.rdb"))
                    "it is not ours"

                let printed = ManifestPrinting.print { manifest with History = [] }

                let lines =
                    after.Split('\n')
                    |> Array.filter (fun line -> not (line.EndsWith "type h"))
                    |> String.concat "\n"

                Expect.isTrue (printed.StartsWith(lines, StringComparison.Ordinal)) "it is printed as servers print it")
        ]
