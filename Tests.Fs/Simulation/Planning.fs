/// Draws plans: who talks to whom, and what goes wrong.
module HybridReplica.Tests.Simulation.Planning

open HybridReplica.Core

let private networkTroubles =
    [
        NetworkTrouble.Refused
        NetworkTrouble.Unreachable
        NetworkTrouble.NameNotFound
        NetworkTrouble.TimedOut
        NetworkTrouble.Tls TlsTrouble.Untrusted
        NetworkTrouble.Other 5
    ]

let private wireFault (chance: Chance) (settings: Settings) =
    match chance.Between(1, 8) with
    | 1
    | 2
    | 3 -> WireFault.Cut(chance.Pick [ NetworkTrouble.Closed; NetworkTrouble.Reset ])
    | 4 -> WireFault.Stall(settings.ReplyTimeout - 2)
    | 5 -> WireFault.Stall(settings.Timeout + 3)
    | 6 -> WireFault.Garbage(chance.Characters(chance.Between(1, 300)))
    | _ -> WireFault.Flip

let private piece (chance: Chance) =
    match chance.Between(1, 20) with
    | 1 -> MasterPiece.Newline
    | 2
    | 3 -> MasterPiece.Announcement
    | 4
    | 5 -> MasterPiece.Mark
    | n when n <= 10 -> MasterPiece.Snapshot
    | _ -> MasterPiece.Line(chance.Between(0, 6))

let private mishap (chance: Chance) (settings: Settings) =
    match chance.Between(1, 20) with
    | 1 -> Mishap.Unreachable(chance.Pick networkTroubles)
    | 2 -> Mishap.Unanswered
    | 3
    | 4
    | 5 ->
        Mishap.Unwilling(
            chance.Pick
                [
                    MasterCondition.Crowded
                    MasterCondition.Loading
                    MasterCondition.LinkLost
                    MasterCondition.DiskFailing
                    MasterCondition.ScriptRunning
                    MasterCondition.CannotSave
                ]
        )
    | 6
    | 7 -> Mishap.OnDisk(FileStep.Create, FileTrouble.Exists, chance.Between(1, 6))
    | 8
    | 9
    | 10 ->
        let steps =
            match settings.Destination with
            | Destination.Pipe
            | Destination.Nowhere -> [ FileStep.Write ]
            | Destination.File ->
                [
                    FileStep.Check
                    FileStep.Write
                    FileStep.Sync
                    FileStep.Rename
                    FileStep.SyncFolder
                    FileStep.Delete
                ]

        Mishap.OnDisk(chance.Pick steps, chance.Pick [ FileTrouble.Full; FileTrouble.Other 5 ], 1)
    | _ -> Mishap.OnTheWire(piece chance, chance.Next(), wireFault chance settings)

/// How long the master takes, and what comes of that with an access that is granted.
let private pace (chance: Chance) (plan: Plan) =
    let settings, master = plan.Settings, plan.Master

    // A user of an access list may have to do with SYNC.
    let asksForPsync =
        plan.IsPsync
        && settings.Credentials
           |> ValueOption.forall (fun credentials -> ValueOption.isNone credentials.User)

    match chance.Between(1, 12), settings.PreparationTimeout with
    | 1, _ when
        asksForPsync
        && ValueOption.isNone settings.Resume
        && master.Era.AnswersWhenSaving
        ->
        settings.HandshakeTimeout + 5, 0, Prospect.Failure [ Blame.MasterSilent ]
    | 2, ValueSome limit when ValueOption.isNone settings.Resume && not master.Diskless ->
        0, limit + 5, Prospect.Failure [ Blame.MasterSilent ]
    | n, _ when n < 6 && master.Era.NewlinePeriod > 1 -> 0, chance.Between(0, 30), Prospect.Success
    | n, _ when n < 6 -> chance.Between(0, 8), chance.Between(0, 8), Prospect.Success
    | _ -> 0, 0, Prospect.Success

// A shell that waits for its disk may sleep through what the wire does: where that matters, the disk is fast.
let private withFastDisk (plan: Plan) =
    let isOnTheWire (mishap, _) =
        match mishap with
        | Mishap.OnTheWire _ -> true
        | _ -> false

    if plan.Shell = ShellKind.Prompt && List.exists isOnTheWire plan.Mishaps then
        { plan with DiskTime = 0 }
    else
        plan

let private withMishaps (chance: Chance) (plan: Plan) =
    let times () = chance.Pick [ 1; 2; 99; 99 ]
    let one () = mishap chance plan.Settings, times ()

    match chance.Between(1, 10) with
    | 1
    | 2 -> plan
    | 3 ->
        { plan with
            StopAfter = ValueSome(chance.Between(1, 60))
        }
    | 4 ->
        { plan with
            Mishaps = [ one () ]
            StopAfter = ValueSome(chance.Between(1, 60))
        }
    | 5
    | 6 ->
        { plan with
            Mishaps = [ for _ in 1 .. chance.Between(2, 3) -> one () ]
        }
    | 7 ->
        { plan with
            Mishaps = [ one (); Mishap.OnDisk(FileStep.Delete, FileTrouble.Other 5, 1), 99 ]
        }
    | _ -> { plan with Mishaps = [ one () ] }

/// The plan of a conversation between these two, with values of at most so many bytes.
let between (era: MasterEra) (dialect: Dialect) (size: int) (seed: uint64) : Plan =
    let chance = Chance seed
    let history = Sides.history chance
    let users, credentials, granted = Sides.access chance dialect era
    let mark = EofMark.TryParse(chance.Digits Limits.MarkLength) |> ValueOption.get
    let chunk = chance.Pick [ 1; 7; 60; 1000; 100000 ]

    let plan =
        {
            Seed = seed
            Settings = Sides.settings chance dialect credentials history
            Master =
                { MasterSettings.Of(era, history) with
                    Users = users
                    Diskless = chance.OnceIn 2
                }
            Snapshot = Sides.snapshot chance mark size
            Mark = mark
            Mishaps = []
            Untroubled = granted
            Shell = chance.Pick [ ShellKind.Prompt; ShellKind.Tardy ]
            Chunk = chunk
            Latency = chance.Pick [ 0; (if chunk < 60 then 2 else 25) ]
            DiskTime = chance.Pick [ 0; 0; 800 ]
            StaleNews = chance.OnceIn 3
            StopAfter = ValueNone
        }

    let delay, saveTime, inTime = pace chance plan

    { plan with
        Master =
            { plan.Master with
                Delay = delay
                SaveTime = saveTime
            }
        Untroubled = if granted = Prospect.Success then inTime else granted
    }
    |> if granted = Prospect.Success && inTime = Prospect.Success then
           withMishaps chance >> withFastDisk
       else
           id

/// Every pair of a master's time and a dialect.
let pairs =
    [
        for era in MasterEra.all do
            for dialect in Dialect.All -> era, dialect
    ]

/// The plan of a seed. Seeds that follow each other go through all the pairs.
let ofSeed (seed: uint64) : Plan =
    let era, dialect = pairs[int (seed % uint64 pairs.Length)]
    between era dialect 400 seed

/// The plan of a seed with a snapshot so large that it is synced to disk while it comes, which may fail.
let large (seed: uint64) : Plan =
    let plan = ofSeed seed
    let chance = Chance seed
    let text = chance.Characters 4096 |> String.replicate 4200

    let failure =
        Mishap.OnDisk(FileStep.Sync, chance.Pick [ FileTrouble.Full; FileTrouble.Other 5 ], 1)

    { plan with
        Snapshot = DemoDataSet.encode [ "large", DemoValue.Text text ]
        Mishaps = if chance.OnceIn 2 then [ failure, 99 ] else []
        Chunk = chance.Pick [ 16384; 1048576 ]
        StopAfter = ValueNone
    }
