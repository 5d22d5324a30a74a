namespace HybridReplica.Core

/// What a master adds to its history, and what becomes of that. Each character of a word stands for one byte. What adds
/// bytes gives the history and those bytes, which replicas are to be sent (`replicationFeedSlaves`).
[<RequireQualifiedAccess>]
module MasterStream =

    let private word (text: string) = $"${text.Length}\r\n{text}\r\n"

    let private array (words: string list) =
        $"*{words.Length}\r\n" + String.concat "" (List.map word words)

    // The bytes come last in the history; the oldest ones are forgotten beyond its bound (`feedReplicationBacklog`).
    let private append (bytes: string) (history: MasterHistory) =
        let kept = history.Backlog + bytes

        { history with
            Offset = Offset(history.Offset.Bytes + int64 bytes.Length)
            Backlog = kept.Substring(max 0 (kept.Length - history.BacklogSize))
        },
        bytes

    let private select (era: MasterEra) database (history: MasterHistory) =
        if history.Selected = ValueSome database then ""
        elif era.TypesSelect then $"select {database}\r\n"
        else array [ "SELECT"; string database ]

    // The commands with the selections that are needed in front of them.
    let private selecting era (commands: (int * string list) list) history =
        (("", history), commands)
        ||> List.fold (fun (bytes, history: MasterHistory) (database, words) ->
            bytes + select era database history + array words,
            { history with
                Selected = ValueSome database
            })

    /// A command, for a database.
    [<CompiledName "Write">]
    let write (era: MasterEra, database: int, words: string list, history: MasterHistory) : MasterHistory * string =
        let bytes, history = selecting era [ database, words ] history
        append bytes history

    /// Commands that belong together, each for a database (`propagatePendingCommands`, 7.0.15). One alone goes without
    /// its transaction in some eras, and none is nothing.
    [<CompiledName "Transact">]
    let transact (era: MasterEra, commands: (int * string list) list, history: MasterHistory) : MasterHistory * string =
        match commands with
        | [] -> history, ""
        | [ database, words ] when era.UnwrapsOne -> write (era, database, words, history)
        | (first, _) :: _ ->
            // MULTI selects the database of the first command, or none.
            let before, history =
                if era.SelectsInside then
                    "", history
                else
                    select era first history,
                    { history with
                        Selected = ValueSome first
                    }

            let bytes, history = selecting era commands history
            append (before + array [ "MULTI" ] + bytes + array [ "EXEC" ]) history

    /// A sign of life (`replicationCron`). It is for whichever database is selected.
    [<CompiledName "Ping">]
    let ping (era: MasterEra, history: MasterHistory) : MasterHistory * string = append (array [ era.Ping ]) history

    /// Asks replicas how much they applied (`replicationSendAck`, `replicationCron`). Nothing, before that was known.
    [<CompiledName "Ask">]
    let ask (era: MasterEra, history: MasterHistory) : MasterHistory * string =
        if era.Asks then
            append (array [ "REPLCONF"; "GETACK"; "*" ]) history
        else
            history, ""

    /// Bytes that are whatever they are: what a master passes on that is a replica itself, or nonsense.
    [<CompiledName "PassOn">]
    let passOn (bytes: string, history: MasterHistory) : MasterHistory * string = append bytes history

    /// The next command has to select its database, as a full sync has begun (`replicationSetupSlaveForFullResync`).
    [<CompiledName "Deselect">]
    let deselect (history: MasterHistory) : MasterHistory = { history with Selected = ValueNone }

    /// The replica with this history becomes a master, under a new id (`shiftReplicationId`). Before 4.0 nothing
    /// connects the new id with the old one.
    [<CompiledName "FailOver">]
    let failOver (era: MasterEra, id: ReplicationId, history: MasterHistory) : MasterHistory =
        if era.NamesHistory then
            { history with
                Id = id
                Former =
                    ValueSome
                        {
                            Id = history.Id
                            Until = history.Offset
                        }
                Selected = ValueNone
            }
        else
            { MasterHistory.Without(id, history.Offset) with
                BacklogSize = history.BacklogSize
            }

    /// Nothing is kept but the end (`resizeReplicationBacklog`).
    [<CompiledName "Forget">]
    let forget (history: MasterHistory) : MasterHistory = { history with Backlog = "" }

    /// A new history begins where the old one ended, and nothing connects the two (`replicationCron`, once nobody was
    /// there for `repl-backlog-ttl`).
    [<CompiledName "StartOver">]
    let startOver (id: ReplicationId, history: MasterHistory) : MasterHistory =
        { MasterHistory.Without(id, history.Offset) with
            BacklogSize = history.BacklogSize
        }
