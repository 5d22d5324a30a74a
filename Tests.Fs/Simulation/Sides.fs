/// Draws the two sides of a conversation: what the master has and demands, and what the replica is told.
module HybridReplica.Tests.Simulation.Sides

open HybridReplica.Core

let private identity (chance: Chance) =
    ReplicationId.TryParse(chance.Digits 40) |> ValueOption.get

/// What the master has replicated.
let history (chance: Chance) : MasterHistory =
    let offset = int64 (chance.Between(0, 1_000_000))

    { MasterHistory.Without(identity chance, Offset offset) with
        Backlog = String.replicate (int (min offset (int64 (chance.Between(0, 1001))))) "\n"
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

/// A snapshot of a few keys, with values of at most so many bytes, some of which look like the mark.
let snapshot (chance: Chance) (mark: EofMark) size =
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
let access (chance: Chance) dialect (era: MasterEra) =
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
    // The first byte that is kept, and the last that is not.
    | 5, _ -> at history.Id (history.BacklogFrom - int64 (chance.Between(1, 2)))
    | _ -> ValueNone

/// What the replica is told.
let settings (chance: Chance) dialect credentials history : Settings =
    let sometimes value =
        if chance.OnceIn 4 then ValueSome value else ValueNone

    let common =
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
        let port = sometimes 7104

        { common with
            AnnouncedPort = port
            AnnouncedAddress = sometimes "replica.example"
            AnnouncedVersion = port |> ValueOption.map (fun _ -> "9.1.0")
            RdbOnly = chance.OnceIn 4
            Resume = resume chance history
        }
    else
        common
