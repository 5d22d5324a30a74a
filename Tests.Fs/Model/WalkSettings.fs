/// The settings under which walks are taken: their limits are reached in few steps.
module HybridReplica.Tests.WalkSettings

open HybridReplica.Core

/// Settings whose limits are reached in few steps.
let private near dialect destination credentials resume : Settings =
    {
        Dialect = dialect
        Credentials = credentials
        ListeningPort = 0
        AnnouncedPort = ValueNone
        AnnouncedAddress =
            if dialect = Dialect.Redis6 && credentials.IsSome then
                ValueSome "10.0.0.1"
            else
                ValueNone
        AnnouncedVersion =
            if dialect = Dialect.Redis6 && credentials.IsSome then
                ValueSome "9.1.0"
            else
                ValueNone
        RdbOnly = dialect = Dialect.Redis6 && credentials.IsSome
        Resume = resume
        Destination = destination
        Timeout = 1
        ReplyTimeout = 1
        HandshakeTimeout = 2
        PreparationTimeout = ValueSome 2
        Follow = ValueNone
        Archive = ValueNone
        Retry =
            {
                Attempts = 2
                FirstPause = 1
                LongestPause = 1
                Seed = 0UL
            }
    }

/// Each dialect, to a file and to a pipe, with and without credentials (and, where there are any, all other options),
/// with and without a position to resume from.
let configurations: Settings list =
    [
        for dialect in Dialect.All do
            for destination in [ Destination.File; Destination.Pipe ] do
                for credentials in
                    [
                        ValueNone
                        ValueSome
                            {
                                User = ValueNone
                                Password = Secret.OfText "p"
                            }
                    ] do
                    near dialect destination credentials ValueNone

                    if dialect = Dialect.Redis6 then
                        Position.AtFullResync(Generators.replicationIdOf (String.replicate 40 "f"), Offset 7L)
                        |> ValueSome
                        |> near dialect destination credentials
    ]

/// The position that those have who have one.
let beginning =
    Position.AtFullResync(Generators.replicationIdOf (String.replicate 40 "f"), Offset 7L)

let private followed dialect destination policy resume : Settings =
    { near dialect destination ValueNone resume with
        HandshakeTimeout = 1
        PreparationTimeout = ValueNone
        Follow =
            ValueSome
                {
                    Policy = policy
                    FullResyncs = 1
                    Period = 1
                    FromNow = dialect = Dialect.Redis6 && destination = Destination.Nowhere
                    WantsSnapshot = resume.IsNone
                }
    }

/// Those who follow their master: each policy, to a file and to nowhere, and each dialect.
let followers: Settings list =
    [
        followed Dialect.Redis6 Destination.File ResumePolicy.PartialOrFull (ValueSome beginning)
        followed Dialect.Redis6 Destination.Nowhere ResumePolicy.PartialOrFull ValueNone
        followed Dialect.Redis6 Destination.Nowhere ResumePolicy.PartialOnly (ValueSome beginning)
        followed Dialect.Redis6 Destination.Nowhere ResumePolicy.FullOnly (ValueSome beginning)
        followed Dialect.Redis26 Destination.File ResumePolicy.PartialOrFull ValueNone
        followed Dialect.Redis26Lenient Destination.File ResumePolicy.PartialOrFull ValueNone
    ]

/// Those who archive their master: each policy of syncing, with segments and bases that are soon too large or too old.
let archives: Settings list =
    [
        for fsync in FsyncPolicy.All ->
            { near Dialect.Redis6 Destination.File ValueNone ValueNone with
                HandshakeTimeout = 1
                PreparationTimeout = ValueNone
                Follow =
                    ValueSome
                        { Following.Default with
                            FullResyncs = 1
                            Period = 1
                        }
                Archive =
                    ValueSome
                        { ArchiveSettings.Default with
                            SegmentSize = 60L
                            SegmentAge = ValueSome 2
                            Fsync = fsync
                            Keep = Retention.Bases 1
                            BaseEvery = ValueSome 1
                        }
            }
    ]
