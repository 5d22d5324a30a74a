/// Indexes that are made again from their segments.
module HybridReplica.Tests.RebuildIndexesTests

open System
open System.IO
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.ArchiveBuilder

/// A command each half of a second, in one segment. Its base was fetched beside the stream, and received later.
let private beside (isOpen: bool) : Built =
    let noon = 1_700_000_000_250L

    let unit index =
        {
            At = noon + 500L * int64 index
            Commands = [ [ "SET"; "a"; string index ] ]
        }

    let built =
        built
            {
                Name = "appendonly.aof"
                Histories =
                    [
                        {
                            Start =
                                { Position.AtFullResync(Generators.replicationIdOf (String('a', 40)), Offset 100L) with
                                    Database = ValueSome 0
                                }
                            ReceivedAt = noon
                            Units = List.init 8 unit
                            Cuts = []
                            Bases = []
                        }
                    ]
                IsOpen = isOpen
                Torn = ""
            }

    let late (generation: Generation) =
        { generation with
            Base =
                { generation.Base with
                    ReceivedAt = noon + 60_000L
                }
        }

    let archive =
        {
            Generations = List.map late built.Archive.Generations
        }

    { built with
        Archive = archive
        Files =
            built.Files
            |> List.map (fun (name, bytes) ->
                if name = "appendonly.aof.manifest" then
                    name, latin1 (ArchiveManifest.print archive)
                else
                    name, bytes)
    }

let private segmentIndex = "appendonly.aof.1.incr.aof.index"

let private withoutIndex (built: Built) : Built =
    { built with
        Files = built.Files |> List.filter (fun (name, _) -> name <> segmentIndex)
    }

let tests =
    testList
        "verify, rebuilding indexes"
        [
            testCase "times come from the segment, and not from a base that was received later" (fun () ->
                let built = beside false

                let timesOf bytes =
                    (ArchiveIndex.Read(ReadOnlySpan(bytes: byte[]))).Entries
                    |> Array.map _.ReceivedAt

                inFolder (withoutIndex built) (fun folder ->
                    Expect.equal
                        (List.ofSeq (ReplicaArchive(folder).RebuildIndexes()))
                        [ segmentIndex ]
                        "what was rebuilt"

                    let rebuilt = timesOf (File.ReadAllBytes(Path.Combine(folder, segmentIndex)))
                    Expect.equal rebuilt[0] 1_700_000_000_000L "the first second that the segment names"
                    Expect.equal (Array.last rebuilt) 1_700_000_003_000L "the last one"))
            testCase
                "the segment that is still written keeps what it has: nothing else vouches for its bytes"
                (fun () ->
                    inFolder (withoutIndex (beside true)) (fun folder ->
                        Expect.isEmpty (ReplicaArchive(folder).RebuildIndexes()) "what was rebuilt"
                        Expect.isFalse (File.Exists(Path.Combine(folder, segmentIndex))) "an index"))
        ]
