/// Draws plans: who talks to whom, and what goes wrong.
module HybridReplica.Tests.Simulation.Planning

open HybridReplica.Core

let private identity (chance: Chance) =
    ReplicationId.TryParse(chance.Digits 40) |> ValueOption.get

let private history (chance: Chance) : MasterHistory =
    let offset = int64 (chance.Between(0, 1_000_000))

    { MasterHistory.Without(identity chance, Offset offset) with
        BacklogFrom = max 1L (offset - int64 (chance.Between(0, 1000)))
        Former =
            if chance.OnceIn 2 then
                ValueSome
                    {
                        Id = identity chance
                        Until = Offset(max 0L (offset - int64 (chance.Between(0, 500))))
                    }
            else
                ValueNone
    }

let private snapshot (chance: Chance) (mark: EofMark) size =
    let value () =
        match chance.Between(0, 4) with
        | 0 -> DemoValue.Text(mark.Text.Substring(0, chance.Between(1, 39)))
        | 1 -> DemoValue.List [ chance.Characters 5; mark.Text.Substring(1) ]
        | 2 -> DemoValue.Hash [ "field", chance.Characters(chance.Between(0, 40)) ]
        | _ -> DemoValue.Text(chance.Characters(chance.Between(0, size)))

    let bytes =
        DemoDataSet.encode [ for number in 1 .. chance.Between(0, 5) -> $"key:{number}", value () ]

    // A master may save without a checksum (`rdbchecksum no`).
    if chance.OnceIn 10 then
        Array.fill bytes (bytes.Length - 8) 8 0uy

    bytes

/// Who may talk to the master, what the replica says it is, and what comes of that.
let private access (chance: Chance) dialect (era: MasterEra) =
    let password = chance.Digits 12

    let credentials name secret =
        ValueSome
            {
                User = name
                Password = Secret.OfText secret
            }

    let isGuarded = MasterUser.Default(ValueSome(Secret.OfText password))
    let isOpen = MasterUser.Default ValueNone

    let replicator commands =
        {
            Name = "replicator"
            Password = ValueSome(Secret.OfText password)
            Commands = ValueSome commands
        }

    let refused = Prospect.Failure [ Blame.MasterRefused ]

    match chance.Between(1, 16) with
    | 1 -> [ isGuarded ], credentials ValueNone (password + "x"), refused
    | 2 -> [ isGuarded ], ValueNone, refused
    | 3 -> [ isOpen ], credentials ValueNone password, refused
    | 4
    | 5
    | 6 -> [ isGuarded ], credentials ValueNone password, Prospect.Success
    | 7
    | 8
    | 9 when era.KnowsUsers && dialect = Dialect.Redis6 ->
        let commands, prospect =
            chance.Pick
                [
                    [ "ping"; "replconf"; "psync" ], Prospect.Success
                    [ "replconf"; "psync" ], Prospect.Success
                    [ "psync" ], Prospect.Success
                    [ "ping"; "replconf"; "sync" ], Prospect.Success
                    [ "ping"; "replconf" ], refused
                    [], refused
                ]

        [ isOpen; replicator commands ], credentials (ValueSome "replicator") password, prospect
    | _ -> [ isOpen ], ValueNone, Prospect.Success

let private resume (chance: Chance) (history: MasterHistory) =
    let at id offset =
        ValueSome
            { Position.AtFullResync(id, Offset(max 0L offset)) with
                Database = ValueSome(chance.Between(0, 15))
            }

    match chance.Between(1, 10), history.Former with
    | 1, _ -> at history.Id (bytesOf history.Offset - int64 (chance.Between(0, 100)))
    | 2, ValueSome former -> at former.Id (bytesOf former.Until - int64 (chance.Between(0, 100)))
    | 3, _ -> at history.Id (bytesOf history.Offset + int64 (chance.Between(-2000, 2000)))
    | 4, _ -> at (identity chance) (bytesOf history.Offset)
    | _ -> ValueNone

let private settings (chance: Chance) dialect credentials history : Settings =
    let sometimes value =
        if chance.OnceIn 4 then ValueSome value else ValueNone

    let base6 =
        { Settings.Default with
            Dialect = dialect
            Credentials = credentials
            ListeningPort = chance.Between(0, 65535)
            Destination =
                if chance.OnceIn 6 then
                    Destination.Pipe
                else
                    Destination.File
            Timeout = chance.Pick [ 12; 15; 20 ]
            ReplyTimeout = chance.Pick [ 4; 5 ]
            HandshakeTimeout = chance.Pick [ 40; 60 ]
            PreparationTimeout = sometimes 40
            Retry =
                {
                    Attempts = chance.Between(1, 4)
                    FirstPause = chance.Between(1, 3)
                    LongestPause = chance.Between(1, 10)
                    Seed = chance.Next()
                }
        }

    if dialect = Dialect.Redis6 then
        { base6 with
            AnnouncedPort = sometimes 7104
            AnnouncedAddress = sometimes "replica.example"
            RdbOnly = chance.OnceIn 4
            Resume = resume chance history
        }
    else
        base6

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
            | Destination.Pipe -> [ FileStep.Write ]
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
    let history = history chance
    let users, credentials, granted = access chance dialect era
    let mark = EofMark.TryParse(chance.Digits 40) |> ValueOption.get
    let chunk = chance.Pick [ 1; 7; 60; 1000; 100000 ]

    let plan =
        {
            Seed = seed
            Settings = settings chance dialect credentials history
            Master =
                { MasterSettings.Of(era, history) with
                    Users = users
                    Diskless = chance.OnceIn 2
                }
            Snapshot = snapshot chance mark size
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
