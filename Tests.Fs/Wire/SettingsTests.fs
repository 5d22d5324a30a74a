module HybridReplica.Tests.SettingsTests

open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private usual = Settings.Default

let private in26 = { usual with Dialect = Dialect.Redis26 }

let private password text =
    ValueSome
        {
            User = ValueNone
            Password = Secret.OfText text
        }

let private withRetry change =
    { usual with
        Retry = change usual.Retry
    }

/// Passwords that 2.6 would take apart or drop (`sdssplitargs`, 2.6.17).
let private notInline =
    [ ""; "two words"; "\"quoted\""; "it's"; "line\r\nfeed"; "\127" ]

let private position =
    ValueSome(Position.AtFullResync(Generators.replicationIdOf (String.replicate 40 "a"), Offset 1L))

let private troubled =
    [
        { usual with ListeningPort = -1 }, [ SettingsTrouble.PortOutOfRange -1 ]
        { usual with ListeningPort = 65536 }, [ SettingsTrouble.PortOutOfRange 65536 ]
        { usual with
            AnnouncedPort = ValueSome 70000
        },
        [ SettingsTrouble.PortOutOfRange 70000 ]
        { usual with Timeout = 0 }, [ SettingsTrouble.BelowOne "timeout" ]
        { usual with ReplyTimeout = 0 }, [ SettingsTrouble.BelowOne "reply timeout" ]
        { usual with HandshakeTimeout = -5 }, [ SettingsTrouble.BelowOne "handshake timeout" ]
        { usual with
            PreparationTimeout = ValueSome 0
        },
        [ SettingsTrouble.BelowOne "preparation timeout" ]
        withRetry (fun retry -> { retry with Attempts = 0 }), [ SettingsTrouble.BelowOne "number of attempts" ]
        withRetry (fun retry -> { retry with FirstPause = 0 }), [ SettingsTrouble.BelowOne "first pause" ]
        withRetry (fun retry -> { retry with LongestPause = 0 }), [ SettingsTrouble.BelowOne "longest pause" ]
        { in26 with
            AnnouncedPort = ValueSome 1
        },
        [ SettingsTrouble.OnlyInRedis6 "announced port" ]
        { in26 with
            AnnouncedAddress = ValueSome "a"
        },
        [ SettingsTrouble.OnlyInRedis6 "announced address" ]
        { in26 with
            AnnouncedVersion = ValueSome "9.1.0"
        },
        [ SettingsTrouble.OnlyInRedis6 "announced version" ]
        { in26 with RdbOnly = true }, [ SettingsTrouble.OnlyInRedis6 "rdb-only option" ]
        { in26 with Resume = position }, [ SettingsTrouble.OnlyInRedis6 "position to resume from" ]
        { usual with
            Follow =
                ValueSome
                    { Following.Default with
                        Policy = ResumePolicy.PartialOnly
                    }
        },
        [ SettingsTrouble.NothingToResume ]
        { usual with
            Follow = ValueSome Following.Default
            Destination = Destination.Pipe
            RdbOnly = true
        },
        [
            SettingsTrouble.NotWhileFollowing "pipe"
            SettingsTrouble.NotWhileFollowing "rdb-only option"
        ]
        { usual with
            Follow =
                ValueSome
                    { Following.Default with
                        FullResyncs = 0
                        Period = 0
                    }
        },
        [
            SettingsTrouble.BelowOne "number of full resyncs"
            SettingsTrouble.BelowOne "period of full resyncs"
        ]
        { in26 with
            Credentials =
                ValueSome
                    {
                        User = ValueSome "u"
                        Password = Secret.OfText "p"
                    }
        },
        [ SettingsTrouble.OnlyInRedis6 "user" ]
    ]

let private fine =
    [
        "the settings of a replica nobody has told anything", usual
        "those in the dialect of 2.6", in26
        "any password for redis6",
        { usual with
            Credentials = password "two \"words\"\r\n"
        }
        "a password in UTF-8 for 2.6",
        { in26 with
            Credentials = password "pässwörd"
        }
        "the highest port", { usual with ListeningPort = 65535 }
    ]

let tests =
    testList
        "settings"
        [
            for settings, expected in troubled do
                let sentences = expected |> List.map string |> String.concat " "

                testCase $"settings are refused: %s{sentences}" (fun () ->
                    Expect.equal (SettingsRules.troubles settings) expected "the troubles")

            for text in notInline do
                testCase $"a password cannot be typed: \"%s{Printable.escape text}\"" (fun () ->
                    Expect.equal
                        (SettingsRules.troubles
                            { in26 with
                                Credentials = password text
                            })
                        [ SettingsTrouble.NotInline "password" ]
                        "the troubles")

            for name, settings in fine do
                testCase $"these settings are fine: %s{name}" (fun () ->
                    Expect.isEmpty (SettingsRules.troubles settings) "the troubles")

            testProperty
                "the settings that the other laws are tried on keep the rules"
                (Prop.forAll SettingsGenerators.settings (fun settings ->
                    Expect.isEmpty (SettingsRules.troubles settings) "the troubles"))
            testCase "a dialect is found by its name, and by no other" (fun () ->
                for dialect in Dialect.All do
                    Expect.equal (Dialect.TryParse dialect.Name) (ValueSome dialect) dialect.Name

                for name in [ ""; "Redis6"; "redis7"; "redis26-strict" ] do
                    Expect.equal (Dialect.TryParse name) ValueNone name)
        ]
