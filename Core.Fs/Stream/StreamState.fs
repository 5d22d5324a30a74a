namespace HybridReplica.Core

/// What a replica knows of the stream it follows. It outlives the connection.
type StreamState =
    {
        /// What the history is called now.
        Id: ReplicationId
        /// What it was called before, the latest first.
        EarlierIds: ReplicationId list
        /// How far the stream has been looked at.
        Scan: StreamScan
        /// Whether the master said where in its history the stream began. What SYNC brought cannot be resumed.
        IsResumable: bool
        /// Whether a mark ended the snapshot: then the master waits for a word before it starts the stream
        /// (`replicaStartCommandStream`, 7.0.15). Masters of 2.6 know neither marks nor acknowledgements, and put an
        /// error into the stream for each of these (`replconfCommand`, 2.6.17).
        IsMarked: bool
        /// How much the consumer has applied. None: nothing yet.
        Applied: Offset voption
        /// How much of that the consumer has on disk. None: it does not say.
        Durable: Offset voption
        /// How much the master asked for and was not given yet.
        Wanted: Offset voption
        /// Bytes that come again because the stream was resumed in front of what was received.
        Repeated: int64
        /// Whether the stream has to be handed over again from the safe position on.
        MustRewind: bool
        /// Whether this connection brought anything.
        IsAlive: bool
        /// The safe end behind which the stream was broken last.
        BrokenAt: Offset voption
    }

    /// The stream behind a position.
    static member internal At(position: Position, isResumable: bool, applied: Offset voption) : StreamState =
        {
            Id = position.Id
            EarlierIds = []
            Scan = StreamScan.At position
            IsResumable = isResumable
            IsMarked = false
            Applied = applied
            Durable = ValueNone
            Wanted = ValueNone
            Repeated = 0L
            MustRewind = false
            IsAlive = false
            BrokenAt = ValueNone
        }

    /// What may be acknowledged and stored: the end of the last command outside of transactions.
    member this.SafePosition = this.Scan.SafePosition this.Id

    /// Whether the history is, or was, called by that id.
    member internal this.Knows(id: ReplicationId) =
        id = this.Id || List.contains id this.EarlierIds

    // When every change is acknowledged, what is left is SELECT, PING and REPLCONF, and there is nothing to do about
    // these: they acknowledge themselves.
    member private this.UpTo(limit: Offset, acknowledged: Offset voption) : Offset voption =
        acknowledged
        |> ValueOption.map (fun offset ->
            if offset >= this.Scan.Changed then
                max offset limit
            else
                offset)

    /// How much counts as applied now: what needs nothing to be done counts too, behind the last change. None: nothing.
    member this.SettledApplied = this.UpTo(this.Scan.Safe, this.Applied)

    /// How much counts as being on disk now. None: nobody says so.
    member this.SettledDurable = this.UpTo(this.Scan.Safe, this.Durable)

    /// The same, about to be told to the master. What it was told is not taken back by the change that comes next.
    member internal this.Told(limit: Offset) : StreamState =
        { this with
            Applied = this.UpTo(limit, this.Applied)
            Durable = this.UpTo(limit, this.Durable)
        }

    /// What the master is told: how much was applied, and how much of it is on disk.
    member internal this.Acknowledgement: Request =
        if this.IsResumable then
            Request.Ack(ValueOption.defaultValue (Offset 0L) this.Applied, this.Durable)
        else
            // Where we are in a history that we do not know, nobody can say.
            Request.Ack(Offset 0L, ValueNone)

    /// The same, if the master still waits for something, and otherwise without what it waited for.
    member internal this.WithoutWhatIsGiven: StreamState =
        let has settled =
            match this.Wanted, settled with
            | ValueSome wanted, ValueSome given -> given >= wanted
            | _ -> false

        // Who has never said what is on disk is not waited for.
        if has this.SettledApplied && (this.Durable.IsNone || has this.SettledDurable) then
            { this with Wanted = ValueNone }
        else
            this

    /// The stream looked at a little further.
    member internal this.Advance(scan: StreamScan) : StreamState =
        { this with
            Scan = scan
            IsAlive = true
        }

    /// The stream as it was at the safe position.
    member internal this.Rewound: StreamState =
        let beginning = StreamScan.At this.SafePosition

        { this with
            Scan = beginning.WithChanged(min this.Scan.Changed this.Scan.Safe)
            Repeated = 0L
            MustRewind = true
        }
