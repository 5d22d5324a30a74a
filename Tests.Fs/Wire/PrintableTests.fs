module HybridReplica.Tests.PrintableTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private escapes =
    [
        "", ""
        "plain ASCII, ~ and all", "plain ASCII, ~ and all"
        @"a\b", @"a\\b"
        "\r\n", @"\r\n"
        "\t\027[31m", @"\x09\x1b[31m"
        "\000\127\128\255", @"\x00\x7f\x80\xff"
    ]

let private loose =
    [
        @"\", @"\"
        @"\q", @"\q"
        @"\x", @"\x"
        @"\x4", @"\x4"
        @"\xg1", @"\xg1"
        @"\x+1", @"\x+1"
        @"\x41", "A"
        @"\xFF\xfF", "\255\255"
        @"\\x41", @"\x41"
    ]

let tests =
    testList
        "printable"
        [
            for text, escaped in escapes do
                testCase $"bytes become text: %s{escaped}" (fun () ->
                    Expect.equal (Printable.escape text) escaped "the text")

            for text, meant in loose do
                testCase $"what people write is taken as it is meant: %s{text}" (fun () ->
                    Expect.equal (Printable.unescape text) meant "the bytes")

            testProperty
                "what was escaped comes back as it was"
                (Prop.forAll Generators.latin1 (fun text ->
                    Expect.equal (Printable.unescape (Printable.escape text)) text "the bytes"))
            testProperty
                "escaped text does nothing to a terminal"
                (Prop.forAll Generators.latin1 (fun text ->
                    let isPlain character = character >= ' ' && character < '\127'
                    Expect.isTrue (String.forall isPlain (Printable.escape text)) "only printable ASCII"))
            testProperty
                "any text at all can be unescaped, and never grows"
                (Prop.forAll Generators.unicode (fun text ->
                    Expect.isTrue ((Printable.unescape text).Length <= text.Length) "the length"))
        ]
