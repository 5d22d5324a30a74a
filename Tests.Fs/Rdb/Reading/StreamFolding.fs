/// Makes streams out of what was found of them.
module HybridReplica.Tests.Rdb.StreamFolding

open HybridReplica.Core

let private streamEntry (walk: Walk) : StreamEntry =
    {
        Id = walk.Id RdbTokenKind.StreamEntry
        Fields =
            [|
                while walk.Sees RdbTokenKind.StreamField do
                    walk.Text RdbTokenKind.StreamField
                    walk.Text RdbTokenKind.StreamValue
            |]
    }

let private pendingEntry (walk: Walk) : PendingEntry =
    match (walk.Take RdbTokenKind.GroupPending).Numbers with
    | [ milliseconds; sequence; time; count ] ->
        {
            Id =
                {
                    Milliseconds = uint64 milliseconds
                    Sequence = uint64 sequence
                }
            DeliveryTime = time
            DeliveryCount = count
        }
    | other -> failwith $"A pending entry has {other.Length} numbers."

let private neverIsNone number =
    if number = -1L then ValueNone else ValueSome number

let private consumer (walk: Walk) : StreamConsumer =
    {
        Name = walk.Text RdbTokenKind.Consumer
        SeenTime = walk.Number RdbTokenKind.ConsumerSeen
        ActiveTime =
            walk.Maybe(RdbTokenKind.ConsumerActive, (fun () -> walk.Number RdbTokenKind.ConsumerActive))
            |> ValueOption.bind neverIsNone
        Pending = walk.All(RdbTokenKind.ConsumerPending, (fun () -> walk.Id RdbTokenKind.ConsumerPending))
    }

let private group (walk: Walk) : StreamGroup =
    {
        Name = walk.Text RdbTokenKind.Group
        LastId = walk.Id RdbTokenKind.GroupLastId
        EntriesRead =
            walk.Maybe(RdbTokenKind.GroupEntriesRead, (fun () -> walk.Number RdbTokenKind.GroupEntriesRead))
            |> ValueOption.bind neverIsNone
        Pending = walk.All(RdbTokenKind.GroupPending, (fun () -> pendingEntry walk))
        Consumers = walk.All(RdbTokenKind.Consumer, (fun () -> consumer walk))
        Nacked = walk.All(RdbTokenKind.GroupNacked, (fun () -> walk.Id RdbTokenKind.GroupNacked))
    }

let private producedEntry (walk: Walk) : ProducedEntry =
    {
        Name = walk.Text RdbTokenKind.ProducerEntry
        Id = walk.Id RdbTokenKind.ProducerEntryId
    }

let private producer (walk: Walk) : StreamProducer =
    {
        Name = walk.Text RdbTokenKind.Producer
        Entries = walk.All(RdbTokenKind.ProducerEntry, (fun () -> producedEntry walk))
    }

let private idempotence (walk: Walk) : StreamIdempotence =
    let duration, maximum = walk.Pair RdbTokenKind.StreamIdempotence
    let producers = walk.All(RdbTokenKind.Producer, (fun () -> producer walk))
    let added, duplicates = walk.Pair RdbTokenKind.StreamIdempotenceCounts

    {
        Duration = duration
        MaximumEntries = maximum
        Producers = producers
        Added = added
        Duplicates = duplicates
    }

/// A stream with everything behind its entries.
let stream (walk: Walk) : RdbValue =
    let maybe kind take = walk.Maybe(kind, (fun () -> take kind))
    let entries = walk.All(RdbTokenKind.StreamEntry, (fun () -> streamEntry walk))

    let details: StreamDetails =
        {
            Length = walk.Number RdbTokenKind.StreamLength
            LastId = walk.Id RdbTokenKind.StreamLastId
            FirstId = maybe RdbTokenKind.StreamFirstId walk.Id
            MaximumDeletedId = maybe RdbTokenKind.StreamMaximumDeletedId walk.Id
            EntriesAdded = maybe RdbTokenKind.StreamEntriesAdded walk.Number
            Groups = walk.All(RdbTokenKind.Group, (fun () -> group walk))
            Idempotence = maybe RdbTokenKind.StreamIdempotence (fun _ -> idempotence walk)
        }

    RdbValue.Stream(entries, ValueSome details)
