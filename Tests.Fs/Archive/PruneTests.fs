/// Pruning an archive.
module HybridReplica.Tests.PruneTests

open System
open System.IO
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.ArchiveGenerators
open HybridReplica.Tests.ArchiveOracle

/// The time behind everything that is in an archive, in seconds.
let private behind (built: Built) =
    let times =
        [
            for generation in built.Archive.Generations do
                generation.Base.ReceivedAt

            for segment in built.Segments do
                for boundary in segment.Boundaries do
                    boundary.At
        ]

    List.max times / 1000L + 1L

let private prunings =
    gen {
        let! plan = plans.Generator
        let built = built plan

        let! retention =
            Gen.oneof
                [
                    Gen.constant Retention.Everything
                    Gen.map Retention.Bases (Gen.choose (1, 4))
                    Gen.map (int64 >> Retention.Seconds) (Gen.choose (0, 8000))
                ]

        return built, retention
    }
    |> Arb.fromGen

let private verified (folder: string) =
    ReplicaArchive(folder).VerifyAsync().GetAwaiter().GetResult()

/// Every moment that is to be kept: those of the newest bases, or those from a time on.
let private wanted (built: Built) (retention: Retention) (now: int64) : Set<int64 * string> =
    let isKept =
        match retention with
        | Retention.Everything -> fun _ _ -> true
        | Retention.Bases count ->
            let bases =
                built.Archive.Generations
                |> List.rev
                |> List.truncate count
                |> List.map _.Base.File

            fun (generation: Generation) _ -> List.contains generation.Base.File bases
        | Retention.Seconds seconds -> fun _ (boundary: Boundary) -> boundary.At / 1000L >= now - seconds

    set
        [
            for generation in built.Archive.Generations do
                for segment in generation.Segments do
                    let one = built.Segments |> List.find (fun one -> one.Segment.File = segment.File)

                    for boundary in one.Boundaries do
                        if isKept generation boundary then
                            boundary.Position.Offset.Bytes, segment.Start.Id.Text
        ]

let private isIn (ranges: RestorableRange seq) (chain: ArchiveChainLink seq) (offset: int64, id: string) =
    Seq.exists (fun (link: ArchiveChainLink) -> link.Id.Text = id) chain
    && ranges
       |> Seq.exists (fun range -> range.From.Offset.Bytes <= offset && offset <= range.To.Offset.Bytes)

let private keeps (built: Built, retention) =
    inFolder built (fun folder ->
        let now = behind built
        let archive = ReplicaArchive(folder)
        let foretold = archive.Prune(retention, now, true, null)
        let before = contentsOf folder
        Expect.equal before (contentsOf folder) "a dry run removes nothing"
        let pruned = archive.Prune(retention, now, false, null)
        Expect.equal (List.ofSeq pruned.Removed) (List.ofSeq foretold.Removed) "as was foretold"
        let found = verified folder
        Expect.isEmpty found.Findings "nothing is missing"
        Expect.isEmpty found.Remarks "nothing is left over"
        let contents = archive.Read()

        for moment in wanted built retention now do
            Expect.isTrue (isIn contents.Ranges contents.Chain moment) $"%A{moment} is kept"

        // And it removes all that it may.
        match retention with
        | Retention.Bases count -> Expect.isLessThanOrEqual contents.Generations.Count count "bases"
        | Retention.Seconds seconds ->
            for generation in Seq.skip 1 contents.Generations do
                Expect.isGreaterThan
                    (generation.Base.ReceivedAt.ToUnixTimeMilliseconds() / 1000L)
                    (now - seconds)
                    "the one before was needed"
        | Retention.Everything -> Expect.isEmpty pruned.Removed "nothing"

        for KeyValue(name, bytes) in contentsOf folder do
            if name <> "appendonly.aof.manifest" && name <> "archive.lock" then
                Expect.equal bytes before[name] $"%s{name} is what it was")

exception private Crash

/// Ends it in front of that step, counted from zero. False: it did not get that far.
let private crashes (folder: string) retention now (step: int) =
    let mutable left = step

    let before (_: ArchiveStep) =
        if left = 0 then
            raise Crash

        left <- left - 1

    try
        ReplicaArchive(folder).Prune(retention, now, false, Action<ArchiveStep> before)
        |> ignore

        false
    with Crash ->
        true

let private outlivesCrashes (built: Built, retention) =
    let now = behind built

    let rec from step =
        let wasCrash =
            inFolder built (fun folder ->
                let wasCrash = crashes folder retention now step
                Expect.isEmpty (verified folder).Findings "whole, wherever it ended"
                let again = ReplicaArchive(folder).Prune(retention, now, false, null)
                Expect.isEmpty (verified folder).Remarks "the rest goes the next time"

                if not wasCrash then
                    Expect.isEmpty again.Removed "nothing is left"

                wasCrash)

        if wasCrash then
            from (step + 1)

    from 0

let private some =
    { FsCheckConfig.defaultConfig with
        maxTest = 40
    }

let private refused (folder: string) =
    try
        ReplicaArchive(folder).Prune(Retention.Bases 1) |> ignore
        failtest "It was not refused."
    with :? ArchiveException as exception' ->
        exception'

let private example () =
    built (Gen.sampleWithSize 10 1 plans.Generator |> Seq.head)

let tests =
    testList
        "prune"
        [
            testProperty "what is needed for a moment that is kept is never removed" (Prop.forAll prunings keeps)
            testPropertyWithConfig
                some
                "the archive is whole wherever pruning ends, and the next one removes the rest"
                (Prop.forAll prunings outlivesCrashes)
            testCase "while somebody archives it is refused, and nothing is changed" (fun () ->
                inFolder (example ()) (fun folder ->
                    use _ = nonNull (ArchiveLock.TryTake folder)
                    let before = Directory.GetFiles folder |> Array.sort
                    let found = refused folder
                    Expect.equal found.Fault (ArchiveFault.Refused ArchiveTrouble.InUse) "why"
                    Expect.equal found.Blame Blame.Disk "whose doing"
                    Expect.equal (Directory.GetFiles folder |> Array.sort) before "files"))
            testCase "a folder that is no archive is left as it is" (fun () ->
                let folder = Directory.CreateTempSubdirectory "hybrid-replica-prune-"

                try
                    File.WriteAllText(Path.Combine(folder.FullName, "notes.txt"), "")
                    let found = refused folder.FullName
                    Expect.equal found.Fault (ArchiveFault.Refused ArchiveTrouble.NotAnArchive) "why"
                    Expect.equal (Directory.GetFileSystemEntries folder.FullName).Length 1 "files"
                finally
                    folder.Delete true)
            testCase "leftovers of ours go, and what is not ours stays" (fun () ->
                inFolder (example ()) (fun folder ->
                    for name in [ "appendonly.aof.9999.base.rdb"; "temp-1.2.rdb"; "notes.txt"; "dump.rdb" ] do
                        File.WriteAllText(Path.Combine(folder, name), "12345")

                    let pruned = ReplicaArchive(folder).Prune Retention.Everything
                    Expect.equal (List.ofSeq pruned.Removed) [ "appendonly.aof.9999.base.rdb"; "temp-1.2.rdb" ] "gone"
                    Expect.equal pruned.Bytes 10L "bytes"
                    Expect.isTrue (File.Exists(Path.Combine(folder, "notes.txt"))) "not ours"
                    Expect.isTrue (File.Exists(Path.Combine(folder, "dump.rdb"))) "not ours"))
            testCase "less than one base cannot be kept" (fun () ->
                inFolder (example ()) (fun folder ->
                    for retention in [ Retention.Bases 0; Retention.Seconds -1L ] do
                        Expect.throwsT<ArgumentException>
                            (fun () -> ReplicaArchive(folder).Prune retention |> ignore)
                            "refused"))
        ]
