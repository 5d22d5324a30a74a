namespace HybridReplica.Tests.Simulation.Following

open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// Where what is handed over comes from: what the replica counts from, and what that is in truth.
type Source =
    {
        Truth: Truth
        /// What has to be added to the replica's offsets. Zero, but for what SYNC brought.
        Shift: int64
    }

/// The book of what was handed over, in order: it has to be the history, each byte once.
type Ledger(start: Position voption) =
    // What the consumer has: the bytes from one offset to another, as the truth counts.
    let mutable first =
        start |> ValueOption.map (fun position -> bytesOf position.Offset)

    let mutable last = ValueOption.defaultValue 0L first
    let mutable shift = 0L
    let mutable known: Truth voption = ValueNone
    let mutable isJoined = false

    let require rule holds =
        if not holds then
            raise (RuleBroken rule)

    /// How far the bytes go that were handed over, as the truth counts.
    member _.Last = last
    /// Whether anything was handed over, or resumed from.
    member _.HasBegun = first.IsSome
    /// Whether the stream brought anything behind the snapshot.
    member _.HasMoved = first |> ValueOption.exists (fun first -> last > first)
    /// What has to be added to the replica's offsets.
    member _.Shift = shift
    /// The history that the bytes are from.
    member _.Truth = known

    /// The connection is gone.
    member _.Leave() : unit = isJoined <- false

    /// Bytes are handed over.
    member _.Deliver(truth: Truth, bytes: string) : unit =
        require "bytes are handed over behind a snapshot, or where the stream is resumed" isJoined
        let next = last + int64 bytes.Length

        require
            "what is handed over is the history, each byte once, in order"
            (next <= truth.End && truth.Between(last, next) = bytes)

        require
            "nothing behind nonsense is handed over with it"
            (not (Set.exists (fun place -> last < place && place <= next) truth.Nonsense))

        last <- next
        known <- ValueSome truth

    /// A snapshot is in its place. `savedAt` is where it was taken.
    member _.Receive(truth: Truth, isPsync: bool, savedAt: Position, position: Position) : unit =
        let saved = bytesOf savedAt.Offset
        require "a snapshot is a place in the history it is from" (truth.Has(savedAt.Id, saved))

        require
            "the position of a snapshot is the one it was taken at"
            (not isPsync || (position.Id, position.Offset) = (savedAt.Id, savedAt.Offset))

        first <- ValueSome saved
        last <- saved
        shift <- saved - bytesOf position.Offset
        known <- ValueSome truth
        isJoined <- true

    /// The stream goes on at a position.
    member _.Resume(truth: Truth, position: Position, isRewound: bool) : unit =
        let offset = bytesOf position.Offset
        require "what was brought by SYNC is not resumed" (shift = 0L)
        require "the stream is resumed at a place in the history" (truth.Has(position.Id, offset))
        require "the stream is resumed outside of commands and transactions" (truth.Safe.Contains offset)

        match first with
        | ValueNone -> require "only what has begun is resumed" false
        | ValueSome _ when isRewound ->
            require "what is taken back was handed over" (offset <= last)
            last <- offset
        | ValueSome _ ->
            // What lies behind the position was handed over and does not come again.
            require
                "what was handed over behind the position is still the history"
                (offset <= last && last <= truth.End)

        known <- ValueSome truth
        isJoined <- true
