/// Streams in the five forms they have had.
module HybridReplica.Tests.Rdb.Streams

open HybridReplica.Core
open HybridReplica.Tests.Rdb.Packed

/// Which of the five.
let private generationOf form =
    match form with
    | 15 -> 1
    | 19 -> 2
    | 21 -> 3
    | 26 -> 4
    | 27 -> 5
    | other -> failwith $"No stream is of type {other}."

let private integer (number: int) = ListpackElement.Integer(int64 number)

let private even (fields: byte[][]) =
    [ for index in 0..2 .. fields.Length - 1 -> fields[index] ]

let private odd (fields: byte[][]) =
    [ for index in 1..2 .. fields.Length - 1 -> fields[index] ]

let private texts = List.map ListpackElement.Text

/// An entry in a node whose id and fields are given. `isDeleted` leaves it there and marks it.
let private item (pen: Pen) (master: StreamId) (masterFields: byte[] list) isDeleted (entry: StreamEntry) =
    let names = even entry.Fields
    let values = odd entry.Fields
    let deleted = if isDeleted then 1 else 0

    let delta =
        [
            ListpackElement.Integer(int64 (entry.Id.Milliseconds - master.Milliseconds))
            ListpackElement.Integer(int64 (entry.Id.Sequence - master.Sequence))
        ]

    if names = masterFields && not (pen.Chance.OnceIn 4) then
        [ integer (deleted ||| 2) ]
        @ delta
        @ texts values
        @ [ integer (values.Length + 3) ]
    else
        [ integer deleted ]
        @ delta
        @ [ integer names.Length ]
        @ texts (List.collect (fun (name, value) -> [ name; value ]) (List.zip names values))
        @ [ integer (2 * names.Length + 4) ]

let private writeNode (pen: Pen) (entries: StreamEntry list) =
    let first = List.head entries

    // The node is named by the entry it was made for, which may have been deleted since.
    let master =
        if pen.Chance.OnceIn 4 then
            { first.Id with
                Sequence = first.Id.Sequence / 2UL
            }
        else
            first.Id

    let masterFields =
        if pen.Chance.OnceIn 4 then
            [ Texts.ascii "gone" ]
        else
            even first.Fields

    let mutable deleted = 0

    let items =
        entries
        |> List.collect (fun entry ->
            let live = item pen master masterFields false entry

            if pen.Chance.OnceIn 4 then
                deleted <- deleted + 1
                item pen master masterFields true entry @ live
            else
                live)

    let head =
        [ integer entries.Length; integer deleted; integer masterFields.Length ]
        @ texts masterFields
        @ [ integer 0 ]

    pen.Length 16
    pen.RawId master
    Texts.writeBytes pen (listpackOf pen (head @ items))

let private writeConsumer (pen: Pen) generation (consumer: StreamConsumer) =
    Texts.write pen consumer.Name
    pen.LittleEndian(8, consumer.SeenTime)

    if generation >= 3 then
        pen.LittleEndian(8, ValueOption.defaultValue -1L consumer.ActiveTime)

    pen.Length consumer.Pending.Length
    Array.iter pen.RawId consumer.Pending

let private writeGroup (pen: Pen) generation (group: StreamGroup) =
    Texts.write pen group.Name
    pen.LengthPair group.LastId

    if generation >= 2 then
        pen.Length(ValueOption.defaultValue -1L group.EntriesRead)

    pen.Length group.Pending.Length

    for pending in group.Pending do
        pen.RawId pending.Id
        pen.LittleEndian(8, pending.DeliveryTime)
        pen.Length pending.DeliveryCount

    pen.Length group.Consumers.Length
    Array.iter (writeConsumer pen generation) group.Consumers

    if generation >= 5 then
        pen.Length group.Nacked.Length
        Array.iter pen.RawId group.Nacked

let private writeIdempotence (pen: Pen) (idempotence: StreamIdempotence) =
    pen.Length idempotence.Duration
    pen.Length idempotence.MaximumEntries
    pen.Length idempotence.Producers.Length

    for producer in idempotence.Producers do
        Texts.write pen producer.Name
        pen.Length producer.Entries.Length

        for entry in producer.Entries do
            Texts.write pen entry.Name
            pen.LengthPair entry.Id

    pen.Length idempotence.Added
    pen.Length idempotence.Duplicates

let write (pen: Pen) form (entries: StreamEntry[]) (details: StreamDetails) =
    let generation = generationOf form
    let nodes = Collections.inParts pen (List.ofArray entries)
    pen.Length nodes.Length
    List.iter (writeNode pen) nodes
    pen.Length details.Length
    pen.LengthPair details.LastId

    if generation >= 2 then
        pen.LengthPair details.FirstId.Value
        pen.LengthPair details.MaximumDeletedId.Value
        pen.Length details.EntriesAdded.Value

    pen.Length details.Groups.Length
    Array.iter (writeGroup pen generation) details.Groups

    if generation >= 4 then
        writeIdempotence pen details.Idempotence.Value
