namespace HybridReplica.Tests.Archive.Simulation

open HybridReplica.Core
open HybridReplica.Tests.Simulation.Following

/// What happens to the machine that archives.
[<RequireQualifiedAccess>]
type Mishap =
    /// The process dies so many operations on the disk later, and is there again after so many seconds. The disk keeps
    /// all that was written.
    | Killed of operations: int * seconds: int
    /// The power fails so many operations on the disk later, and is there again after so many seconds. The disk keeps
    /// all that was synced, and any of the rest.
    | PowerLost of operations: int * seconds: int
    /// The next operation of that kind fails.
    | Struck of operation: DiskOperation * trouble: FileTrouble
    /// There is room for so many more bytes, for so many seconds.
    | Filled of spare: int * seconds: int
    /// Somebody asks to stop, and starts again after so many seconds.
    | Stopped of seconds: int

/// Everything about a run that is settled before it begins. Times are milliseconds.
type ArchivingPlan =
    {
        Following: FollowingPlan
        /// What happens to the machine, and when.
        Mishaps: (int64 * Mishap) list
        /// Least time between two entries of an index.
        Stamps: int64
        /// Whether what takes long is done at once and only reported late, or done late.
        IsEager: bool
        /// Once in how many times a base cannot be fetched.
        Unfetched: int
    }

    member this.Seed = this.Following.Seed
    member this.Settings = this.Following.Settings
    member this.Archive = this.Following.Settings.Archive |> ValueOption.get

    /// When the last thing has happened.
    member this.Quiet: int64 =
        this.Mishaps
        |> List.map (fun (time, mishap) ->
            match mishap with
            | Mishap.Killed(_, seconds)
            | Mishap.PowerLost(_, seconds)
            | Mishap.Filled(_, seconds)
            | Mishap.Stopped seconds -> time + int64 seconds * 1000L
            | Mishap.Struck _ -> time)
        |> List.fold max this.Following.Quiet
