namespace HybridReplica.Core

/// How the end of a snapshot is told.
[<RequireQualifiedAccess>]
type MasterFraming =
    /// `$<length>` in front.
    | Counted
    /// `$EOF:<mark>` in front, and the mark behind.
    | Marked

/// What a master's host can report about one connection.
[<RequireQualifiedAccess>]
type MasterEvent =
    /// Somebody connected.
    | Accepted
    /// A request, as `MasterRequest` reads it.
    | Asked of words: string list
    /// Bytes that are no request.
    | Garbled of trouble: string
    /// Whole seconds have passed.
    | Ticked of seconds: int
    /// The snapshot is sent, the mark included.
    | SnapshotSent
    /// The history is this now. The bytes that were added to it, one character each, are none where it changed
    /// otherwise.
    | Replicated of history: MasterHistory * added: string

/// What a master's host is to do, in order.
[<RequireQualifiedAccess>]
type MasterCommand =
    /// Send a line; its line end is not included.
    | Say of line: string
    /// Send a bare newline: the master is alive and still at work.
    | SendNewline
    /// The history all connections share is to be deselected (`MasterStream.deselect`).
    | Deselect
    /// Send a snapshot, its announcement in front. Answered by `SnapshotSent`. It is to hold the data at this position
    /// of the history; since 4.0 it names it (`repl-id`, `repl-offset`, `repl-stream-db`).
    | SendSnapshot of framing: MasterFraming * position: Position
    /// Send bytes of the stream, one character each.
    | SendStream of bytes: string
    /// Close the connection once all is sent.
    | HangUp

/// What becomes of the stream on a connection.
[<RequireQualifiedAccess>]
type MasterFeed =
    /// It does not concern this client.
    | Off
    /// It is kept for later: these bytes, one character each.
    | Held of bytes: string
    /// It is sent as it comes.
    | Flowing

/// Where a master is in its conversation with one client.
[<RequireQualifiedAccess>]
type MasterPhase =
    /// Nobody is there yet.
    | Listening
    /// Somebody asks, and is answered (a replica in none of the `SLAVE_STATE_…`).
    | Answering
    /// A snapshot will be saved in so many seconds; `promise` says whether `+FULLRESYNC` is still to be said
    /// (`SLAVE_STATE_WAIT_BGSAVE_START`).
    | Delaying of seconds: int * promise: bool
    /// A snapshot is being saved for so many seconds more (`SLAVE_STATE_WAIT_BGSAVE_END`).
    | Saving of seconds: int
    /// A snapshot is on its way (`SLAVE_STATE_SEND_BULK`).
    | Sending of framing: MasterFraming
    /// The replica has the snapshot or needs none (`SLAVE_STATE_ONLINE`).
    | Online
    /// It is over.
    | Closed

/// All that a master knows about one connection.
type MasterState =
    {
        /// What it was told.
        Settings: MasterSettings
        /// Where it is.
        Phase: MasterPhase
        /// Who the client is. None: it has yet to say.
        User: MasterUser voption
        /// Whether the client can tell the end of a snapshot by a mark (`capa eof`).
        TakesMark: bool
        /// Whether the client knows that histories change their ids (`capa psync2`).
        TakesHistoryName: bool
        /// Whether the client wants nothing after the snapshot (`rdb-only 1`).
        RdbOnly: bool
        /// Whether it asked with PSYNC, and so is to acknowledge. Others are `CLIENT_PRE_PSYNC`.
        UsesPsync: bool
        /// What was replicated, as far as this connection was told.
        History: MasterHistory
        /// Where in it the snapshot begins that is saved or sent.
        SavedAt: Position
        /// What becomes of the stream.
        Feed: MasterFeed
        /// The highest offset the replica acknowledged (`repl_ack_off`).
        Acknowledged: Offset
        /// The highest offset it has on disk, as it says (`repl_aof_off`, since 7.2).
        Durable: Offset
        /// Seconds since its last sign of life (`repl_ack_time`).
        Silence: int
    }

    /// A master nobody has connected to.
    static member Initial(settings: MasterSettings) : MasterState =
        let isOpen (user: MasterUser) =
            user.Name = "default" && user.Password.IsNone

        {
            Settings = settings
            Phase = MasterPhase.Listening
            User = settings.Users |> List.tryFind isOpen |> ValueOption.ofOption
            TakesMark = false
            TakesHistoryName = false
            RdbOnly = false
            UsesPsync = false
            History = settings.History
            SavedAt = Position.AtFullResync(settings.History.Id, settings.History.Offset)
            Feed = MasterFeed.Off
            Acknowledged = Offset 0L
            Durable = Offset 0L
            Silence = 0
        }
