/// RDBs with less in them.
module HybridReplica.Tests.Rdb.ContentShrinking

open HybridReplica.Core

let private smaller (elements: 'Element[]) : 'Element[] seq =
    seq {
        if elements.Length > 1 then
            elements[.. elements.Length / 2 - 1]
            elements[elements.Length / 2 ..]

        if elements.Length < 10 then
            for index in 0 .. elements.Length - 1 do
                Array.removeAt index elements
    }

let private smallerValue (value: RdbValue) : RdbValue seq =
    match value with
    | RdbValue.String text -> Seq.map RdbValue.String (smaller text)
    | RdbValue.List elements -> Seq.map RdbValue.List (smaller elements)
    | RdbValue.Set members -> Seq.map RdbValue.Set (smaller members)
    | RdbValue.SortedSet members -> Seq.map RdbValue.SortedSet (smaller members)
    | RdbValue.Hash fields -> Seq.map RdbValue.Hash (smaller fields)
    | RdbValue.Array(elements, insertAt) ->
        Seq.map (fun elements -> RdbValue.Array(elements, insertAt)) (smaller elements)
    | RdbValue.Module(name, version, items) ->
        Seq.map (fun items -> RdbValue.Module(name, version, items)) (smaller items)
    | RdbValue.Stream(entries, details) ->
        seq {
            for entries in smaller entries do
                let details: StreamDetails =
                    { details.Value with
                        Length = entries.LongLength
                    }

                RdbValue.Stream(entries, ValueSome details)

            for groups in smaller details.Value.Groups do
                let details: StreamDetails = { details.Value with Groups = groups }
                RdbValue.Stream(entries, ValueSome details)
        }

let private smallerPart (part: RdbPart) : RdbPart seq =
    match part with
    | RdbPart.Entry entry ->
        seq {
            if entry.Key.Length > 1 then
                RdbPart.Entry { entry with Key = entry.Key[..0] }

            if
                entry.Expiry.IsSome
                || entry.Idle.IsSome
                || entry.Frequency.IsSome
                || not entry.Metadata.IsEmpty
            then
                RdbPart.Entry
                    { entry with
                        Expiry = ValueNone
                        Idle = ValueNone
                        Frequency = ValueNone
                        Metadata = []
                    }

            for value in smallerValue entry.Value do
                RdbPart.Entry { entry with Value = value }
        }
    | _ -> Seq.empty

/// With fewer or smaller parts.
let shrink (content: RdbContent) : RdbContent seq =
    seq {
        for parts in smaller (Array.ofList content.Parts) do
            { content with
                Parts = List.ofArray parts
            }

        for index, part in List.indexed content.Parts do
            for part in smallerPart part do
                { content with
                    Parts = List.updateAt index part content.Parts
                }
    }
