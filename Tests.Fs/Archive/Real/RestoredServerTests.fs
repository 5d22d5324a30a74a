/// Stock servers that are started from restored folders.
module HybridReplica.Tests.Archive.Real.RestoredServerTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.RandomArchives
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client

let private debugging = "enable-debug-command local"

/// The digest of a server that is given a base and what happened behind it.
let private digestOf (first: string) (happened: Happened list) =
    use server =
        RealServer.Start
            { ServerSettings.Default with
                Options = [ debugging ]
                Snapshot = ValueSome first
            }

    use client = connect server

    for found in happened do
        for words in found.Unit.Commands do
            if words.Head <> "REPLCONF" then
                client.Ask words |> ignore

    client.Tell "DEBUG DIGEST"

/// The digest of a server that is started from a restored folder.
let private restoredDigest (output: string) =
    use server =
        RealServer.Start
            { ServerSettings.Default with
                Options = [ debugging; $"dir {output}"; "appendonly yes" ]
            }

    use client = connect server
    client.Tell "DEBUG DIGEST"

let tests =
    testList
        "restored folders, on a server"
        [
            testCase "a server that is started from one holds what had been sent up to the moment" (fun () ->
                requireServer ()

                for plan in Gen.sampleWithSize 30 6 plan do
                    let archive = built plan

                    inFolder archive (fun folder ->
                        let history = List.last plan.Histories
                        let all = happened history
                        let kept = List.truncate (all.Length * 2 / 3) all

                        let moment =
                            match List.tryLast kept with
                            | Some last -> Moment.ToOffset(ValueSome last.Id, last.End)
                            | None -> Moment.ToOffset(ValueSome history.Start.Id, history.Start.Offset.Bytes)

                        let output = Path.Combine(folder, "out")

                        let result =
                            (ReplicaArchive folder).RestoreAsync(output, moment).GetAwaiter().GetResult()

                        let manifest = Path.Combine(output, RestoredFiles.Folder, RestoredFiles.Manifest)

                        runProgram "redis-check-aof" [ manifest ] [] |> ignore

                        let start = result.Base.Position
                        let behind = kept |> List.filter (fun found -> found.Start >= start.Offset.Bytes)

                        let selects: Happened =
                            {
                                Id = start.Id
                                Start = 0L
                                End = 0L
                                Unit =
                                    {
                                        At = 0L
                                        Commands = [ [ "SELECT"; string start.Database.Value ] ]
                                    }
                            }

                        Expect.equal
                            (restoredDigest output)
                            (digestOf (Path.Combine(folder, result.Base.File)) (selects :: behind))
                            $"the data at {moment}"))
        ]
