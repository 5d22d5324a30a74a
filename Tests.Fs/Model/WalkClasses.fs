/// The classes of states in which a walk looks at one of many: what only counts is left out or cut short.
module HybridReplica.Tests.WalkClasses

open HybridReplica.Core

let private beginning =
    (StreamScan.At(Position.AtFullResync(ReplicationId.Unknown, Offset 7L))).Fields

let private anyFault = Fault.Silence 0

let private outcomeClass outcome =
    match outcome with
    | Outcome.Failed _ -> Outcome.Failed anyFault
    | other -> other

let private transferClass (transfer: Transfer) =
    let isWhole = transfer.Remainder = Remainder.Counted 0L

    { transfer with
        Taken = if isWhole then transfer.Taken else min 1L transfer.Taken
        Unsynced = min 1L transfer.Unsynced
    }

let private phaseClass phase =
    match phase with
    | Phase.Receiving transfer -> Phase.Receiving(transferClass transfer)
    | Phase.Checking transfer -> Phase.Checking(transferClass transfer)
    | Phase.Publishing(step, snapshot) ->
        Phase.Publishing(
            step,
            { snapshot with
                Size = min 1L snapshot.Size
            }
        )
    | Phase.Discarding(Ending.Retry _) -> Phase.Discarding(Ending.Retry anyFault)
    | Phase.Discarding(Ending.Finish outcome) -> Phase.Discarding(Ending.Finish(outcomeClass outcome))
    | Phase.Ended(Outcome.SnapshotKept snapshot) ->
        Phase.Ended(
            Outcome.SnapshotKept
                { snapshot with
                    Size = min 1L snapshot.Size
                }
        )
    | Phase.Ended outcome -> Phase.Ended(outcomeClass outcome)
    | other -> other

// Where the stream is matters only in relation to where it is safe.
let private scanClass isStreaming (scan: StreamScan) : StreamScan =
    {
        Fields =
            { beginning with
                End = (if scan.BytesBehindSafe > 0L then 8L else 7L)
                ChangedEnd =
                    (if isStreaming then
                         7L + int64 (sign (scan.Changed.Bytes - scan.Safe.Bytes))
                     else
                         7L)
                Multi = (if scan.Transaction.IsSome then 7L else -1L)
                Announced = (if scan.IsInCommand then 1L else 0L)
            }
    }

let private offsetClass (scan: StreamScan) (offset: Offset voption) =
    offset
    |> ValueOption.map (fun offset ->
        if offset < scan.Changed then Offset 0L
        elif offset < scan.Safe then Offset 1L
        else Offset 2L)

let private streamClass isStreaming (stream: StreamState) : StreamState =
    { stream with
        EarlierIds = []
        IsMarked = stream.IsMarked && not stream.IsResumable
        Scan = scanClass isStreaming stream.Scan
        Applied =
            (if isStreaming then
                 offsetClass stream.Scan stream.Applied
             else
                 ValueNone)
        Durable =
            (if isStreaming then
                 offsetClass stream.Scan stream.Durable
             else
                 ValueNone)
        Wanted =
            (if isStreaming then
                 ValueOption.map (fun _ -> Offset 0L) stream.Wanted
             else
                 ValueNone)
        Repeated = min 1L stream.Repeated
        BrokenAt =
            stream.BrokenAt
            |> ValueOption.filter (fun offset -> offset = stream.Scan.Safe)
            |> ValueOption.map (fun _ -> Offset 0L)
    }

// Of what a follower knows, what makes a difference to what it does.
let private followerClass (state: State) : State =
    { state with
        Stream = state.Stream |> ValueOption.map (streamClass (state.Phase = Phase.Streaming))
        Resume =
            if state.HasJoined then
                state.Resume
                |> ValueOption.map (fun position ->
                    { position with
                        Offset = Offset 0L
                        Database = ValueNone
                    })
            else
                state.Resume
        StreamDatabase = ValueNone
        Promised =
            state.Promised
            |> ValueOption.map (fun position -> { position with Database = ValueNone })
        Attempt = if state.HasJoined then 1 else state.Attempt
        Damage =
            state.Damage
            |> ValueOption.map (fun damage ->
                { damage with
                    Taken = 0L
                    Verdict = RdbVerdict.NotRdb
                })
        CutOff = state.CutOff |> ValueOption.map (fun _ -> anyFault)
    }

/// The class that stands for the state: what only counts is left out or cut short.
let ofState (state: State) : State =
    // Without a connection nobody asks how long the master has been silent.
    let seconds = if state.IsLinked then 3 else 0

    { state with
        Phase = phaseClass state.Phase
        Link = 0
        Jitter = 0UL
        Silence = min seconds state.Silence
        LineAge = if state.IsLinked then state.LineAge else ValueNone
        Elapsed = min seconds state.Elapsed
    }
    |> followerClass
