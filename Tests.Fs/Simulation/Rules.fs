namespace HybridReplica.Tests.Simulation

open System
open HybridReplica.Core

/// A rule did not hold in a conversation.
exception RuleBroken of rule: string

/// What holds at every step of every conversation, whatever goes wrong in it.
type Rules(plan: Plan, shell: SimulatedShell) =
    let mutable finished: Outcome voption = ValueNone
    let mutable isLinked = false
    let mutable isAsked = false
    let mutable dials = 0
    let mutable tries = 0
    let mutable sinceTry = 0
    let mutable pauseLeft = 0
    let mutable lastTick = 0
    let mutable lastRequest = Request.Ping
    let mutable stopIn: Phase voption = ValueNone
    let mutable leftLogged = 0
    let settings = plan.Settings

    let require rule holds =
        if not holds then
            raise (RuleBroken rule)

    let isFile = settings.Destination = Destination.File

    let secret =
        settings.Credentials
        |> ValueOption.map (fun credentials -> credentials.Password.Wire)

    let keepsSecret (entry: LogEvent) =
        let told = entry.Sentence :: List.map snd entry.Fields
        // Printing a whole value takes long: now and then will do.
        let texts =
            if plan.Seed % 20UL = 0UL then
                $"%A{entry}" :: told
            else
                told

        secret
        |> ValueOption.forall (fun secret ->
            texts
            |> List.forall (fun text -> not (text.Contains(secret, StringComparison.Ordinal))))

    let onLog (entry: LogEvent) =
        match entry with
        | LogEvent.Retrying(fault, seconds, attempt) ->
            require "a pause lasts a second at least" (seconds >= 1)
            require "a pause lasts no longer than the longest" (seconds <= settings.Retry.LongestPause)
            require "the attempts are counted" (attempt = dials + 1)
            require "only what is passing is tried again" (FaultTable.isPassing fault)
            pauseLeft <- seconds
        | LogEvent.TemporaryFileLeft _ -> leftLogged <- leftLogged + 1
        | LogEvent.Ended(Outcome.Failed(Fault.OutOfTurn(phase, event))) ->
            require $"nothing is out of turn, not even {event} in {phase}" false
        | _ -> ()

        require "no log holds a secret" (keepsSecret entry)

    let onDial number =
        dials <- dials + 1
        tries <- 0
        let struct (last, _) = shell.Link
        require "there is one connection at a time" (not isLinked)
        require "connections have numbers that grow" (number > last)
        require "there are no more attempts than allowed" (dials <= settings.Retry.Attempts)
        require "a pause is as long as was said" (pauseLeft <= 0 && (dials = 1 || pauseLeft + lastTick > 0))
        isLinked <- true
        isAsked <- true

    let onSend request =
        require "only a connection is written to" isLinked
        require "one question at a time" (not isAsked)
        isAsked <- true
        lastRequest <- request

        match request with
        | Request.Sync
        | Request.Psync ValueNone ->
            require "the temporary file is there before a snapshot is asked for" (shell.Disk.HasTemporary = isFile)
        | _ -> require "there is no temporary file before it is needed" (not shell.Disk.HasTemporary)

    let onCreate () =
        require "a pipe has no temporary file" isFile
        require "there is one temporary file at a time" (not shell.Disk.HasTemporary)
        require "the tries are a second apart" (tries = 0 || sinceTry >= 1)
        tries <- tries + 1
        require "there are five tries" (tries <= Limits.TemporaryTries)
        sinceTry <- 0

    /// How it ended.
    member _.Finished = finished
    /// What was asked last.
    member _.LastRequest = lastRequest
    /// How often the temporary file was tried for in the last attempt.
    member _.Tries = tries
    /// The phase in which somebody asked to stop.
    member _.StopIn = stopIn
    /// How often the log said that a temporary file was left.
    member _.LeftLogged = leftLogged
    /// Whether a connection was not hung up.
    member _.IsLinked = isLinked

    /// An event is about to be told to the replica.
    member _.Before(state: State, event: Event) : unit =
        match event with
        | Event.Connected number when struct (number, true) = shell.Link -> isAsked <- false
        | Event.Replied reply ->
            // A newline says that the answer to PSYNC is yet to come.
            match state.Phase, reply with
            | Phase.Asking(Step.Psync, _), Reply.Blank -> ()
            | _ -> isAsked <- false
        | Event.Ticked seconds ->
            sinceTry <- sinceTry + seconds
            lastTick <- seconds
            pauseLeft <- pauseLeft - seconds
        | Event.StopRequested when not state.HasEnded -> stopIn <- ValueSome state.Phase
        | _ -> ()

    /// A command is about to be run.
    member _.Before(command: Command) : unit =
        require "nothing comes after the end" finished.IsNone

        match command with
        | Command.Log entry -> onLog entry
        | Command.Dial number -> onDial number
        | Command.Send(_, request) -> onSend request
        | Command.CreateTemporary -> onCreate ()
        | Command.HangUp ->
            require "only a connection is hung up" isLinked
            isLinked <- false
        | Command.Take bytes ->
            require "only a connection is taken from" isLinked
            require "what is taken is there" (bytes > 0 && bytes <= shell.Window.Length)
        | Command.Finish outcome -> finished <- ValueSome outcome
        | _ -> ()
