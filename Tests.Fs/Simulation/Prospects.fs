/// What may come of a conversation, given which mishaps struck in its last attempt.
module HybridReplica.Tests.Simulation.Prospects

open HybridReplica.Core

/// Whatever is found on the wire, neither our disk nor our shell is to blame for it.
let private outside =
    [
        Blame.Network
        Blame.MasterRefused
        Blame.MasterBroke
        Blame.MasterSilent
        Blame.Corrupt
    ]

let private ofUnwilling (plan: Plan) condition =
    let isLenient = plan.Settings.Dialect = Dialect.Redis26Lenient

    let isGuarded =
        plan.Master.Users
        |> List.exists (fun user -> user.Name = "default" && ValueOption.isSome user.Password)

    match condition with
    | MasterCondition.Ready -> Prospect.Success
    // PING is the only step that tells of it, and not to strangers.
    | MasterCondition.DiskFailing when isLenient || isGuarded || not plan.Master.Era.PingTellsOfDisk -> Prospect.Success
    // The master hangs up behind its line. Whoever reads on after the line finds that out.
    | MasterCondition.Crowded when isLenient -> Prospect.Failure [ Blame.MasterRefused; Blame.Network ]
    | MasterCondition.CannotSave when ValueOption.isSome plan.Settings.Resume ->
        Prospect.Doubt [ Blame.MasterRefused; Blame.Network ]
    | MasterCondition.CannotSave when plan.IsPsync -> Prospect.Failure [ Blame.MasterRefused; Blame.Network ]
    | MasterCondition.CannotSave
    | MasterCondition.Crowded
    | MasterCondition.Loading
    | MasterCondition.LinkLost
    | MasterCondition.DiskFailing
    | MasterCondition.ScriptRunning -> Prospect.Failure [ Blame.MasterRefused ]

let private ofWire (plan: Plan) piece fault =
    match fault, piece with
    | WireFault.Cut _, _ -> Prospect.Failure [ Blame.Network ]
    | WireFault.Stall seconds, _ when seconds > plan.Settings.Timeout -> Prospect.Failure [ Blame.MasterSilent ]
    // The masters of 2.6 let ten seconds pass between two newlines, which leaves little room.
    | WireFault.Stall _, _ when plan.Master.Era.NewlinePeriod > 1 -> Prospect.Doubt [ Blame.MasterSilent ]
    | WireFault.Stall _, _ -> Prospect.Success
    | WireFault.Flip, MasterPiece.Snapshot -> Prospect.Doubt [ Blame.Corrupt ]
    | WireFault.Flip, _
    | WireFault.Garbage _, _ -> Prospect.Doubt outside

let private ofOne (plan: Plan) mishap =
    match mishap with
    | Mishap.Unreachable _
    | Mishap.Unanswered -> Prospect.Failure [ Blame.Network ]
    | Mishap.Unwilling condition -> ofUnwilling plan condition
    | Mishap.OnTheWire(piece, _, fault) -> ofWire plan piece fault
    | Mishap.OnDisk(FileStep.Create, _, times) when times < Limits.TemporaryTries -> Prospect.Success
    | Mishap.OnDisk _ -> Prospect.Failure [ Blame.Disk ]

let private blames (plan: Plan) mishap =
    match mishap, ofOne plan mishap with
    | _, Prospect.Failure blames
    | _, Prospect.Doubt blames -> blames
    // Harmless alone, and perhaps not with another.
    | Mishap.OnTheWire _, Prospect.Success -> [ Blame.MasterSilent ]
    | Mishap.OnDisk _, Prospect.Success -> [ Blame.Disk ]
    | _, Prospect.Success -> []

// What happens while the temporary file is removed comes after everything that decides.
let private isTidying mishap =
    match mishap with
    | Mishap.OnDisk(FileStep.Delete, _, _) -> true
    | _ -> false

/// What may come of the plan when these struck.
let after (plan: Plan) (struck: Mishap list) : Prospect =
    match struck |> List.filter (not << isTidying) with
    | [] -> plan.Untroubled
    | [ one ] -> ofOne plan one
    | many -> Prospect.Doubt(many |> List.collect (blames plan) |> List.distinct)
