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

/// How to follow: all policies, budgets that are spent soon, and periods that end.
let private following dialect (resume: Position voption) =
    gen {
        let! policy = Gen.elements ResumePolicy.All
        let! resyncs = Gen.choose (1, 4)
        let! period = Gen.oneof [ Gen.choose (1, 60); Gen.constant 3600 ]
        let! fromNow = Gen.elements [ false; true ] |> onlyInRedis6 dialect false
        let! wantsSnapshot = Gen.elements [ false; true ]

        return
            {
                Policy =
                    if policy = ResumePolicy.PartialOnly && resume.IsNone then
                        ResumePolicy.PartialOrFull
                    else
                        policy
                FullResyncs = resyncs
                Period = period
                FromNow = fromNow
                WantsSnapshot = wantsSnapshot
            }
    }

let private destination (follow: Following voption) =
    Gen.elements
        [
            Destination.File
            if follow.IsSome then
                Destination.Nowhere
            else
                Destination.Pipe
        ]

let private ofDialectAnd (isFollowing: Gen<bool>) (dialect: Dialect) : Gen<Settings> =
    gen {
        let! credentials = credentials dialect
        let! port = Gen.elements [ 0; 1; 6380; 65535 ]
        let! announced = Gen.choose (0, 65535) |> sometimes |> onlyInRedis6 dialect ValueNone
        let! address = Gen.constant "10.0.0.1" |> sometimes |> onlyInRedis6 dialect ValueNone
        let! version = Gen.constant "9.1.0" |> sometimes |> onlyInRedis6 dialect ValueNone
        let! rdbOnly = Gen.elements [ false; true ] |> onlyInRedis6 dialect false
        let! resume = Generators.position |> sometimes |> onlyInRedis6 dialect ValueNone
        let! following = following dialect resume
        let! isFollowing = isFollowing
        let follow = if isFollowing then ValueSome following else ValueNone
        let! destination = destination follow
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
                RdbOnly = rdbOnly && follow.IsNone
                Resume = resume
                Destination = destination
                Timeout = timeout
                ReplyTimeout = replyTimeout
                HandshakeTimeout = handshakeTimeout
                Follow = follow
                Archive = ValueNone
                PreparationTimeout = preparationTimeout
                Retry = retry
            }
    }

/// Valid settings of a dialect.
let ofDialect (dialect: Dialect) : Gen<Settings> =
    ofDialectAnd (Gen.elements [ false; true ]) dialect

// What follows from giving up the position.
let private withoutResume (settings: Settings) =
    { settings with
        Resume = ValueNone
        Follow =
            settings.Follow
            |> ValueOption.map (fun following ->
                if following.Policy = ResumePolicy.PartialOnly then
                    { following with
                        Policy = ResumePolicy.PartialOrFull
                    }
                else
                    following)
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
        withoutResume settings
        { settings with
            Follow =
                settings.Follow
                |> ValueOption.map (fun following -> { following with FromNow = false })
        }
        { settings with
            Follow =
                settings.Follow
                |> ValueOption.map (fun following -> { following with WantsSnapshot = false })
        }
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

/// Valid settings of those who follow, in the dialect in which there is most to say more often than in the others.
let followers: Arbitrary<Settings> =
    let dialect =
        Gen.frequency [ 6, Gen.constant Dialect.Redis6; 1, Gen.elements Dialect.All ]

    Arb.fromGenShrink (Gen.bind (ofDialectAnd (Gen.constant true)) dialect, shrink)
