namespace HybridReplica.Tests.Archive.Simulation

open System
open HybridReplica.Core

/// How a life of the process ends without its doing.
[<RequireQualifiedAccess>]
type Death =
    | OfProcess
    | OfPower

/// Deals out the mishaps of a plan as their times come.
type Calamity(plan: ArchivingPlan) =
    let mutable ahead = plan.Mishaps
    // After how many operations on the disk, and for how many seconds.
    let mutable death: struct (Death * int * int) voption = ValueNone
    let mutable strikes: (DiskOperation * FileTrouble) list = []
    let mutable roomAt = Int64.MaxValue
    let mutable stop: int voption = ValueNone
    let mutable isTroubled = false

    let befall now (disk: FaultyDisk) mishap =
        match mishap with
        | Mishap.Killed(operations, seconds) -> death <- ValueSome(struct (Death.OfProcess, operations, seconds))
        | Mishap.PowerLost(operations, seconds) -> death <- ValueSome(struct (Death.OfPower, operations, seconds))
        | Mishap.Struck(operation, trouble) -> strikes <- (operation, trouble) :: strikes
        | Mishap.Filled(spare, seconds) ->
            disk.Fill spare
            isTroubled <- true
            roomAt <- now + int64 seconds * 1000L
        | Mishap.Stopped seconds -> stop <- ValueSome seconds

    /// What becomes of an operation on the disk. Raises `ProcessDied` if it is the last of this life.
    member _.Meet(operation: DiskOperation) : FileTrouble voption =
        match death with
        | ValueSome(struct (_, 0, _)) -> raise ProcessDied
        | ValueSome(struct (kind, left, seconds)) -> death <- ValueSome(struct (kind, left - 1, seconds))
        | ValueNone -> ()

        match List.tryFind (fun (struck, _) -> struck = operation) strikes with
        | Some(_, trouble as strike) ->
            strikes <- List.except [ strike ] strikes
            isTroubled <- true
            ValueSome trouble
        | None -> ValueNone

    /// It is that late now.
    member _.Pass(now: int64, disk: FaultyDisk) : unit =
        while not ahead.IsEmpty && fst ahead.Head <= now do
            befall now disk (snd ahead.Head)
            ahead <- ahead.Tail

        if now >= roomAt then
            disk.MakeRoom()
            roomAt <- Int64.MaxValue

    /// Nothing goes wrong any more.
    member _.End(disk: FaultyDisk) : unit =
        death <- ValueNone
        strikes <- []
        disk.MakeRoom()
        roomAt <- Int64.MaxValue

    /// Why this life is over, and for how many seconds, if it is by one of these.
    member _.TakeDeath() : struct (Death * int) voption =
        match death with
        | ValueSome(struct (kind, 0, seconds)) ->
            death <- ValueNone
            ValueSome(struct (kind, seconds))
        | _ -> ValueNone

    /// Whether the disk failed since this was asked last, or is full.
    member _.TakeTrouble() : bool =
        let was = isTroubled
        isTroubled <- roomAt < Int64.MaxValue
        was

    /// For how many seconds somebody wants it to stop, if somebody does.
    member _.TakeStop() : int voption =
        let wanted = stop
        stop <- ValueNone
        wanted
