/// Settings to try the laws on: valid ones for each dialect.
module HybridReplica.Tests.SettingsGenerators

open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

/// A password that occurs nowhere by accident.
let password = "correct-horse-battery-staple"

let private credentials dialect =
    Gen.elements
        [
            ValueNone
            ValueSome
                {
                    User = ValueNone
                    Password = Secret.OfText password
                }
            ValueSome
                {
                    User =
                        if dialect = Dialect.Redis6 then
                            ValueSome "replicator"
                        else
                            ValueNone
                    Password = Secret.OfText password
                }
        ]

let private sometimes value =
    Gen.frequency [ 2, Gen.constant ValueNone; 1, Gen.map ValueSome value ]

let private onlyInRedis6 dialect otherwise value =
    if dialect = Dialect.Redis6 then
        value
    else
        Gen.constant otherwise

let private retry =
    gen {
        let! attempts = Gen.choose (1, 4)
        let! first = Gen.choose (1, 5)
        let! longest = Gen.choose (1, 40)
        let! seed = Gen.choose64 (0L, 999999L)

        return
            {
                Attempts = attempts
                FirstPause = first
                LongestPause = longest
                Seed = uint64 seed
            }
    }

/// Valid settings of a dialect.
let ofDialect (dialect: Dialect) : Gen<Settings> =
    gen {
        let! credentials = credentials dialect
        let! port = Gen.elements [ 0; 1; 6380; 65535 ]
        let! announced = Gen.choose (0, 65535) |> sometimes |> onlyInRedis6 dialect ValueNone
        let! address = Gen.constant "10.0.0.1" |> sometimes |> onlyInRedis6 dialect ValueNone
        let! version = Gen.constant "9.1.0" |> sometimes |> onlyInRedis6 dialect ValueNone
        let! rdbOnly = Gen.elements [ false; true ] |> onlyInRedis6 dialect false
        let! resume = Generators.position |> sometimes |> onlyInRedis6 dialect ValueNone
        let! destination = Gen.elements [ Destination.File; Destination.Pipe ]
        let! timeout = Gen.choose (1, 60)
        let! replyTimeout = Gen.choose (1, 10)
        let! handshakeTimeout = Gen.choose (1, 200)
        let! preparationTimeout = sometimes (Gen.choose (1, 200))
        let! retry = retry

        return
            {
                Dialect = dialect
                Credentials = credentials
                ListeningPort = port
                AnnouncedPort = announced
                AnnouncedAddress = address
                AnnouncedVersion = version
                RdbOnly = rdbOnly
                Resume = resume
                Destination = destination
                Timeout = timeout
                ReplyTimeout = replyTimeout
                HandshakeTimeout = handshakeTimeout
                Follow = ValueNone
                PreparationTimeout = preparationTimeout
                Retry = retry
            }
    }

/// Settings with one thing less to them.
let private shrink (settings: Settings) =
    [
        { settings with
            Credentials = ValueNone
        }
        { settings with
            AnnouncedPort = ValueNone
        }
        { settings with
            AnnouncedAddress = ValueNone
        }
        { settings with
            AnnouncedVersion = ValueNone
        }
        { settings with RdbOnly = false }
        { settings with Resume = ValueNone }
        { settings with
            PreparationTimeout = ValueNone
        }
        { settings with
            Retry = { settings.Retry with Attempts = 1 }
        }
        { settings with
            Retry =
                { Settings.Default.Retry with
                    Attempts = settings.Retry.Attempts
                }
        }
    ]
    |> Seq.filter (fun smaller -> smaller <> settings)

/// Valid settings of all dialects.
let settings: Arbitrary<Settings> =
    Arb.fromGenShrink (Gen.bind ofDialect (Gen.elements Dialect.All), shrink)
