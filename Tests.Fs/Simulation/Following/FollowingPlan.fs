namespace HybridReplica.Tests.Simulation.Following

open HybridReplica.Core

/// Everything about a conversation that is settled before it begins. Times are milliseconds.
type FollowingPlan =
    {
        Seed: uint64
        Settings: Settings
        Master: MasterSettings
        /// What is in the history from the beginning.
        Known: Truth
        /// What happens, and when.
        Happenings: (int64 * Happening) list
        /// Seconds between two signs of life from the master.
        PingPeriod: int
        /// Most bytes that arrive at once, and most time between two arrivals.
        Chunk: int
        Latency: int
        /// Most time that the disk takes to sync.
        DiskTime: int
        /// Bytes that may wait for the consumer.
        Spool: int
        /// Most bytes that the consumer takes at once, and most time between two times.
        Bite: int
        Pace: int
        /// How often the consumer takes something before it acknowledges, on average. None: not before the end.
        Diligence: int voption
        /// Whether the consumer says what is on disk, and not only what is applied.
        SaysDurable: bool
    }

    /// When the last thing has happened.
    member this.Quiet: int64 =
        this.Happenings
        |> List.map (fun (time, happening) ->
            match happening with
            | Happening.Frozen seconds
            | Happening.Unreachable seconds
            | Happening.Unwilling(_, seconds)
            | Happening.Overslept seconds
            | Happening.Died seconds -> time + int64 seconds * 1000L
            | _ -> time)
        |> List.fold max 0L

    /// Whether something of a kind happens.
    member this.Holds(isOfKind: Happening -> bool) : bool =
        List.exists (snd >> isOfKind) this.Happenings
