namespace HybridReplica.Core

open System

/// The database in which the stream behind a snapshot begins, once it is known.
[<Struct>]
type StreamDatabase =
    private
        {
            Decided: bool
        }

    static member start = { Decided = true }
    member this.IsDecided = this.Decided
    member _.Database: int voption = ValueNone
    static member advance(value: StreamDatabase, _bytes: ReadOnlySpan<byte>) = value
