/// What a master and a consumer would write down of a session, each for itself, to hold it against what the replica
/// says.
module HybridReplica.Tests.StreamLedger

open HybridReplica.Core
open HybridReplica.Tests.Session

/// The books of one history.
type Ledger =
    {
        /// What the history is, and was, called.
        Ids: ReplicationId list
        /// The last byte that the connection brought.
        Received: Offset voption
        /// The last byte that the consumer was given.
        Delivered: Offset voption
        /// How far the consumer says it is.
        Acknowledged: Offset voption
        /// How far the consumer says it is on disk.
        OnDisk: Offset voption
        /// How far it was when there was nothing behind it but SELECT, PING and REPLCONF.
        Quiet: Offset
        /// What the master was told last.
        Told: Offset
    }

/// The books of a history of which nothing is known.
let empty: Ledger =
    {
        Ids = []
        Received = ValueNone
        Delivered = ValueNone
        Acknowledged = ValueNone
        OnDisk = ValueNone
        Quiet = Offset 0L
        Told = Offset 0L
    }

/// A move, with the books before it and after it.
type Entry =
    {
        Before: Ledger
        Move: Move
        After: Ledger
    }

let private further (offset: Offset) known =
    ValueSome(max offset (ValueOption.defaultValue offset known))

// A word about another history, or about what nobody received, does not count.
let private counts (position: Position) (move: Move) ledger =
    match move.Before.Stream with
    | ValueSome stream -> List.contains position.Id ledger.Ids && position.Offset <= stream.Scan.Safe
    | ValueNone -> false

let private happen (move: Move) ledger =
    match move.Event with
    | Event.Applied position when counts position move ledger ->
        { ledger with
            Acknowledged = further position.Offset ledger.Acknowledged
        }
    | Event.MadeDurable position when counts position move ledger ->
        { ledger with
            Acknowledged = further position.Offset ledger.Acknowledged
            OnDisk = further position.Offset ledger.OnDisk
        }
    | Event.Repeated bytes ->
        { ledger with
            Received =
                ledger.Received
                |> ValueOption.map (fun offset -> Offset(offset.Bytes + int64 bytes))
        }
    | _ -> ledger

let private obey (move: Move) ledger command =
    match command with
    | Command.Tell(Notice.FullResync _) -> empty
    | Command.Tell(Notice.SnapshotReceived(_, position)) ->
        { ledger with
            Ids = [ position.Id ]
            Received = ValueSome position.Offset
            Delivered = ValueSome position.Offset
        }
    | Command.Tell(Notice.Resumed(position, isRewound)) ->
        let isFirst = List.isEmpty ledger.Ids
        // Who asks for what comes behind a position has what lies in front of it.
        let asked =
            if isFirst then
                ValueSome position.Offset
            else
                ledger.Acknowledged

        { ledger with
            Ids =
                position.Id
                :: (if isFirst then
                        move.Before.Resume |> ValueOption.map _.Id |> ValueOption.toList
                    else
                        ledger.Ids)
            Received = ValueSome position.Offset
            Delivered =
                if isRewound || isFirst then
                    ValueSome position.Offset
                else
                    ledger.Delivered
            Acknowledged = asked
        }
    // What is in front of the stream is not in these books.
    | Command.Deliver _ when move.Event.Name = "Arrived" -> ledger
    | Command.Deliver bytes ->
        let on offset =
            offset
            |> ValueOption.map (fun (offset: Offset) -> Offset(offset.Bytes + int64 bytes))

        { ledger with
            Received = on ledger.Received
            Delivered = on ledger.Delivered
        }
    | Command.Send(_, Request.Ack(applied, _)) -> { ledger with Told = applied }
    | _ -> ledger

let private settle (move: Move) ledger =
    match move.After.Stream, ledger.Acknowledged with
    | ValueSome stream, ValueSome acknowledged when acknowledged >= stream.Scan.Changed ->
        { ledger with
            Quiet = max ledger.Quiet stream.Scan.Safe
        }
    | _ -> ledger

/// The session, with its books.
let entries (session: Session) : Entry list =
    let enter before move =
        let after = List.fold (obey move) (happen move before) move.Commands |> settle move

        {
            Before = before
            Move = move
            After = after
        },
        after

    moves session |> List.mapFold enter empty |> fst

/// What the master is told in a move.
let acknowledgements (move: Move) : (Offset * Offset voption) list =
    move.Commands
    |> List.choose (fun command ->
        match command with
        | Command.Send(_, Request.Ack(applied, durable)) -> Some(applied, durable)
        | _ -> None)

/// What the consumer is told in a move.
let notices (move: Move) : Notice list =
    move.Commands
    |> List.choose (fun command ->
        match command with
        | Command.Tell notice -> Some notice
        | _ -> None)
