namespace HybridReplica.Tests.Simulation

open HybridReplica.Core

/// Deals out the mishaps of a plan, attempt by attempt, and remembers which of them struck in the last one.
type Misfortune(chance: Chance, plan: Plan) =
    let mutable attempt = 0
    let mutable struck: Mishap list = []

    let count mishap =
        struck |> List.filter ((=) mishap) |> List.length

    let strike mishap = struck <- mishap :: struck

    // The first mishap of this attempt that the function finds something in.
    let find choose =
        plan.Mishaps
        |> List.filter (fun (_, attempts) -> attempt <= attempts)
        |> List.tryPick (fun (mishap, _) ->
            match choose mishap with
            | ValueSome found ->
                strike mishap
                Some found
            | ValueNone -> None)
        |> ValueOption.ofOption

    /// Another connection is dialled.
    member _.BeginAttempt() : unit =
        attempt <- attempt + 1
        struck <- []

    /// What struck in this attempt.
    member _.Struck = List.distinct struck

    /// What becomes of a piece on the wire. Nothing happens twice in one attempt.
    member _.OnTheWire(piece: MasterPiece) : (uint64 * WireFault) voption =
        find (fun mishap ->
            match mishap with
            | Mishap.OnTheWire(other, point, fault) when other = piece && count mishap = 0 -> ValueSome(point, fault)
            | _ -> ValueNone)

    /// What becomes of a step about a file. A full disk is noticed at one write or another.
    member _.OnDisk(step: FileStep) : FileTrouble voption =
        find (fun mishap ->
            match mishap with
            | Mishap.OnDisk(FileStep.Write, trouble, _) when step = FileStep.Write && chance.OnceIn 3 ->
                ValueSome trouble
            | Mishap.OnDisk(FileStep.Write, _, _) -> ValueNone
            | Mishap.OnDisk(other, trouble, times) when other = step && count mishap < times -> ValueSome trouble
            | _ -> ValueNone)

    /// What becomes of a connection that is dialled.
    member _.OnDial: Mishap voption =
        find (fun mishap ->
            match mishap with
            | Mishap.Unreachable _
            | Mishap.Unanswered -> ValueSome mishap
            | _ -> ValueNone)

    /// What keeps the master from serving.
    member _.Condition: MasterCondition =
        find (fun mishap ->
            match mishap with
            | Mishap.Unwilling condition -> ValueSome condition
            | _ -> ValueNone)
        |> ValueOption.defaultValue MasterCondition.Ready
