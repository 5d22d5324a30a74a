namespace HybridReplica.Tests.Rdb

open System
open HybridReplica.Core
open HybridReplica.Tests.Rdb.Reading

/// Goes from item to item.
type Walk(items: Item list) =
    let mutable rest = items

    member _.IsOver = rest.IsEmpty

    member _.Next() : Item =
        match rest with
        | [] -> failwith "Something is missing at the end."
        | item :: behind ->
            rest <- behind
            item

    member _.Sees(kind: RdbTokenKind) =
        match rest with
        | item :: _ -> item.Kind = kind
        | [] -> false

    /// The next item, which must be of that kind.
    member this.Take(kind: RdbTokenKind) : Item =
        let item = this.Next()

        if item.Kind <> kind then
            failwith $"There is {item.Kind} in the place of {kind}."

        item

    /// All that follow each other and begin with that kind.
    member this.All(kind: RdbTokenKind, take: unit -> 'Found) : 'Found[] =
        [|
            while this.Sees kind do
                take ()
        |]

    member this.Maybe(kind: RdbTokenKind, take: unit -> 'Found) : 'Found voption =
        if this.Sees kind then ValueSome(take ()) else ValueNone

    member this.Text kind = (this.Take kind).Text

    member this.Number kind : int64 =
        List.exactlyOne (this.Take kind).Numbers

    member this.Pair kind : int64 * int64 =
        match (this.Take kind).Numbers with
        | [ first; second ] -> first, second
        | other -> failwith $"{kind} has {other.Length} numbers."

    member this.Triple kind : int64 * int64 * int64 =
        match (this.Take kind).Numbers with
        | [ first; second; third ] -> first, second, third
        | other -> failwith $"{kind} has {other.Length} numbers."

    member this.Id kind : StreamId =
        let milliseconds, sequence = this.Pair kind

        {
            Milliseconds = uint64 milliseconds
            Sequence = uint64 sequence
        }

    member this.Float kind =
        BitConverter.Int64BitsToDouble(this.Number kind)
