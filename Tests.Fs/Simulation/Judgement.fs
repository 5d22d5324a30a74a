/// What holds at the end of every conversation.
module HybridReplica.Tests.Simulation.Judgement

open HybridReplica.Core

let private require rule holds =
    if not holds then
        raise (RuleBroken rule)

/// Whether the snapshot carries a checksum.
let private isChecked (plan: Plan) =
    Array.exists ((<>) 0uy) plan.Snapshot[plan.Snapshot.Length - 8 ..]

/// Whether the master still has what the position lacks.
let private canResume (plan: Plan) (position: Position) =
    MasterAnswers.canContinue (string position.Id) (bytesOf position.Offset + 1L) plan.Master.History

let private onKept (plan: Plan) (shell: SimulatedShell) (rules: Rules) isClean (snapshot: Snapshot) =
    let kept =
        match plan.Settings.Destination with
        | Destination.File -> shell.Disk.Target
        | Destination.Pipe
        | Destination.Nowhere -> shell.Disk.Piped

    let isAsSent = kept = plan.Snapshot

    let isVerified, isTooOld =
        match snapshot.Verdict with
        | RdbVerdict.Verified _ -> true, false
        | RdbVerdict.Unchecked(_, absence) -> false, absence = ChecksumAbsence.TooOld
        | other -> raise (RuleBroken $"a snapshot that is {other} is not kept")

    require "the size is that of what was kept" (snapshot.Size = kept.LongLength)
    require "what is verified is as it was sent" (isAsSent || not isVerified)
    // A bit that turned over can make a snapshot say that it is from a time without checksums, and nothing else.
    require "a checksum that was sent is not overlooked" (isAsSent || isTooOld || not (isChecked plan))

    if isClean then
        require "an honest master's snapshot arrives as it was sent" isAsSent
        require "a checksum that was sent is verified" (isVerified = isChecked plan)

        let isResumable =
            match rules.LastRequest with
            | Request.Psync(ValueSome from) -> canResume plan from
            | _ -> false

        require "what an honest master still has is resumed from" (not isResumable)

        let promised =
            match rules.LastRequest with
            | Request.Psync _ -> ValueSome(Position.AtFullResync(plan.Master.History.Id, plan.Master.History.Offset))
            | _ -> ValueNone

        require "the position is the one that was promised" (snapshot.Position = promised)

/// Whether the replica's user may run REPLCONF, and so tell that it knows of changing ids.
let private mayConfigure (plan: Plan) =
    let isOurs (user: MasterUser) =
        plan.Settings.Credentials
        |> ValueOption.exists (fun credentials -> credentials.User = ValueSome user.Name)

    plan.Master.Users
    |> List.filter isOurs
    |> List.forall (fun user -> user.Commands |> ValueOption.forall (List.contains "replconf"))

let private onResumed (plan: Plan) isClean (position: Position) =
    match plan.Settings.Resume with
    | ValueNone -> require "only a position can be resumed from" false
    | ValueSome from ->
        let expected =
            if plan.Master.Era.NamesHistory && mayConfigure plan then
                { from with
                    Id = plan.Master.History.Id
                }
            else
                from

        require "an honest master goes on from what it has" (not isClean || canResume plan from)
        require "the position moves to the new id, and not otherwise" (not isClean || position = expected)

let private onStopped (rules: Rules) =
    match rules.StopIn with
    | ValueNone -> require "nobody stops unasked" false
    | ValueSome _ -> ()

let private onFailed (rules: Rules) fault =
    match fault with
    | Fault.File(FileStep.Create, _) -> require "all five tries were made" (rules.Tries = Limits.TemporaryTries)
    | _ -> ()

/// Too late to stop: the target is being replaced, or it is over.
let private isTooLate phase =
    match phase with
    | Phase.Publishing((PublishStep.Renaming | PublishStep.SyncingFolder), _) -> true
    | _ -> false

let private isAsPlanned (plan: Plan) (shell: SimulatedShell) outcome =
    match Prospects.after plan shell.Misfortune.Struck, outcome with
    | (Prospect.Success | Prospect.Doubt _), (Outcome.SnapshotKept _ | Outcome.Resumed _) -> true
    | (Prospect.Failure blames | Prospect.Doubt blames), Outcome.Failed fault ->
        List.contains (FaultTable.blame fault) blames
    | _ -> false

/// Looks at how a conversation ended, and at what it left behind.
let judge (plan: Plan) (old: byte[]) (shell: SimulatedShell) (rules: Rules) (outcome: Outcome) : unit =
    let isClean = shell.Misfortune.Struck.IsEmpty
    require "every connection was hung up" (not rules.IsLinked)
    require "no temporary file is in use any more" (not shell.Disk.HasTemporary)
    require "no temporary file is left without a word" (shell.Disk.LeftBehind = rules.LeftLogged)

    match rules.StopIn, outcome with
    | ValueSome phase, _ when not (isTooLate phase) ->
        require "whoever asks to stop is heard" (outcome = Outcome.Stopped)
    | _, Outcome.Stopped -> ()
    | _ -> require "the outcome follows from the plan" (isAsPlanned plan shell outcome)

    match outcome with
    | Outcome.SnapshotKept snapshot -> onKept plan shell rules isClean snapshot
    | Outcome.Resumed position -> onResumed plan isClean position
    | Outcome.Stopped -> onStopped rules
    | Outcome.Failed fault -> onFailed rules fault

    match outcome with
    | Outcome.SnapshotKept _ -> ()
    | Outcome.Failed(Fault.File(FileStep.SyncFolder, _)) ->
        require
            "the target is whole, though its name may be lost"
            (shell.Disk.Target = plan.Snapshot || not (isChecked plan))
    | _ -> require "the target is as it was" (shell.Disk.Target = old)
