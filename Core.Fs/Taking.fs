namespace HybridReplica.Core

/// Verbs of the replica from the announcement of the snapshot until it is in its place.
module internal Taking =

    open Endings

    // Whether a master that does not know PSYNC sends anything at all shows here first.
    let private sayThatAllComes (state: State) =
        if state.Promised.IsNone then
            tell (Notice.FullResync FullResyncReason.NotResumable) state
        else
            []

    /// Weighs the line that announces the snapshot, or a newline from a master that is still writing it.
    let announce reply (state: State) =
        let state = heard state

        match reply with
        | Reply.Blank -> state, []
        | Reply.Snapshot(Remainder.Counted bytes) when bytes > 0L && bytes < int64 Limits.RdbHeadLength ->
            fail (Fault.SnapshotCorrupt(RdbVerdict.TooShort bytes)) state
        | Reply.Snapshot(Remainder.Counted bytes) when bytes <= 0L -> fail (Fault.MalformedPreamble reply) state
        | Reply.Snapshot framing ->
            enter (Phase.ReadingHead framing) state,
            Command.Log(LogEvent.SnapshotAnnounced framing) :: sayThatAllComes state
            @ tell (Notice.SnapshotStarted framing) state
        | other -> fail (Handshake.judgePreamble other) state

    /// Begins to take the snapshot, if it is one.
    let receive framing version (state: State) =
        match version with
        | ValueNone -> fail (Fault.SnapshotCorrupt RdbVerdict.NotRdb) state
        | ValueSome version ->
            let transfer =
                {
                    Framing = framing
                    Version = version
                    Taken = 0L
                    Unsynced = 0L
                }

            enter (Phase.Receiving transfer) (heard state), []

    /// The snapshot is here. Who wants nothing else does not need the master any more.
    let complete (transfer: Transfer) (state: State) =
        let hangUp, link =
            if state.IsFollowing then
                [], state.Link
            else
                [ Command.HangUp ], state.Link + 1

        { enter (Phase.Checking transfer) (heard state) with
            Link = link
        },
        hangUp
        @ [ Command.Log(LogEvent.SnapshotReceived transfer.Taken); Command.CheckSnapshot ]

    /// The snapshot names the database in which its stream begins.
    let noteDatabase database (state: State) =
        { state with
            StreamDatabase = ValueSome database
        },
        []

    /// The connection is gone, but what it brought is whole: first things first.
    let cutOff fault (state: State) =
        { state with
            Link = state.Link + 1
            CutOff = ValueSome fault
        },
        [ Command.HangUp ]

    let private arrive snapshot (state: State) =
        if state.IsFollowing then
            Streaming.beginBehind snapshot state
        else
            finish (Outcome.SnapshotKept snapshot) state

    let private isLast bytes (transfer: Transfer) =
        transfer.Remainder = Remainder.Counted(int64 bytes)

    /// Snapshot bytes are at the front of the window: all of them go to the target, and to a consumer who wants them.
    let take bytes (transfer: Transfer) (state: State) =
        let unsynced = transfer.Unsynced + int64 bytes

        let isDue =
            unsynced >= Limits.SyncStride && state.Settings.Destination = Destination.File

        let taken =
            { transfer with
                Taken = transfer.Taken + int64 bytes
                Unsynced = if isDue then 0L else unsynced
            }

        let next =
            if isLast bytes transfer then
                complete taken state
            else
                enter (Phase.Receiving taken) (heard state), []

        next
        |> after
            [
                Command.Take bytes
                if state.Settings.WantsSnapshot then
                    Command.Deliver bytes
                if isDue then
                    Command.SyncBehind
            ]

    let private keep snapshot (state: State) =
        match state.Settings.Destination with
        | Destination.File -> enter (Phase.Publishing(PublishStep.Syncing, snapshot)) state, [ Command.Sync ]
        | Destination.Pipe
        | Destination.Nowhere -> arrive snapshot state

    /// Keeps a snapshot that is what was sent, or that carries no checksum and may be.
    let weighSnapshot verdict (transfer: Transfer) (state: State) =
        let snapshot =
            {
                Position = state.SnapshotPosition
                Size = transfer.Taken
                Framing = transfer.Framing
                Verdict = verdict
            }

        match verdict with
        | RdbVerdict.Verified _ -> keep snapshot state
        | RdbVerdict.Unchecked _ -> keep snapshot state |> after [ Command.Log(LogEvent.SnapshotUnchecked verdict) ]
        | RdbVerdict.ChecksumMismatch _
        | RdbVerdict.EndMissing _
        | RdbVerdict.NotRdb
        | RdbVerdict.TooShort _ -> fail (Fault.SnapshotCorrupt verdict) state

    /// The temporary file is on disk.
    let synced snapshot state =
        enter (Phase.Publishing(PublishStep.Renaming, snapshot)) state, [ Command.Rename ]

    /// The temporary file is the target.
    let renamed snapshot (state: State) =
        { enter (Phase.Publishing(PublishStep.SyncingFolder, snapshot)) state with
            HasTemporary = false
        },
        [ Command.SyncFolder ]

    /// The target is what it should be, and will be so after a power failure.
    let published snapshot state = arrive snapshot state
