/// Listing an archive.
module HybridReplica.Tests.ArchiveReadingTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.ArchiveGenerators
open HybridReplica.Tests.ArchiveOracle

let private id letter =
    Generators.replicationIdOf (String(letter, 40))

let private at letter offset : Position =
    { Position.AtFullResync(id letter, Offset offset) with
        Database = ValueSome 0
    }

let private set key at : Unit =
    {
        At = at
        Commands = [ [ "SET"; key; "1" ] ]
    }

/// Two segments, the second under another id, with a base inside of the first, and then another history.
let private example: Plan =
    {
        Name = "appendonly.aof"
        Histories =
            [
                {
                    Start = at 'a' 100L
                    ReceivedAt = 1767225600000L
                    Units = [ for number in 1L .. 6L -> set "k" (1767225600000L + 1000L * number) ]
                    Cuts = [ 3, ValueSome(id 'b') ]
                    Bases = [ 1 ]
                }
                {
                    Start = at 'c' 50L
                    ReceivedAt = 1767229200000L
                    Units = [ set "k" 1767229201500L ]
                    Cuts = []
                    Bases = []
                }
            ]
        IsOpen = true
        Torn = "*2\r\n"
    }

let private readExample (act: ArchiveContents -> unit) =
    inFolder (built example) (fun folder -> act (ReplicaArchive(folder).Read()))

/// What the fault says, in one line.
let private fails act : ArchiveException =
    try
        act () |> ignore
        failtest "It was not refused."
    with :? ArchiveException as exception' ->
        Expect.isFalse (exception'.Message.Contains '\n') "one line"
        exception'

let private damaged change =
    let built = built example

    inFolder built (fun folder ->
        change folder
        let before = contentsOf folder
        let found = fails (fun () -> ReplicaArchive(folder).Read())
        Expect.equal (contentsOf folder) before "nothing was changed"
        found)

let private laws =
    [
        testProperty
            "the moments that are listed are those of the bases and of the segments behind them"
            (Prop.forAll plans (fun plan ->
                let built = built plan

                inFolder built (fun folder ->
                    let contents = ReplicaArchive(folder).Read()
                    Expect.equal (inside built contents.Ranges) (places built) "every one of them"

                    Expect.equal
                        contents.Ranges.Count
                        (historiesOf built.Archive |> List.distinctBy fst |> List.length)
                        "a range for each history"

                    Expect.equal contents.Gaps.Count (contents.Ranges.Count - 1) "gaps between them")))
        testProperty
            "a segment is listed to its last whole command, whether it is sealed or open"
            (Prop.forAll plans (fun plan ->
                let built = built plan

                inFolder built (fun folder ->
                    let listed =
                        ReplicaArchive(folder).Read().Generations
                        |> Seq.collect _.Segments
                        |> List.ofSeq

                    let expected =
                        built.Segments
                        |> List.map (fun one -> (List.last one.Boundaries).Position.Offset.Bytes)

                    Expect.equal (listed |> List.map _.End) expected "where they end"
                    Expect.equal (listed |> List.map _.Size) (built.Segments |> List.map _.Bytes.LongLength) "sizes")))
        testProperty
            "a segment that grows under the eyes of the reader is always listed to a boundary"
            (Prop.forAll plans (fun plan ->
                let built = built { plan with IsOpen = true }
                let last = List.last built.Segments
                let leading = last.Boundaries.Head.Byte

                last.Segment.IsSealed
                || inFolder built (fun folder ->
                    let path = Path.Combine(folder, last.Segment.File)
                    let offsets = last.Boundaries |> List.map _.Position.Offset.Bytes

                    for length in [ int64 last.Bytes.Length .. -7L .. leading ] do
                        use file = File.OpenWrite path
                        file.SetLength length
                        file.Dispose()
                        let index = ArchiveNames.ofIndex last.Segment.File
                        let reached = last.Boundaries |> List.filter (fun one -> one.Byte <= length)
                        // The index is never ahead of what is written.
                        let entries = reached |> List.filter _.IsIndexed |> List.length
                        use file = File.OpenWrite(Path.Combine(folder, index))
                        file.SetLength(int64 (16 + 48 * entries))
                        file.Dispose()

                        let generations = ReplicaArchive(folder).Read().Generations
                        let listed = generations[generations.Count - 1].Segments |> Seq.last
                        Expect.contains offsets listed.End "a boundary"

                        Expect.equal listed.End (List.last reached).Position.Offset.Bytes "the last one that is there"

                    true)))
    ]

let private listing =
    [
        testCase "the chain says where each replication id began, and which went on" (fun () ->
            readExample (fun contents ->
                let length = int64 (set "k" 0L).Text.Length

                Expect.equal
                    [ for link in contents.Chain -> link.Id, link.Start.Bytes, link.GoesOn ]
                    [ id 'a', 100L, false; id 'b', 100L + 3L * length, true; id 'c', 50L, false ]
                    "the chain"))
        testCase "a gap names both ends, and whether another history begins" (fun () ->
            readExample (fun contents ->
                let gap = Seq.exactlyOne contents.Gaps
                let length = int64 (set "k" 0L).Text.Length
                Expect.isTrue gap.IsOtherHistory "another history"
                Expect.equal gap.Before.Offset (Offset(100L + 6L * length)) "before"
                Expect.equal gap.Before.Time (ValueSome 1767225606000L) "and when"
                Expect.equal gap.After.Offset (Offset 50L) "after"
                Expect.equal gap.After.Time (ValueSome 1767229200000L) "and when"))
        testCase "bases name their format, and segments their times" (fun () ->
            readExample (fun contents ->
                Expect.equal
                    [ for generation in contents.Generations -> string generation.Base.Version ]
                    [ "REDIS0009"; "REDIS0009"; "REDIS0009" ]
                    "the formats"

                let segment = contents.Generations[1].Segments[0]
                Expect.equal segment.File "appendonly.aof.2.incr.aof" "the part behind the base"
                Expect.equal segment.First (Nullable(DateTimeOffset.FromUnixTimeMilliseconds 1767225602000L)) "first"
                Expect.equal segment.Last (Nullable(DateTimeOffset.FromUnixTimeMilliseconds 1767225603000L)) "last"
                Expect.isTrue segment.IsSealed "sealed"
                Expect.isFalse contents.Generations[2].Segments[0].IsSealed "open"))
        testCase "an archive without a base has no moments" (fun () ->
            inFolder
                {
                    Archive = Archive.Empty
                    Segments = []
                    Files = [ "appendonly.aof.manifest", latin1 (ArchiveManifest.print Archive.Empty) ]
                }
                (fun folder ->
                    let contents = ReplicaArchive(folder).Read()
                    Expect.isNull contents.Oldest "the oldest"
                    Expect.isNull contents.Newest "the newest"
                    Expect.isEmpty contents.Generations "generations"))
    ]

let private refusals =
    [
        testCase "a folder that is not there" (fun () ->
            let folder = Path.Combine(Path.GetTempPath(), $"no-such-%O{Guid.NewGuid()}")
            let found = fails (fun () -> ReplicaArchive(folder).Read())
            Expect.equal found.Blame Blame.Disk "whose doing"
            Expect.stringContains found.Message folder "which"
            Expect.isFalse (Directory.Exists folder) "and it is not made")
        testCase "a folder that is not an archive, and a file" (fun () ->
            let found =
                damaged (fun folder -> File.Delete(Path.Combine(folder, "appendonly.aof.manifest")))

            Expect.equal found.Fault (ArchiveFault.Refused ArchiveTrouble.NotAnArchive) "what"
            Expect.equal found.Blame Blame.Disk "whose doing"

            let found = fails (fun () -> ReplicaArchive(typeof<Plan>.Assembly.Location).Read())

            Expect.equal found.Fault (ArchiveFault.Refused ArchiveTrouble.NotAnArchive) "a file")
        testCase "a manifest that breaks a rule: which, and in which line" (fun () ->
            let found =
                damaged (fun folder ->
                    let path = Path.Combine(folder, "appendonly.aof.manifest")
                    let lines = File.ReadAllLines path
                    lines[1] <- lines[1].Replace("type h", "type x")
                    File.WriteAllText(path, String.Join('\n', lines) + "\n"))

            Expect.equal found.Blame Blame.Corrupt "whose doing"
            Expect.stringContains found.Message "Line 2 of the manifest" "where"
            Expect.stringContains found.Message "a type is b, h or i" "what")
        testCase "a manifest that is not ours" (fun () ->
            let found =
                damaged (fun folder ->
                    File.WriteAllText(
                        Path.Combine(folder, "appendonly.aof.manifest"),
                        "file appendonly.aof.1.base.rdb seq 1 type b\n"
                    ))

            Expect.equal found.Fault (ArchiveFault.Refused(ArchiveTrouble.NotOurs "appendonly.aof.1.base.rdb")) "what")
        testCase "a file that is listed and not there" (fun () ->
            for file in [ "appendonly.aof.1.base.rdb"; "appendonly.aof.3.incr.aof" ] do
                let found = damaged (fun folder -> File.Delete(Path.Combine(folder, file)))
                Expect.equal found.Fault (ArchiveFault.Refused(ArchiveTrouble.FileMissing file)) file
                Expect.equal found.Blame Blame.Corrupt "whose doing"
                Expect.stringContains found.Message file "which")
        testCase "a name that is a path" (fun () ->
            Expect.throws (fun () -> ReplicaArchive("folder", "../other") |> ignore) "not a name")
    ]

let tests =
    testList
        "archive reading"
        [
            testList "laws" laws
            testList "listing" listing
            testList "refusals" refusals
        ]
