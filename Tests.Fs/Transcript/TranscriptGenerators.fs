/// Transcripts of all kinds, whether they make sense or not.
module HybridReplica.Tests.TranscriptGenerators

open System
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

let private latin1 =
    Gen.frequency [ 8, Gen.choose (32, 126); 1, Gen.choose (0, 255) ]
    |> Gen.map char
    |> Gen.listOf
    |> Gen.map (List.map string >> String.concat "")

/// Any text, in any language.
let text =
    Gen.frequency [ 8, Gen.choose (9, 126); 1, Gen.choose (0, 0xd7ff) ]
    |> Gen.map char
    |> Gen.listOf
    |> Gen.map (List.map string >> String.concat "")

/// Text for people is any text that is one line.
let private remark =
    text
    |> Gen.map (String.filter (fun character -> not (Seq.contains character "\r\n\f\u0085\u2028\u2029")))

let private number = Gen.choose (-5, 1000000)

let private version =
    Gen.map2
        (fun vendor number ->
            match vendor, number % 1000 with
            | RdbVendor.Redis, number -> $"REDIS0{number:d3}"
            | RdbVendor.Valkey, number -> $"VALKEY{number:d3}")
        (Gen.elements [ RdbVendor.Redis; RdbVendor.Valkey ])
        (Gen.choose (1, 999))
    |> Gen.map (fun text -> RdbVersion.TryRead(ReadOnlySpan(Text.Encoding.Latin1.GetBytes text)))
    |> Gen.filter _.IsValueSome
    |> Gen.map ValueOption.get

let private checksum = ArbMap.defaults |> ArbMap.generate<uint64>

let private verdict =
    Gen.oneof
        [
            Gen.map RdbVerdict.Verified version
            Gen.map (fun version -> RdbVerdict.Unchecked(version, ChecksumAbsence.Disabled)) version
            Gen.map (fun version -> RdbVerdict.Unchecked(version, ChecksumAbsence.TooOld)) version
            Gen.map3
                (fun version stored computed -> RdbVerdict.ChecksumMismatch(version, stored, computed))
                version
                checksum
                checksum
            Gen.map RdbVerdict.EndMissing version
            Gen.constant RdbVerdict.NotRdb
            Gen.map (int64 >> RdbVerdict.TooShort) number
        ]

let private networkTrouble =
    Gen.oneof [ Gen.elements NetworkTrouble.Named; Gen.map NetworkTrouble.Other number ]

let private fileTrouble =
    Gen.oneof [ Gen.elements FileTrouble.Named; Gen.map FileTrouble.Other number ]

let private rdbFault =
    let container = latin1 |> Gen.map (fun text -> text + "t")

    let trouble =
        Gen.oneof
            [
                Gen.elements
                    [
                        RdbTrouble.Empty
                        RdbTrouble.NotRdb
                        RdbTrouble.Cut
                        RdbTrouble.BadCompression
                        RdbTrouble.BadScore
                    ]
                Gen.map RdbTrouble.FutureVersion version
                Gen.map RdbTrouble.UnknownOpcode number
                Gen.map RdbTrouble.UnknownType number
                Gen.map2 (fun number name -> RdbTrouble.Refused(number, name)) number latin1
                Gen.map RdbTrouble.NotALength number
                Gen.map RdbTrouble.ImpossibleLength checksum
                Gen.map RdbTrouble.UnknownStringEncoding number
                Gen.map2
                    (fun container trouble -> RdbTrouble.Damaged(container, trouble))
                    container
                    (Gen.elements (System.Enum.GetValues<PackedTrouble>()))
                Gen.map RdbTrouble.Uneven container
                Gen.map RdbTrouble.BadStream latin1
                Gen.map RdbTrouble.BadModule checksum
                Gen.map2 (fun bytes limit -> RdbTrouble.TooLarge(int64 bytes, int64 limit)) number number
                Gen.map2 (fun stored computed -> RdbTrouble.WrongChecksum(stored, computed)) checksum checksum
            ]

    gen {
        let! trouble = trouble
        let! offset = number
        let! entries = number
        let! database = Gen.oneof [ Gen.constant ValueNone; Gen.map ValueSome number ]
        let! key = latin1

        return
            {
                Trouble = trouble
                Offset = offset
                Database = database
                Key =
                    if database.IsSome then
                        ValueSome(Text.Encoding.Latin1.GetBytes key)
                    else
                        ValueNone
                Entries = entries
            }
    }

let private report =
    Gen.oneof
        [
            Gen.elements
                [
                    Event.Started
                    Event.StopRequested
                    Event.TargetReady
                    Event.TemporaryCreated
                    Event.Synced
                    Event.Renamed
                    Event.FolderSynced
                    Event.TemporaryDeleted
                ]
            Gen.map Event.Connected number
            Gen.map2 (fun link trouble -> Event.ConnectFailed(link, trouble)) number networkTrouble
            Gen.map2 (fun link trouble -> Event.Disconnected(link, trouble)) number networkTrouble
            Gen.map Event.SnapshotChecked verdict
            Gen.map2 (fun step trouble -> Event.FileFailed(step, trouble)) (Gen.elements FileStep.All) fileTrouble
            Gen.map Event.Ticked number
            Gen.map Event.SnapshotUnreadable rdbFault
        ]

let private input =
    Gen.oneof
        [
            Gen.map Input.Line latin1
            Gen.map Input.Bytes latin1
            Gen.map (int64 >> Input.Filler) number
            Gen.map Input.Report report
        ]

let private output =
    let words = latin1 |> Gen.map (Printable.escape >> fun text -> text.Trim() + ".")

    Gen.oneof
        [
            Gen.map2 (fun form text -> Output.Sent(form, text)) (Gen.elements [ WireForm.Array; WireForm.Inline ]) words
            Gen.map (int64 >> Output.Took) number
            Gen.map (int64 >> Output.Delivered) number
            Gen.map
                Output.Did
                (words
                 |> Gen.filter (fun text -> text.Split(' ')[0] <> "take" && text.Split(' ')[0] <> "deliver"))
            Gen.map Output.Logged words
            Gen.map Output.Ended words
        ]

let private line =
    Gen.oneof
        [
            Gen.map TranscriptLine.Remark remark
            Gen.constant TranscriptLine.Gap
            Gen.map TranscriptLine.In input
            Gen.map TranscriptLine.Out output
        ]

let private position =
    Gen.map2
        (fun digit offset -> Position.TryParse $"{String('a', 39)}{digit % 10}:{abs offset}:{digit}")
        (Gen.choose (0, 15))
        number
    |> Gen.map ValueOption.get

let private optional value =
    Gen.oneof [ Gen.constant ValueNone; Gen.map ValueSome value ]

let private credentials =
    optional latin1
    |> Gen.map (fun user ->
        {
            User = user
            Password = Secret.OfText "***"
        })

let private settings =
    gen {
        let! dialect = Gen.elements Dialect.All
        let! port = number
        let! announcedPort = optional number
        let! address = optional latin1
        let! credentials = optional credentials
        let! resume = optional position
        let! version = optional latin1
        let! isRdbOnly = Gen.elements [ true; false ]
        let! destination = Gen.elements [ Destination.File; Destination.Pipe ]
        let! preparation = optional number
        let! times = Gen.listOfLength 6 number
        let! seed = checksum

        return
            {
                Dialect = dialect
                Credentials = credentials
                ListeningPort = port
                AnnouncedPort = announcedPort
                AnnouncedAddress = address |> ValueOption.map (fun text -> text + "é€")
                AnnouncedVersion = version
                RdbOnly = isRdbOnly
                Resume = resume
                Destination = destination
                Timeout = times[0]
                ReplyTimeout = times[1]
                HandshakeTimeout = times[2]
                Follow = ValueNone
                Archive = ValueNone
                PreparationTimeout = preparation
                Retry =
                    {
                        Attempts = times[3]
                        FirstPause = times[4]
                        LongestPause = times[5]
                        Seed = seed
                    }
            }
    }

/// Any transcript whose secret is the stand-in.
let transcript =
    gen {
        let! preface = Gen.listOf remark
        let! settings = settings
        let! others = Gen.subListOf Dialect.All
        let! lines = Gen.listOf line

        return
            {
                Preface = preface
                Settings = settings
                OtherDialects = others
                Lines = lines
            }
    }
