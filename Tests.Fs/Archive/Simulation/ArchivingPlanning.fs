/// Draws plans of runs: what is archived, how, and what happens meanwhile.
module HybridReplica.Tests.Archive.Simulation.ArchivingPlanning

open HybridReplica.Core
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Simulation.Following

let private mishap (chance: Chance) =
    let operations = chance.Between(1, 40)
    let seconds = chance.Between(0, 10)

    match chance.Between(1, 12) with
    | 1
    | 2
    | 3 -> Mishap.Killed(operations, seconds)
    | 4
    | 5
    | 6
    | 7 -> Mishap.PowerLost(operations, seconds)
    | 8
    | 9 -> Mishap.Struck(chance.Pick DiskOperation.All, chance.Pick [ FileTrouble.Full; FileTrouble.Other 5 ])
    | 10
    | 11 -> Mishap.Filled(chance.Between(0, 600), chance.Between(1, 20))
    | _ -> Mishap.Stopped seconds

// Now and then two things happen just behind each other. Who was killed goes on, and the power fails: what he saw
// need not be on disk. The power fails, and who goes on is killed before all is in order. A sync fails, whoever goes
// on syncs once more, and the power fails: what was not synced then is not by now.
let private pair (chance: Chance) time =
    let later most = time + int64 (chance.Between(1, most))

    match chance.Between(1, 3) with
    | 1 ->
        [
            time, Mishap.Killed(chance.Between(1, 30), 0)
            later 1500, Mishap.PowerLost(chance.Between(1, 8), 0)
        ]
    | 2 ->
        [
            time, Mishap.PowerLost(chance.Between(1, 30), 0)
            later 1500, Mishap.Killed(chance.Between(1, 8), 0)
        ]
    | _ ->
        [
            time, Mishap.Struck(DiskOperation.Sync, FileTrouble.Other 5)
            later 9000, Mishap.PowerLost(chance.Between(1, 20), 0)
        ]

let private mishaps (chance: Chance) (length: int) =
    let any =
        [
            for _ in 1 .. chance.Pick [ 0; 1; 1; 2; 3; 5; 8 ] -> int64 (chance.Between(0, length)), mishap chance
        ]

    let both =
        if chance.OnceIn 3 then
            pair chance (int64 (chance.Between(0, length)))
        else
            []

    List.sortBy fst (any @ both)

// Some of it looks like the stream for a while: what is written by then is of no use when it comes again.
let private garbage =
    [
        "\000\255"
        "+PONG\r\n"
        "*2\r\n$6\r\nSELECT\r\n?"
        "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nlost!!!"
        "*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$3\r\nkey\r\n!"
    ]

let private happening (chance: Chance) (settings: Settings) longest =
    let commands = chance.Between(1, 6)
    let databases = chance.Pick [ 1; 2; 16 ]

    match chance.Between(1, 40) with
    | n when n <= 16 -> Happening.Written(commands, databases, longest)
    | n when n <= 23 -> Happening.Transacted(commands, databases, longest)
    | 24
    | 25
    | 26 -> Happening.Asked
    | 27
    | 28
    | 29
    | 30 -> Happening.Dropped(chance.Pick [ NetworkTrouble.Closed; NetworkTrouble.Reset ])
    | 31 -> Happening.Frozen(settings.Timeout + chance.Between(-5, 5))
    | 32
    | 33 -> Happening.FailedOver 0
    | 34 -> Happening.FailedOver(chance.Between(1, 6))
    | 35 -> Happening.Forgotten
    | 36 -> Happening.StartedOver
    | 37 -> Happening.Garbage(chance.Pick garbage)
    | 38 -> Happening.Unreachable(chance.Between(1, 15))
    | 39 -> Happening.Unwilling(chance.Pick [ MasterCondition.Loading; MasterCondition.LinkLost ], chance.Between(1, 9))
    | _ -> Happening.Damaged(1, chance.OnceIn 2)

let private archive (chance: Chance) : ArchiveSettings =
    {
        Name = chance.Pick [ "appendonly.aof"; "a" ]
        SegmentSize = chance.Pick [ 60L; 300L; 2000L; 1_000_000L ]
        SegmentAge = chance.Pick [ ValueNone; ValueNone; ValueSome(chance.Between(1, 20)) ]
        Fsync =
            chance.Pick
                [
                    FsyncPolicy.EverySecond
                    FsyncPolicy.EverySecond
                    FsyncPolicy.Always
                    FsyncPolicy.No
                ]
        Keep =
            chance.Pick
                [
                    Retention.Everything
                    Retention.Everything
                    Retention.Bases(chance.Between(1, 3))
                    Retention.Seconds(int64 (chance.Between(1, 30)))
                ]
        BaseEvery = chance.Pick [ ValueNone; ValueSome(chance.Between(1, 12)) ]
    }

let private settings (chance: Chance) : Settings =
    { Settings.Default with
        Timeout = chance.Pick [ 12; 15; 20 ]
        Retry =
            {
                Attempts = 1000
                FirstPause = chance.Between(1, 3)
                LongestPause = chance.Between(1, 10)
                Seed = chance.Next()
            }
        Follow =
            ValueSome
                { Following.Default with
                    FullResyncs = 1000
                    Period = 60
                }
        Archive = ValueSome(archive chance)
    }

let private eras = MasterEra.all |> List.filter (fun era -> era.KnowsPsync)

/// The plan of a seed.
let ofSeed (seed: uint64) : ArchivingPlan =
    let chance = Chance(seed ^^^ 0xA5C1_5EEDUL)
    let era = eras[int (seed % uint64 eras.Length)]
    let id = ReplicationId.TryParse(chance.Digits 40) |> ValueOption.get
    let offset = Offset(int64 (chance.Between(0, 100_000)))

    let history =
        { MasterHistory.Without(id, offset) with
            BacklogSize = chance.Pick [ 100; 1000; 1_000_000; 1_000_000; 1_000_000 ]
        }

    let settings = settings chance
    let longest = chance.Pick [ 40; 40; 40; 400; 6000 ]
    let length = chance.Between(1, 40) * 1000

    {
        Following =
            {
                Seed = seed
                Settings = settings
                Master =
                    { MasterSettings.Of(era, history) with
                        PassesOn = era.NamesHistory && chance.OnceIn 5
                        Diskless = chance.OnceIn 2
                        SaveTime = chance.Pick [ 0; 0; 2 ]
                        Timeout = 60
                    }
                Known = Truth.beginning id offset.Bytes 0
                Happenings =
                    [
                        for _ in 1 .. chance.Between(1, 16) ->
                            int64 (chance.Between(0, length)), happening chance settings longest
                    ]
                    |> List.sortBy fst
                PingPeriod = chance.Between(2, 6)
                Chunk =
                    if longest > 400 then
                        chance.Pick [ 512; 4096; 100_000 ]
                    else
                        chance.Pick [ 7; 60; 1000; 100_000 ]
                Latency = chance.Pick [ 0; 2; 20 ]
                DiskTime = chance.Pick [ 0; 0; 300; 4000 ]
                Spool = 0
                Bite = 0
                Pace = 0
                Diligence = ValueNone
                SaysDurable = false
            }
        Mishaps = mishaps chance length
        Stamps = chance.Pick [ 0L; 100L; 100L; 5000L ]
        IsEager = chance.OnceIn 2
        Unfetched = chance.Pick [ 3; 1000 ]
    }
