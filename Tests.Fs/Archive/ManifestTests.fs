/// A manifest is read as servers read it, and what is printed is read back.
module HybridReplica.Tests.ManifestTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.ManifestSamples

let private isRead =
    [
        for what, text, expected in accepted do
            testCase $"{what}" (fun () -> Expect.equal (ManifestParsing.parse text) (Ok expected) "what is read")
    ]

let private isRefused =
    [
        for what, text, line, trouble in broken @ refused do
            testCase $"{what}" (fun () ->
                Expect.equal (ManifestParsing.parse text) (Error { Line = line; Trouble = trouble }) "what is wrong")
    ]

let private nameCharacter =
    Gen.frequency
        [
            8, Gen.choose (int 'a', int 'z')
            2, Gen.elements (Seq.map int " \"'.\r\n\t#\011\007\b\127")
            1, Gen.choose (1, 255)
        ]
    |> Gen.map char
    |> Gen.filter (fun character -> character <> '/' && character <> '\\')

/// Names of files, some of which need quotes.
let names: Arbitrary<string> =
    Gen.nonEmptyListOf nameCharacter
    |> Gen.resize 20
    |> Gen.map (fun characters -> String(Array.ofList characters))
    |> Gen.filter (fun name -> name <> "." && name <> "..")
    |> Arb.fromGen

let private other =
    Gen.zip
        (Gen.elements [ "size"; "replid"; "Crc64"; "a key"; ""; "#"; "'" ])
        (Gen.resize 10 Generators.latin1.Generator)

let private offsets =
    Gen.oneof
        [
            Gen.constant ValueNone
            Gen.map ValueSome (Gen.choose64 (0L, Int64.MaxValue))
        ]

let private fileOf kind sequence =
    gen {
        let! name = names.Generator
        let! first = offsets
        let! last = offsets
        let! others = Gen.resize 3 (Gen.listOf other)

        return
            { file kind name sequence with
                StartOffset = first
                EndOffset = last
                Others = others
            }
    }

let private risingFiles =
    gen {
        let! steps = Gen.resize 5 (Gen.listOf (Gen.choose64 (1L, 1000000000000L)))
        let sequences = steps |> List.scan (+) 0L |> List.tail
        return! sequences |> List.map (fileOf AppendOnlyType.Incremental) |> Gen.sequenceToList
    }

let private manifests: Arbitrary<AppendOnlyManifest> =
    gen {
        let! hasBase = Gen.elements [ true; false ]
        let! first = fileOf AppendOnlyType.Base 3L
        let! history = Gen.resize 4 (Gen.listOf (fileOf AppendOnlyType.History 8L))
        let! incrementals = risingFiles

        return
            {
                Base = (if hasBase then ValueSome first else ValueNone)
                History = history
                Incrementals = incrementals
            }
    }
    |> Arb.fromGen

let private isPrintedAsServersDo =
    testCase "a manifest is printed as servers print it, and its checksum is a comment" (fun () ->
        let manifest: AppendOnlyManifest =
            {
                Base = ValueSome(baseOf "a b" 2L)
                History = [ history "h" 1L ]
                Incrementals =
                    [
                        { incremental "i\"" 4L with
                            StartOffset = ValueSome 5L
                            EndOffset = ValueSome 9L
                            Others = [ "k", "" ]
                        }
                    ]
            }

        let lines =
            "file \"a b\" seq 2 type b\n"
            + "file h seq 1 type h\n"
            + "file \"i\\\"\" seq 4 type i startoffset 5 endoffset 9 k \"\"\n"

        Expect.equal
            (ManifestPrinting.print manifest)
            (lines + $"# crc64 {ManifestPrinting.checksum lines:x16}\n")
            "the text")

let tests =
    testList
        "manifest"
        [
            testList "is read" isRead
            testList "is refused" isRefused
            testCase "not a single line is refused" (fun () ->
                Expect.equal
                    (ManifestParsing.parse "")
                    (Error
                        {
                            Line = 1
                            Trouble = ManifestTrouble.Empty
                        })
                    "what is wrong")
            testCase "comments alone are a manifest of nothing" (fun () ->
                Expect.equal (ManifestParsing.parse "# nothing\n") (Ok AppendOnlyManifest.Empty) "what is read")
            isPrintedAsServersDo
            testProperty "what is printed is read back, whatever the names are"
            <| Prop.forAll manifests (fun manifest ->
                Expect.equal
                    (ManifestParsing.parse (ManifestPrinting.print manifest))
                    (Ok manifest)
                    "what is read back")
            testProperty "words are read back from their quotes"
            <| Prop.forAll (Arb.fromGen (Gen.listOf Generators.latin1.Generator)) (fun words ->
                let line = words |> List.map InlineWords.quote |> String.concat " "
                Expect.equal (InlineWords.split line) (ValueSome words) "the words")
            testCase "a form feed separates words, and does not end one" (fun () ->
                Expect.equal (InlineWords.split "a\012 \012 b\011c") (ValueSome [ "a\012"; "b\011c" ]) "the words")
            testCase "every broken rule has a sentence with its line" (fun () ->
                for _, _, line, trouble in broken @ refused do
                    let sentence = ArchiveWording.manifestFault { Line = line; Trouble = trouble }
                    Expect.stringContains sentence $"Line {line} " "the line"
                    Expect.all sentence (fun character -> character >= ' ' && character < '\127') "nothing acts")
        ]
