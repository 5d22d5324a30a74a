/// What holds at the end of every conversation in which a replica follows.
module HybridReplica.Tests.Simulation.Following.FollowingJudgement

open HybridReplica.Core
open HybridReplica.Tests.Simulation

let private require rule holds =
    if not holds then
        raise (RuleBroken rule)

let private isNonsense happening =
    match happening with
    | Happening.Nonsense _
    | Happening.Garbage _ -> true
    | _ -> false

let private onFailed (plan: FollowingPlan) (host: Host) fault =
    let following = plan.Settings.Follow |> ValueOption.get
    let isPartialOnly = following.Policy = ResumePolicy.PartialOnly

    match fault with
    | Fault.Gap(wanted, _) ->
        require "only a gap that may not be jumped ends it" isPartialOnly

        require
            "what the master still has is no gap"
            (host.Link
             |> ValueOption.forall (fun link ->
                 not (MasterAnswers.canContinue (string wanted.Id) (bytesOf wanted.Offset + 1L) link.State.History)))
    | Fault.TooManyFullResyncs _ ->
        require "the full resyncs that are allowed were used" (host.Rules.FullResyncsLately = following.FullResyncs)
    | Fault.SnapshotCorrupt _ ->
        require
            "only damage of the same kind ends it"
            (plan.Holds(fun happening ->
                match happening with
                | Happening.Damaged(snapshots, _) -> snapshots > 1
                | _ -> false))
    | Fault.StreamMalformed _ ->
        require "the same place is tried twice" (host.Rules.WasBroken >= 2)
        require "only nonsense is malformed" (plan.Holds isNonsense)
        require "only who may not copy everything ends there" isPartialOnly
    | Fault.StepRefused(Step.Psync, _) ->
        // Before 4.0 a master without its own master answers as one does that does not know PSYNC.
        require "only who may not copy everything needs PSYNC" isPartialOnly

        require
            "only a master of old that has lost its own refuses PSYNC"
            (not plan.Master.Era.NamesHistory
             && plan.Holds(fun happening ->
                 match happening with
                 | Happening.Unwilling(MasterCondition.LinkLost, _) -> true
                 | _ -> false))
    | fault -> require $"{fault} is no reason to end" false

/// Looks at how a conversation ended.
let judge (plan: FollowingPlan) (host: Host) isOver (state: State) : Outcome =
    match state.Phase, host.Rules.Finished with
    | Phase.Ended outcome, ValueSome finished when outcome = finished ->
        match outcome with
        | Outcome.Stopped -> require "nobody stops unasked" isOver
        | Outcome.Failed fault -> onFailed plan host fault
        | other -> require $"who follows does not end with {other}" false

        outcome
    | _ -> raise (RuleBroken "who has ended says so, and how")
