/// The manifest of an archive says all of it, and nothing that was changed in it is believed.
module HybridReplica.Tests.ArchiveManifestTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private id = String('c', 40)

let private pairs = $"replid {id} database 3"

let private baseLine kind number offset =
    $"file a.{number}.base.rdb seq {number} type {kind} startoffset {offset} {pairs} "
    + "received 1700000000123 size 4711 crc64 00000000000000ff\n"

let private segmentLine kind number first last =
    $"file a.{number}.incr.aof seq {number} type {kind} startoffset {first} endoffset {last} {pairs}\n"

let private openLine kind number first =
    $"file a.{number}.incr.aof seq {number} type {kind} startoffset {first} {pairs}\n"

let private sound =
    baseLine "b" 2 300
    + baseLine "h" 1 100
    + segmentLine "h" 1 100 200
    + segmentLine "h" 3 200 250
    + segmentLine "i" 5 300 400
    + openLine "i" 7 400

let private expectTrouble text trouble =
    Expect.equal (ArchiveManifest.parse text) (Error trouble) text

let private position offset : Position =
    { Position.AtFullResync(Generators.replicationIdOf id, Offset offset) with
        Database = ValueSome 3
    }

let private isNotOurs =
    [
        "that of a server", "file a.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type i\n", "a.1.base.rdb"
        "no base", openLine "i" 1 0, "a.1.incr.aof"
        "history alone", baseLine "h" 1 0, "a.1.base.rdb"
        "a base without its checksum", (baseLine "b" 1 0).Replace("crc64", "crc65"), "a.1.base.rdb"
        "a checksum that is too short", (baseLine "b" 1 0).Replace(" 00", " "), "a.1.base.rdb"
        "a size that is none", (baseLine "b" 1 0).Replace("4711", "-1"), "a.1.base.rdb"
        "a base without an offset", (baseLine "b" 1 0).Replace("startoffset", "somewhere"), "a.1.base.rdb"
        "a base with an end", (baseLine "b" 1 0).Replace("received", "endoffset 9 received"), "a.1.base.rdb"
        "an id that is too short", (baseLine "b" 1 0).Replace("cc ", "c "), "a.1.base.rdb"
        "a base that is not named like one", (baseLine "b" 1 0).Replace(".rdb", ".aof"), "a.1.base.aof"
        "a segment named like a base", baseLine "b" 1 0 + baseLine "i" 2 0, "a.2.base.rdb"
        "a segment without a database", baseLine "b" 1 0 + (openLine "i" 1 0).Replace("database", "db"), "a.1.incr.aof"
        "a database that is too large",
        baseLine "b" 1 0
        + (openLine "i" 1 0).Replace("database 3", "database 2147483648"),
        "a.1.incr.aof"
        "history that does not begin with a base", baseLine "b" 1 0 + segmentLine "h" 1 0 5, "a.1.incr.aof"
        "a file that is listed twice",
        baseLine "b" 2 5
        + baseLine "h" 1 0
        + segmentLine "h" 1 0 5
        + segmentLine "i" 1 5 6,
        "a.1.incr.aof"
    ]

let private isNotContiguous =
    [
        "a segment behind the base", baseLine "b" 1 0 + openLine "i" 1 1, "a.1.incr.aof"
        "a gap between segments", baseLine "b" 1 0 + segmentLine "i" 1 0 5 + openLine "i" 3 6, "a.3.incr.aof"
        "segments that overlap", baseLine "b" 1 0 + segmentLine "i" 1 0 5 + openLine "i" 3 4, "a.3.incr.aof"
        "a segment that ends in front of its beginning", baseLine "b" 1 7 + segmentLine "i" 1 7 5, "a.1.incr.aof"
        "an open segment in front of another", baseLine "b" 1 0 + openLine "i" 1 0 + openLine "i" 3 0, "a.1.incr.aof"
        "an open segment in history", baseLine "b" 2 5 + baseLine "h" 1 0 + openLine "h" 1 0, "a.1.incr.aof"
    ]

// Bytes that a changed byte may become, whatever it was.
let private instead (original: char) =
    [
        for bit in 0..7 do
            char (int original ^^^ (1 <<< bit))

        yield! " \n\r\t\011\000#\"'\\x0"
    ]
    |> List.filter (fun character -> character <> original)

let private everyChange =
    testCase "one byte that is changed is noticed, wherever it is" (fun () ->
        let text =
            match ArchiveManifest.parse sound with
            | Ok archive -> ArchiveManifest.print archive
            | Error trouble -> failtest $"{trouble}"

        for index in 0 .. text.Length - 1 do
            for other in instead text[index] do
                let changed = text.Remove(index, 1).Insert(index, string other)
                Expect.isError (ArchiveManifest.parse changed) $"byte {index} became {int other}: {changed}")

let tests =
    testList
        "archive manifest"
        [
            testProperty "what is printed is read back"
            <| Prop.forAll ListedArchives.archives (fun archive ->
                Expect.equal (ArchiveManifest.parse (ArchiveManifest.print archive)) (Ok archive) "what is read back")
            testProperty "servers load the newest generation, and nothing else"
            <| Prop.forAll ListedArchives.archives (fun archive ->
                let loaded =
                    match ManifestParsing.parse (ArchiveManifest.print archive) with
                    | Ok manifest -> ValueOption.toList manifest.Base @ manifest.Incrementals
                    | Error fault -> failtest (ArchiveWording.manifestFault fault)

                let newest =
                    archive.Newest
                    |> Option.map (fun generation -> { Generations = [ generation ] }.Files)
                    |> Option.defaultValue []

                Expect.equal (loaded |> List.map (fun file -> file.Name)) newest "what is loaded")
            testProperty "one byte that is changed is noticed, whatever the archive is"
            <| Prop.forAll
                (Arb.fromGen (
                    Gen.zip3 ListedArchives.archives.Generator (Gen.choose (0, 1000000)) (Gen.choose (1, 255))
                ))
                (fun (archive, place, change) ->
                    let text = ArchiveManifest.print archive
                    let index = int (int64 (text.Length - 1) * int64 place / 1000000L)
                    let other = char (int text[index] ^^^ change)
                    let changed = text.Remove(index, 1).Insert(index, string other)
                    Expect.isError (ArchiveManifest.parse changed) $"byte {index} became {int other}: {changed}")
            everyChange
            testCase "older generations are history, in their order" (fun () ->
                let archive = Expect.wantOk (ArchiveManifest.parse sound) "it is sound"
                let ends = archive.Generations |> List.map (fun generation -> generation.End)
                Expect.equal ends [ ValueSome(Offset 250L); ValueNone ] "where the generations end"
                Expect.equal archive.Generations[0].Base.Position (position 100L) "where the first base stands"
                Expect.equal archive.Generations[0].Base.Checksum 255UL "its checksum"

                Expect.equal
                    (archive.Active |> Option.map (fun segment -> segment.File))
                    (Some "a.7.incr.aof")
                    "the segment that is written")
            testCase "the checksum may be left out, and pairs of others may be there" (fun () ->
                let text = sound.Replace("received", "colour blue received")
                Expect.equal (ArchiveManifest.parse text) (ArchiveManifest.parse sound) "what is read"
                Expect.isOk (ArchiveManifest.parse sound) "without the checksum"
                Expect.isOk (ArchiveManifest.parse (baseLine "b" 1 0)) "the end of a base is no checksum of the rest")
            testList
                "is not ours"
                [
                    for what, text, file in isNotOurs do
                        testCase $"{what}" (fun () -> expectTrouble text (ArchiveTrouble.NotOurs file))
                ]
            testList
                "is not contiguous"
                [
                    for what, text, file in isNotContiguous do
                        testCase $"{what}" (fun () -> expectTrouble text (ArchiveTrouble.NotContiguous file))
                ]
            testCase "every trouble has a sentence and advice" (fun () ->
                for trouble in
                    [
                        ArchiveTrouble.InUse
                        ArchiveTrouble.NotAnArchive
                        ArchiveTrouble.ManifestBroken
                            {
                                Line = 3
                                Trouble = ManifestTrouble.BlankLine
                            }
                        ArchiveTrouble.NotOurs "a\nb"
                        ArchiveTrouble.NotContiguous "a"
                        ArchiveTrouble.FileMissing "a"
                    ] do
                    for text in [ ArchiveWording.trouble trouble; ArchiveWording.advice trouble ] do
                        Expect.isGreaterThan text.Length 20 "a sentence"
                        Expect.all text (fun character -> character >= ' ' && character < '\127') "nothing acts"
                        Expect.isFalse (text.EndsWith '.') "no full stop")
            testCase "a manifest may have any number of lines" (fun () ->
                let comments = String.replicate 400_000 "# comment\n"
                let text = comments + baseLine "b" 1 0
                Expect.equal (ArchiveManifest.parse text) (ArchiveManifest.parse (baseLine "b" 1 0)) "what is read")
            testCase "and list any number of generations" (fun () ->
                let archive = Expect.wantOk (ArchiveManifest.parse sound) "it is sound"
                let first = archive.Generations.Head.Base

                let generations: Generation list =
                    [
                        for number in 1L .. 200_000L ->
                            {
                                Base =
                                    { first with
                                        File = ArchiveNames.ofBase "a" number
                                        Sequence = number
                                    }
                                Segments = []
                            }
                    ]

                let text = ArchiveManifest.print { Generations = generations }
                let read = Expect.wantOk (ArchiveManifest.parse text) "it is sound"
                Expect.equal read.Generations.Length 200_000 "how many")
            testCase "who changes an archive wants to know that no line of its manifest is missing" (fun () ->
                let text = ArchiveManifest.print Archive.Empty + "# one more\n"
                let cut = text.Substring(0, text.Length - "# one more\n".Length)

                Expect.equal (ArchiveManifest.parseToChange cut) (Ok Archive.Empty) "it is whole"

                match ArchiveManifest.parse text, ArchiveManifest.parseToChange text with
                | Ok _,
                  Error(ArchiveTrouble.ManifestBroken {
                                                          Trouble = ManifestTrouble.ChecksumMissing
                                                      }) -> ()
                | other -> failtest $"whether it is whole is not known: %A{other}")
        ]
