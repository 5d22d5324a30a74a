/// What people write about archives: spans of time, times, sizes and offsets; and the table they are shown in.
module HybridReplica.Tests.ArchiveWordsTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Cli
open HybridReplica.Cli.Archive

/// Fails unless it is refused with a message that says these things.
let private refuses (said: string list) (read: unit -> 'T) =
    let refusal =
        try
            read () |> ignore
            None
        with :? UsageException as refusal ->
            Some refusal.Message

    match refusal with
    | None -> failtest "it is taken"
    | Some message ->
        said
        |> List.iter (fun words -> Expect.stringContains message words "what it says")

let private durations =
    [
        for text, seconds in [ "90s", 90.0; "15m", 900.0; "24h", 86_400.0; "7d", 604_800.0; "1S", 1.0 ] do
            testCase $"{text} is a span of time" (fun () ->
                Expect.equal (Duration.Read(text, "--segment-age").TotalSeconds) seconds "seconds")
        for text in
            [
                ""
                "90"
                "s"
                "1.5h"
                "-1s"
                "+1s"
                "1w"
                "1 s"
                "99999999999999999999s"
                "１s"
            ] do
            testCase $"'{text}' is no span of time" (fun () ->
                refuses [ "--segment-age"; "90s, 15m, 24h or 7d"; text ] (fun () ->
                    Duration.Read(text, "--segment-age")))
        testCase "no time at all is too short" (fun () ->
            refuses [ "1s"; "0h" ] (fun () -> Duration.Read("0h", "--keep-for")))
        testCase "68 years are too long" (fun () ->
            Expect.equal (Duration.Read("24855d", "--keep-for").TotalDays) 24_855.0 "days"
            refuses [ "24855d" ] (fun () -> Duration.Read("24856d", "--keep-for")))
        testCase "a span is shown as it is written" (fun () ->
            for text in [ "90s"; "15m"; "36h"; "7d" ] do
                Expect.equal (Duration.Show(Duration.Read(text, "--keep-for"))) text "the text")
    ]

/// An hour ahead of UTC, two in summer.
let private here =
    let change month =
        TimeZoneInfo.TransitionTime.CreateFloatingDateRule(DateTime(1, 1, 1, 2, 0, 0), month, 5, DayOfWeek.Sunday)

    let summer =
        TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date,
            DateTime.MaxValue.Date,
            TimeSpan.FromHours 1.0,
            change 3,
            change 10
        )

    TimeZoneInfo.CreateCustomTimeZone("here", TimeSpan.FromHours 1.0, "here", "here", "here in summer", [| summer |])

let private read text = Instant.Read(text, "--to-time", here)

let private show text =
    UnixTime.text ((read text).ToUnixTimeMilliseconds())

let private instants =
    [
        for text, shown in
            [
                "2026-11-22T12:00:00Z", "2026-11-22T12:00:00.000Z"
                "2026-11-22T12:00:00.5+01:00", "2026-11-22T11:00:00.500Z"
                "2026-11-22T12:00:00.123456-05:30", "2026-11-22T17:30:00.123Z"
                "2026-11-22T12:00:00", "2026-11-22T11:00:00.000Z"
                "2026-07-22 12:00", "2026-07-22T10:00:00.000Z"
                "2026-11-22 12:00Z", "2026-11-22T12:00:00.000Z"
            ] do
            testCase $"{text} is {shown}" (fun () -> Expect.equal (show text) shown "the time")
        for text in
            [
                ""
                "now"
                "2026-11-22"
                "12:00"
                "2026-13-22T12:00:00Z"
                "22.11.2026 12:00"
                "2026-11-22T12:00:00 Z"
            ] do
            testCase $"'{text}' is no time" (fun () ->
                refuses [ "--to-time"; "2026-11-22T12:00:00Z"; text ] (fun () -> read text))
        testCase "a time that clocks leave out needs a zone" (fun () ->
            refuses [ "never"; "zone" ] (fun () -> read "2026-03-29T02:30:00"))
        testCase "a time that clocks show twice needs a zone" (fun () ->
            refuses [ "twice"; "zone" ] (fun () -> read "2026-10-25T01:30:00")
            Expect.equal (show "2026-10-25T01:30:00+02:00") "2026-10-24T23:30:00.000Z" "with one")
    ]

let private sizes =
    [
        for text, bytes in
            [
                "500", 500L
                "64K", 65_536L
                "64kb", 65_536L
                "256mb", 268_435_456L
                "4GB", 4_294_967_296L
            ] do
            testCase $"{text} is a size" (fun () -> Expect.equal (ByteSize.Read text) bytes "bytes")
        for text in [ ""; "b"; "kb"; "5b"; "5bb"; "-1"; "1.5G"; "4X"; "9999999999G" ] do
            testCase $"'{text}' is no size" (fun () -> refuses [ "no size"; text ] (fun () -> ByteSize.Read text))
    ]

let private id = String('a', 40)

let private offset text =
    string (WantedMoment.ReadOffset(text, "--to-offset"))

let private offsets =
    [
        testCase "an offset alone is one of the newest history" (fun () ->
            Expect.equal (offset "1432") "1432" "the offset")
        testCase "an offset may name its history, as positions are shown" (fun () ->
            Expect.equal (offset $"{id}:1432") $"{id}:1432" "the offset"
            Expect.equal (offset $"{id}:1432:3") $"{id}:1432" "the offset of a position")
        for text in
            [
                ""
                "-1"
                "1,432"
                "abc:1"
                $"{id}"
                $"{id}:"
                $"{id}:x"
                "99999999999999999999"
            ] do
            testCase $"'{text}' is no offset" (fun () -> refuses [ "--to-offset"; text ] (fun () -> offset text))
    ]

let private tables =
    [
        testCase "columns are as wide as what stands in them, and lines end with what stands there" (fun () ->
            let table = Table 1
            table.Add("file", "bytes", "what")
            table.Add("a title may be longer than all columns together")
            table.Add("long name", "1", "")
            table.Add("x\027[0m", "23456")

            Expect.equal
                (List.ofSeq (table.Lines()))
                [
                    "file        bytes  what"
                    "a title may be longer than all columns together"
                    "long name       1"
                    "x\\u001b[0m  23456"
                ]
                "the lines")
    ]

let tests =
    testList
        "archive words"
        [
            testList "durations" durations
            testList "times" instants
            testList "sizes" sizes
            testList "offsets" offsets
            testList "tables" tables
        ]
