/// Draws plans of conversations in which a replica follows: who its master is, and what happens.
module HybridReplica.Tests.Simulation.Following.FollowingPlanning

open HybridReplica.Core
open HybridReplica.Tests.Simulation

let private nonsense =
    [
        "\000\255"
        "-ERR Protocol error\r\n"
        "+PONG\r\n"
        ":1\r\n"
        "$5\r\nhello\r\n"
        "GET key\r\n"
        "*x\r\n"
        "*1\r\n$-1\r\n"
        "*1\r\n:1\r\n"
        "*1\r\n$99999999999999999999\r\n"
        "*2\r\n$6\r\nSELECT\r\n$2\r\n-1\r\n"
        "*2\r\n$3\r\nDEL\r\n$1\r\nkey\r\n"
    ]

// What is no command from its first byte on.
let private garbage = List.take 5 nonsense

let private happening (chance: Chance) (settings: Settings) longest =
    let commands = chance.Between(1, 6)
    let databases = chance.Pick [ 1; 2; 16 ]

    match chance.Between(1, 40) with
    | n when n <= 12 -> Happening.Written(commands, databases, longest)
    | n when n <= 17 -> Happening.Transacted(commands, databases, longest)
    | 18
    | 19
    | 20 -> Happening.Asked
    | 21
    | 22
    | 23
    | 24
    | 25 -> Happening.Dropped(chance.Pick [ NetworkTrouble.Closed; NetworkTrouble.Reset ])
    | 26 -> Happening.Frozen(chance.Between(1, settings.Timeout - 2))
    | 27 -> Happening.Frozen(settings.Timeout + chance.Between(1, 10))
    | 28
    | 29 -> Happening.FailedOver 0
    | 30 -> Happening.FailedOver(chance.Between(1, 6))
    | 31 -> Happening.Forgotten
    | 32 -> Happening.StartedOver
    | 33 -> Happening.Nonsense(chance.Pick nonsense)
    | 34 -> Happening.Garbage(chance.Pick garbage)
    | 35 -> Happening.Unreachable(chance.Between(1, 30))
    | 36 ->
        Happening.Unwilling(
            chance.Pick
                [
                    MasterCondition.Loading
                    MasterCondition.LinkLost
                    MasterCondition.ScriptRunning
                ],
            chance.Between(1, 20)
        )
    | 37 -> Happening.Damaged(chance.Between(1, 3), chance.OnceIn 2)
    | 38 -> Happening.Overslept(chance.Between(1, 60))
    | _ -> Happening.Died(chance.Between(0, 10))

// What was written before anybody followed.
let private past (chance: Chance) era (history: MasterHistory) (truth: Truth) =
    ((history, truth), [ 1 .. chance.Between(1, 12) ])
    ||> List.fold (fun (history, truth) number ->
        let command = [ "SET"; "key"; chance.Characters(chance.Between(0, 30)) ]

        let history, bytes =
            if chance.OnceIn 4 then
                MasterStream.transact (era, [ 0, command; chance.Between(0, 3), command ], history)
            elif number > 1 && chance.OnceIn 5 then
                MasterStream.ping (era, history)
            else
                MasterStream.write (era, chance.Between(0, 3), command, history)

        history, Truth.append bytes truth)

let private databaseAt (truth: Truth) (offset: int64) =
    // The whole history is known from its beginning on, so what is left of it tells.
    let known = Truth.beginning (fst truth.Ids.Head) truth.Start 0
    (Truth.append (truth.Between(truth.Start, offset)) known).Database

let private resume (chance: Chance) (history: MasterHistory) (truth: Truth) =
    let places =
        truth.Safe |> Set.filter (fun place -> place > truth.Start) |> Set.toList

    match chance.Between(1, 4), places with
    | (1 | 2), _ :: _ ->
        let offset = chance.Pick places

        ValueSome
            { Position.AtFullResync(history.Id, Offset offset) with
                Database = ValueSome(databaseAt truth offset)
            }
    | _ -> ValueNone

let private following (chance: Chance) (era: MasterEra) dialect (resume: Position voption) =
    {
        Policy =
            match chance.Between(1, 10) with
            | 1 when resume.IsSome -> ResumePolicy.PartialOnly
            | 2 -> ResumePolicy.FullOnly
            | _ -> ResumePolicy.PartialOrFull
        FullResyncs = chance.Pick [ 1; 2; 3; 100 ]
        Period = chance.Pick [ 20; 60; 3600 ]
        WantsSnapshot = false
        FromNow =
            dialect = Dialect.Redis6
            && List.contains "rdb-filter-only" era.Options
            && chance.OnceIn 4
    }

let private settings (chance: Chance) dialect era history truth : Settings =
    let resume =
        if dialect = Dialect.Redis6 && era.KnowsPsync then
            resume chance history truth
        else
            ValueNone

    { Settings.Default with
        Dialect = dialect
        Resume = resume
        Destination = chance.Pick [ Destination.File; Destination.Nowhere ]
        Timeout = chance.Pick [ 12; 15; 20 ]
        Retry =
            {
                // Nobody gives up before the stream is reached for the first time.
                Attempts = 1000
                FirstPause = chance.Between(1, 3)
                LongestPause = chance.Between(1, 10)
                Seed = chance.Next()
            }
        Follow = ValueSome(following chance era dialect resume)
    }

// The replica's user may not run PSYNC: what SYNC brings cannot be resumed.
let private withoutPsync (plan: FollowingPlan) =
    let password = Secret.OfText "s3cret"

    if
        plan.Settings.Dialect = Dialect.Redis6
        && plan.Master.Era.KnowsUsers
        && plan.Settings.Resume.IsNone
    then
        { plan with
            Settings =
                { plan.Settings with
                    Credentials =
                        ValueSome
                            {
                                User = ValueSome "replicator"
                                Password = password
                            }
                }
            Master =
                { plan.Master with
                    Users =
                        [
                            {
                                Name = "replicator"
                                Password = ValueSome password
                                Commands = ValueSome [ "ping"; "replconf"; "sync" ]
                            }
                        ]
                }
        }
    else
        plan

/// The plan of a conversation between these two.
let between (era: MasterEra) (dialect: Dialect) (seed: uint64) : FollowingPlan =
    let chance = Chance seed
    let id = ReplicationId.TryParse(chance.Digits 40) |> ValueOption.get
    let offset = int64 (chance.Between(0, 100_000))

    let history, truth =
        past
            chance
            era
            { MasterHistory.Without(id, Offset offset) with
                BacklogSize = chance.Pick [ 100; 1000; 1_000_000; 1_000_000; 1_000_000 ]
            }
            (Truth.beginning id offset 0)

    let settings = settings chance dialect era history truth
    let longest = chance.Pick [ 40; 40; 40; 400; 20_000 ]
    let length = chance.Between(1, 40)

    {
        Seed = seed
        Settings = settings
        Master =
            { MasterSettings.Of(era, history) with
                PassesOn = era.NamesHistory && chance.OnceIn 5
                Diskless = chance.OnceIn 2
                Delay = chance.Pick [ 0; 0; 0; 3 ]
                SaveTime = chance.Pick [ 0; 0; 2 ]
                Timeout = chance.Pick [ 6; 10; 60 ]
            }
        Known = truth
        Happenings =
            [
                for _ in 1 .. chance.Between(1, 14) ->
                    int64 (chance.Between(0, length * 1000)), happening chance settings longest
            ]
            |> List.sortBy fst
        PingPeriod = chance.Between(2, 6)
        Chunk =
            if longest > 400 then
                chance.Pick [ 4096; 100_000 ]
            else
                chance.Pick [ 7; 60; 1000; 100_000 ]
        Latency = chance.Pick [ 0; 2; 20 ]
        DiskTime = chance.Pick [ 0; 0; 9000 ]
        Spool = chance.Pick [ 200; 2000; 1_000_000 ]
        Bite = chance.Pick [ 10; 100; 100_000 ]
        Pace = chance.Pick [ 10; 200; 3000 ]
        Diligence = chance.Pick [ ValueSome 1; ValueSome 1; ValueSome 5; ValueSome 30; ValueNone ]
        SaysDurable = chance.OnceIn 3
    }
    |> if chance.OnceIn 15 then
           withoutPsync
       else
           (fun plan -> plan)

/// Every pair of a master's time and a dialect, those that can resume more often than the others.
let pairs =
    [
        for era in MasterEra.all do
            for dialect in Dialect.All do
                let times = if dialect = Dialect.Redis6 && era.KnowsPsync then 5 else 1
                for _ in 1..times -> era, dialect
    ]

/// The plan of a seed. Seeds that follow each other go through all the pairs.
let ofSeed (seed: uint64) : FollowingPlan =
    let era, dialect = pairs[int (seed % uint64 pairs.Length)]
    between era dialect seed
