namespace HybridReplica.Core

/// What a replica does next. One call is one step of the conversation with its master: nothing is read, written,
/// timed or remembered here beyond the values passed in and out.
[<RequireQualifiedAccess>]
module Replica =

    open Endings
    open Asking
    open Taking

    // News of a connection that was given up, or never made, changes nothing.
    let private isOldNews (state: State) event =
        match event with
        | Event.Connected link
        | Event.ConnectFailed(link, _)
        | Event.Disconnected(link, _) -> link <> state.Link || not state.IsLinked
        | _ -> false

    let private fits bytes (transfer: Transfer) =
        match transfer.Remainder with
        | Remainder.Counted left -> bytes > 0 && int64 bytes <= left
        | Remainder.Until _ -> bytes > 0

    // What to do about the thing that happened, whatever else is due.
    let private decide (state: State, event: Event) : State * Command list =
        match state.Phase, event with
        | Phase.Ended _, _ -> state, []
        | _, event when isOldNews state event -> state, []
        | _, Event.StopRequested -> Streaming.stop state
        | _, Event.Ticked seconds -> Clock.tick seconds state

        // The consumer goes on, whatever becomes of the connection.
        | _, Event.Applied position -> Streaming.applied position state
        | _, Event.MadeDurable position -> Streaming.madeDurable position state
        | _, Event.SpoolFilled trouble -> Streaming.stall trouble state
        | _, Event.SpoolDrained -> Streaming.goOn state
        | _, Event.SnapshotUnreadable fault when state.Settings.WantsSnapshot -> Streaming.unreadable fault state

        | _, Event.Archive happened -> Archiving.hear happened state

        | Phase.Discarding ending, Event.TemporaryDeleted -> settle ending state
        | Phase.Discarding ending, Event.FileFailed(FileStep.Delete, trouble) ->
            settle ending state |> after [ Command.Log(LogEvent.TemporaryFileLeft trouble) ]
        // Reports of commands that were given before it came to this.
        | Phase.Discarding _, _ -> state, []

        | Phase.Opening(tries, next), Event.FileFailed(FileStep.Create, trouble) -> notOpened tries next trouble state
        | _, Event.FileFailed(step, trouble) -> fail (Fault.File(step, trouble)) state
        | Phase.Connecting, Event.ConnectFailed(_, trouble) -> fail (Fault.ConnectFailed trouble) state
        | (Phase.Checking _ | Phase.Publishing _), Event.Disconnected(_, trouble) ->
            cutOff (Fault.Disconnected trouble) state
        | Phase.Streaming, Event.Disconnected(_, trouble) -> Streaming.fail (Fault.Disconnected trouble) state
        | _, Event.Disconnected(_, trouble) -> fail (Fault.Disconnected trouble) state

        | Phase.Idle, Event.Started -> start state
        | Phase.CheckingTarget, Event.TargetReady -> dial state
        | Phase.Connecting, Event.Connected _ ->
            heard state
            |> proceed (Handshake.steps state.Settings)
            |> after [ Command.Log LogEvent.Connected ]
        | (Phase.Asking _ | Phase.AwaitingPreamble), Event.LineBegun ->
            { state with
                Silence = 0
                LineAge = ValueSome(ValueOption.defaultValue 0 state.LineAge)
            },
            []
        | (Phase.Asking _ | Phase.AwaitingPreamble), Event.LineTooLong beginning -> weighBeginning beginning state
        | Phase.Asking(step, later), Event.Replied reply -> weigh (step, later) reply state
        | Phase.Opening(_, next), Event.TemporaryCreated -> opened next state
        | Phase.AwaitingPreamble, Event.Replied reply -> announce reply state
        | Phase.ReadingHead framing, Event.SnapshotBegun version -> receive framing version state
        | Phase.Receiving transfer, Event.Arrived bytes when fits bytes transfer -> take bytes transfer state
        | Phase.Receiving({ Framing = Remainder.Until _ } as transfer), Event.MarkReached -> complete transfer state
        | Phase.Checking transfer, Event.SnapshotChecked verdict -> weighSnapshot verdict transfer state
        | Phase.Publishing(PublishStep.Syncing, snapshot), Event.Synced -> synced snapshot state
        | Phase.Publishing(PublishStep.Renaming, snapshot), Event.Renamed -> renamed snapshot state
        | Phase.Publishing(PublishStep.SyncingFolder, snapshot), Event.FolderSynced ->
            published snapshot state |> ArchiveChanges.arrive
        | (Phase.Receiving _ | Phase.Checking _), Event.StreamDatabase database -> noteDatabase database state

        | Phase.Streaming, Event.Streamed scan when Streaming.isFurther scan state -> Streaming.advance scan state
        | Phase.Streaming, Event.Repeated bytes when Streaming.mayRepeat bytes state -> Streaming.skip bytes state
        | Phase.Streaming, Event.StreamMalformed trouble -> Streaming.breakOff trouble state
        | _, event -> fail (Fault.OutOfTurn(state.Phase.Name, event.Name)) state

    /// From the state the replica is in and the thing that just happened, to the state it goes to and what the shell
    /// must do about it, in order. Total: any event in any state has an answer.
    [<CompiledName "Transition">]
    let transition (state: State, event: Event) : State * Command list =
        let state, commands = decide (state, event)
        ArchiveChanges.goOn state |> after commands
