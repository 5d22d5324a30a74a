namespace HybridReplica.Tests.Simulation

open System
open HybridReplica.Core

/// Hosts the pure master on one connection. `strike` says what happens to a piece on its way, if anything does.
type SimulatedMaster
    (
        plan: Plan,
        settings: MasterSettings,
        wire: SimulatedWire<Occurrence>,
        strike: MasterPiece -> (uint64 * WireFault) voption
    ) =
    let mutable state = MasterState.Initial settings
    let mutable window: byte[] = [||]
    let mutable lines = 0

    let send now piece bytes = wire.Send(now, bytes, strike piece)

    let rec run now command =
        match command with
        | MasterCommand.Say line ->
            send now (MasterPiece.Line lines) (MasterEncoding.line line)
            lines <- lines + 1
        | MasterCommand.SendNewline -> send now MasterPiece.Newline "\n"B
        | MasterCommand.SendSnapshot(framing, _) ->
            let length = plan.Snapshot.LongLength
            send now MasterPiece.Announcement (MasterEncoding.announcement (framing, length, plan.Mark))
            send now MasterPiece.Snapshot plan.Snapshot

            if framing = MasterFraming.Marked then
                send now MasterPiece.Mark (MasterEncoding.ending (framing, plan.Mark))

            take now MasterEvent.SnapshotSent
        // Nobody else is connected, and nothing was replicated that could be sent.
        | MasterCommand.Deselect
        | MasterCommand.SendStream _ -> ()
        | MasterCommand.HangUp -> wire.Close now

    and take now event =
        let next, commands = Master.transition (state, event)
        state <- next
        List.iter (run now) commands

    let rec answer now =
        match MasterRequest.TryRead(ReadOnlySpan window) with
        | true, request, consumed ->
            window <- window[consumed..]

            match request with
            | MasterRequest.Words words ->
                take now (MasterEvent.Asked words)
                answer now
            | MasterRequest.Malformed trouble -> take now (MasterEvent.Garbled trouble)
        | false, _, _ -> ()

    /// Somebody connected.
    member _.Accept(now: int64) : unit = take now MasterEvent.Accepted

    /// Bytes came in.
    member _.Hear(now: int64, bytes: byte[]) : unit =
        window <- Array.append window bytes
        answer now

    /// A second passed.
    member _.Tick(now: int64) : unit = take now (MasterEvent.Ticked 1)
