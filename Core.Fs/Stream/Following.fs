namespace HybridReplica.Core

/// What to do about a position when a connection is made.
[<RequireQualifiedAccess>]
type ResumePolicy =
    /// Resume if the master can, and take a snapshot if it cannot.
    | PartialOrFull
    /// Resume, or end.
    | PartialOnly
    /// Take a snapshot, each time.
    | FullOnly

    /// The name people type: `partial-or-full`, `partial-only` or `full-only`.
    member this.Name =
        match this with
        | PartialOrFull -> "partial-or-full"
        | PartialOnly -> "partial-only"
        | FullOnly -> "full-only"

    override this.ToString() = this.Name

    /// All policies, the default first.
    static member All = [ PartialOrFull; PartialOnly; FullOnly ]

/// How a replica follows its master once it has joined it.
type Following =
    {
        /// What to do about a position.
        Policy: ResumePolicy
        /// Most full resyncs in a period: a master that cannot keep up with its replica, or a replica that cannot keep
        /// up with its master, would copy everything over and over again.
        FullResyncs: int
        /// That period, in seconds.
        Period: int
        /// Whether to ask for an empty snapshot instead of the data set (`REPLCONF rdb-filter-only ""`, since 7.0).
        FromNow: bool
        /// Whether the consumer wants the snapshot as well: its bytes are handed over in front of the stream.
        WantsSnapshot: bool
    }

    /// Five full resyncs an hour, and resume if possible.
    static member Default: Following =
        {
            Policy = ResumePolicy.PartialOrFull
            FullResyncs = 5
            Period = 3600
            FromNow = false
            WantsSnapshot = false
        }

/// Why everything has to be copied.
[<RequireQualifiedAccess>]
type FullResyncReason =
    /// There is no position to resume from.
    | NoPosition
    /// It was wanted like that.
    | Wanted
    /// The master does not have, or not any more, what comes behind the position.
    | PositionLost of position: Position
    /// The stream was broken twice at the same place.
    | StreamBroken of position: Position
    /// The master does not know PSYNC, and so does not say where in its history it stands.
    | NotResumable

    /// Why, in words for people.
    override this.ToString() =
        match this with
        | NoPosition -> "there is no position to resume from"
        | Wanted -> "it was asked for"
        | PositionLost position -> $"the master cannot go on from {position}"
        | StreamBroken position -> $"the stream was broken twice behind {position}"
        | NotResumable -> "the master does not know PSYNC"
