/// Verifying an archive: whatever byte is another one is found, and what lies before it stays.
module HybridReplica.Tests.VerifyTests

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

let private verify (folder: string) : ArchiveVerification =
    ReplicaArchive(folder).VerifyAsync().GetAwaiter().GetResult()

/// The files of an archive but one, which is another one now.
let private replaced (file: string) (bytes: byte[]) (built: Built) : Built =
    { built with
        Files =
            built.Files
            |> List.map (fun (name, old) -> name, (if name = file then bytes else old))
    }

let private without (file: string) (built: Built) : Built =
    { built with
        Files = built.Files |> List.filter (fun (name, _) -> name <> file)
    }

/// The last boundary with an entry that lies in front of the byte.
let private lastIndexedBefore (byte: int64) (segment: BuiltSegment) : int64 =
    segment.Boundaries
    |> List.filter (fun boundary -> boundary.IsIndexed && boundary.Byte <= byte)
    |> List.tryLast
    |> Option.map (fun boundary -> boundary.Position.Offset.Bytes)
    |> Option.defaultValue segment.Segment.Start.Offset.Bytes

let private segmentOf (file: string) (built: Built) =
    built.Segments |> List.tryFind (fun one -> one.Segment.File = file)

let private lastEntry (segment: BuiltSegment) =
    (segment.Boundaries |> List.filter _.IsIndexed |> List.last).Byte

/// An archive, a file of it, a byte of that and a bit.
let private flips =
    gen {
        let! plan = plans.Generator
        let built = built plan
        let! file, bytes = Gen.elements built.Files
        let! place = Gen.choose (0, bytes.Length - 1)
        let! bit = Gen.choose (0, 7)
        return built, file, place, bit
    }
    |> Arb.fromGen

let private isListed (file: string) (verified: ArchiveVerification) =
    verified.Findings |> Seq.exists (fun finding -> finding.File = file)

let private damageOf (built: Built) (file: string) (place: int) : Damage =
    match segmentOf file built with
    | Some segment ->
        { noDamage with
            Segments = Map [ file, lastIndexedBefore (int64 place) segment ]
        }
    | None when ArchiveNames.isBase file -> { noDamage with Bases = Set [ file ] }
    | None -> noDamage

let private isFound (built: Built, file, place, bit) =
    let bytes = built.Files |> List.find (fun (name, _) -> name = file) |> snd
    let flipped = Snapshots.flip (8 * place + bit) bytes

    inFolder (replaced file flipped built) (fun folder ->
        let before = contentsOf folder

        if file = "appendonly.aof.manifest" then
            Expect.throwsT<ArchiveException> (fun () -> verify folder |> ignore) "the manifest is refused"
        else
            let verified = verify folder

            // Nobody knows yet what the end of an open segment should be.
            let isBeyond =
                match segmentOf file built with
                | Some segment -> not segment.Segment.IsSealed && int64 place >= lastEntry segment
                | None -> false

            if not isBeyond then
                let finding = Seq.exactlyOne verified.Findings
                Expect.equal finding.File file "the file"
                Expect.isLessThanOrEqual finding.FromByte (int64 place) "where the damage begins"
                Expect.isGreaterThan finding.ToByte (int64 place) "where it ends"
                Expect.stringContains (ArchiveFindingWording.finding finding) file "the line names it"

                Expect.equal
                    (inside built verified.Restorable)
                    (restorable (damageOf built file place) built)
                    "what can be restored"

        Expect.equal (contentsOf folder) before "nothing was changed")

let private isCut (built: Built, file, place, _) =
    let bytes = built.Files |> List.find (fun (name, _) -> name = file) |> snd

    inFolder (replaced file (Array.truncate place bytes) built) (fun folder ->
        match segmentOf file built with
        | _ when file = "appendonly.aof.manifest" ->
            // Whole lines may be missing where the checksum is missing too, and what is left of that is a comment.
            let checksum = 1 + Array.LastIndexOf(bytes, byte '\n', bytes.Length - 2)

            if place > checksum || place > 0 && bytes[place - 1] = byte '\n' then
                Expect.contains (verify folder).Remarks ArchiveRemark.ManifestUnchecked "it is said"
            else
                Expect.throwsT<ArchiveException> (fun () -> verify folder |> ignore) "the manifest is refused"
        | Some segment when not segment.Segment.IsSealed && int64 place >= lastEntry segment ->
            Expect.isTrue (verify folder).IsSound "an open segment may end anywhere"
        | None when
            built.Segments
            |> List.exists (fun one -> ArchiveNames.ofIndex one.Segment.File = file && not one.Segment.IsSealed)
            ->
            Expect.isTrue (verify folder).IsSound "and its index may be behind"
        | _ ->
            let verified = verify folder
            Expect.isTrue (isListed file verified) "the file"

            Expect.equal
                (inside built verified.Restorable)
                (restorable (damageOf built file place) built)
                "what can be restored")

let private often =
    { FsCheckConfig.defaultConfig with
        maxTest = 300
    }

let private laws =
    [
        testProperty
            "an archive as it was written is sound, and all of it can be restored"
            (Prop.forAll plans (fun plan ->
                let built = built plan

                inFolder built (fun folder ->
                    let verified = verify folder
                    Expect.isEmpty verified.Findings "findings"
                    Expect.isEmpty verified.Remarks "remarks"
                    Expect.equal (inside built verified.Restorable) (places built) "what can be restored")))
        testPropertyWithConfig
            often
            "one bit that is another one is found wherever it is, and what does not need it can be restored"
            (Prop.forAll flips isFound)
        testPropertyWithConfig
            often
            "a file that ends too early is found, and what does not need its end can be restored"
            (Prop.forAll flips isCut)
        testProperty
            "a file that is missing is found, and what does not need it can be restored"
            (Prop.forAll flips (fun (built, file, _, _) ->
                file = "appendonly.aof.manifest"
                || inFolder (without file built) (fun folder ->
                    let verified = verify folder
                    Expect.isTrue (isListed file verified) "the file"

                    Expect.equal
                        (inside built verified.Restorable)
                        (restorable (damageOf built file 0) built)
                        "what can be restored"

                    true)))
        testProperty
            "an index that is missing or damaged is rebuilt, and then nothing is wrong"
            (Prop.forAll flips (fun (built, file, place, bit) ->
                let bytes = built.Files |> List.find (fun (name, _) -> name = file) |> snd

                let isIndex =
                    built.Segments
                    |> List.exists (fun one -> one.Segment.IsSealed && ArchiveNames.ofIndex one.Segment.File = file)

                let broken =
                    if bit = 0 then
                        without file built
                    else
                        replaced file (Snapshots.flip (8 * place + bit) bytes) built

                not isIndex
                || inFolder broken (fun folder ->
                    let rebuilt = ReplicaArchive(folder).RebuildIndexes()
                    Expect.equal (List.ofSeq rebuilt) [ file ] "what was rebuilt"
                    Expect.isEmpty (verify folder).Findings "findings"

                    let entries (bytes: byte[]) =
                        (ArchiveIndex.Read(ReadOnlySpan bytes)).Entries |> List.ofArray

                    let now = entries (File.ReadAllBytes(Path.Combine(folder, file)))

                    // What was not damaged is as exact as it was: all but the entry, and the one that leans on it.
                    if bit <> 0 then
                        for number, entry in List.indexed (entries bytes) do
                            if abs (number - (place - 16) / 48) > 1 then
                                Expect.contains now entry "an entry that was not damaged"

                    true)))
    ]

let private cases =
    [
        testCase "what is not listed is worth a remark, and no damage" (fun () ->
            let plan = Gen.sampleWithSize 10 1 plans.Generator |> Seq.head

            inFolder (built plan) (fun folder ->
                for name in [ "appendonly.aof.9999.incr.aof"; "temp-1.2.rdb"; "notes.txt" ] do
                    File.WriteAllText(Path.Combine(folder, name), "")

                let verified = verify folder
                Expect.isTrue verified.IsSound "sound"

                Expect.equal
                    (List.ofSeq verified.Remarks)
                    [
                        ArchiveRemark.Leftover "appendonly.aof.9999.incr.aof"
                        ArchiveRemark.Stranger "notes.txt"
                        ArchiveRemark.Leftover "temp-1.2.rdb"
                    ]
                    "remarks"))
        testCase "what somebody archives meanwhile is not left over" (fun () ->
            let plan = Gen.sampleWithSize 10 1 plans.Generator |> Seq.head
            let built = built plan
            let last = List.last built.Archive.Generations

            let later =
                { last.Base with
                    File = "appendonly.aof.9999.base.rdb"
                    Sequence = 9999L
                }

            let manifest: Archive =
                {
                    Generations = [ { Base = later; Segments = [] } ]
                }

            inFolder built (fun folder ->
                // The bytes have been read by then, and the names have not.
                let progress =
                    { new IProgress<ArchiveProgress> with
                        member _.Report one =
                            if one.File = "appendonly.aof.manifest" then
                                File.WriteAllText(Path.Combine(folder, later.File), "")
                                let path = Path.Combine(folder, "appendonly.aof.manifest")
                                File.WriteAllBytes(path, latin1 (ArchiveManifest.print manifest))
                    }

                let verified = ReplicaArchive(folder).VerifyAsync(progress).GetAwaiter().GetResult()
                Expect.isTrue (File.Exists(Path.Combine(folder, later.File))) "it was archived"
                Expect.isEmpty verified.Remarks "remarks"))
        testCase "progress ends with all bytes, and somebody may give up" (fun () ->
            let plan = Gen.sampleWithSize 10 1 plans.Generator |> Seq.head
            let built = built plan

            inFolder built (fun folder ->
                let told = ResizeArray<ArchiveProgress>()

                let progress =
                    { new IProgress<ArchiveProgress> with
                        member _.Report one = told.Add one
                    }

                let verified = ReplicaArchive(folder).VerifyAsync(progress).GetAwaiter().GetResult()

                let last = told[told.Count - 1]

                let total =
                    built.Files
                    |> List.filter (fun (name, _) -> name <> "appendonly.aof.manifest")
                    |> List.sumBy (fun (_, bytes) -> bytes.LongLength)

                Expect.equal last.Total total "the size of all"
                Expect.equal last.Bytes total "all of it"
                Expect.equal verified.Bytes total "all of it"

                let cancelled = Threading.CancellationToken true

                Expect.throwsT<Threading.Tasks.TaskCanceledException>
                    (fun () ->
                        ReplicaArchive(folder).VerifyAsync(null, cancelled).GetAwaiter().GetResult()
                        |> ignore)
                    "given up"))
    ]

let tests = testList "verify" [ testList "laws" laws; testList "cases" cases ]
