namespace HybridReplica.Core

/// What a master does next in its conversation with one client: the other side of `Replica.transition`, by the same
/// rules. What all connections of a master have in common is its history, which its host keeps and `MasterStream`
/// writes.
[<RequireQualifiedAccess>]
module Master =

    open MasterAnswers
    open MasterSaving
    open MasterFeeding

    let private commandsOf (era: MasterEra) =
        [
            "ping"
            "auth"
            "replconf"
            "sync"
            if era.KnowsPsync then
                "psync"
        ]

    let private fill (name: string) value (template: string) =
        template.Replace("{" + name + "}", value)

    let private unknown (era: MasterEra) command (arguments: string list) =
        let told argument =
            fill "argument" argument era.UnknownArgument

        fill "command" command era.UnknownCommand
        + String.concat "" (List.map told arguments)

    let private isAllowed (user: MasterUser) name =
        match user.Commands with
        | ValueNone -> true
        | ValueSome commands -> name = "auth" || List.contains name commands

    // What stands in the way of a command that a user may run.
    let private hindrance (settings: MasterSettings) name =
        match settings.Condition, name with
        | MasterCondition.Loading, ("ping" | "psync" | "sync") ->
            ValueSome "LOADING Redis is loading the dataset in memory"
        | MasterCondition.ScriptRunning, ("ping" | "psync" | "sync") ->
            ValueSome "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
        | MasterCondition.DiskFailing, "ping" when settings.Era.PingTellsOfDisk ->
            ValueSome "MISCONF Redis is configured to save RDB snapshots, but is currently not able to persist on disk."
        | MasterCondition.LinkLost, ("psync" | "sync") -> ValueSome settings.Era.LinkLost
        | _ -> ValueNone

    // Why a command is not run, in the order in which `processCommand` looks.
    let private refusal (state: MasterState) command arguments =
        let era = state.Settings.Era
        let name = (command: string).ToLowerInvariant()

        match state.User with
        | _ when not (List.contains name (commandsOf era)) -> ValueSome(unknown era command arguments)
        | ValueNone when name <> "auth" -> ValueSome era.AuthenticationNeeded
        | ValueSome user when not (isAllowed user name) ->
            ValueSome(era.CommandDenied |> fill "user" user.Name |> fill "command" name)
        | _ -> hindrance state.Settings name

    let private run (command: string) arguments (state: MasterState) =
        match command.ToLowerInvariant(), arguments with
        | "ping", [] -> say "+PONG" state
        | "auth", [ password ] -> authenticateDefault password state
        | "auth", [ user; password ] when state.Settings.Era.KnowsUsers -> authenticate user password state
        | "replconf", ("ack" | "ACK") :: _ -> state, []
        | "replconf", pairs -> configure pairs state
        | "psync", [ id; first ] -> psync id first state
        | "sync", [] -> fullResync false state
        | name, _ -> refuse $"ERR wrong number of arguments for '{name}' command" state

    let private answer words state =
        match words with
        | [] -> state, []
        | command :: arguments ->
            match refusal state command arguments with
            | ValueSome error -> refuse error state
            | ValueNone -> run command arguments state

    let private greet (state: MasterState) =
        match state.Settings.Condition with
        | MasterCondition.Crowded -> refuse "ERR max number of clients reached" state |> hangUp
        | _ ->
            { state with
                Phase = MasterPhase.Answering
            },
            []

    /// From the state the master is in and the thing that just happened, to the state it goes to and what its host must
    /// do about it, in order. Total: any event in any state has an answer. A replica that was promised a snapshot is
    /// heard, and not answered any more.
    [<CompiledName "Transition">]
    let transition (state: MasterState, event: MasterEvent) : MasterState * MasterCommand list =
        match state.Phase, event with
        | MasterPhase.Closed, _ -> state, []
        | MasterPhase.Listening, MasterEvent.Accepted -> greet state
        | MasterPhase.Answering, MasterEvent.Asked words -> answer words state
        | MasterPhase.Answering, MasterEvent.Garbled trouble -> refuse $"ERR {trouble}" state |> hangUp
        | (MasterPhase.Delaying _ | MasterPhase.Saving _), MasterEvent.Ticked seconds -> tick seconds state
        | MasterPhase.Online, MasterEvent.Ticked seconds -> wait seconds state
        | MasterPhase.Sending framing, MasterEvent.SnapshotSent -> comeOnline framing state
        | _, MasterEvent.Replicated(history, added) -> feed history added state
        | (MasterPhase.Delaying _ | MasterPhase.Saving _ | MasterPhase.Sending _ | MasterPhase.Online),
          MasterEvent.Asked words -> hear words state
        | (MasterPhase.Delaying _ | MasterPhase.Saving _ | MasterPhase.Sending _ | MasterPhase.Online),
          MasterEvent.Garbled _ -> hangUp (state, [])
        | _ -> state, []
