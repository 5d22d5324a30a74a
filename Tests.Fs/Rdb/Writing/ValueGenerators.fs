/// Values for every form in which values are written.
module HybridReplica.Tests.Rdb.ValueGenerators

open FsCheck.FSharp
open FsCheck
open HybridReplica.Core
open HybridReplica.Tests.Rdb.TextGenerators

let private optionOf isThere (element: Gen<'Element>) : Gen<'Element voption> =
    if isThere then
        Gen.map ValueSome element
    else
        Gen.constant ValueNone

/// Often there, often not.
let sometimes (element: Gen<'Element>) : Gen<'Element voption> =
    Gen.frequency [ 1, Gen.constant ValueNone; 1, Gen.map ValueSome element ]

let private members form : Gen<byte[][]> =
    match form with
    | 11 -> Gen.map (List.distinct >> List.sort >> List.map Texts.decimal >> Array.ofList) (smallList number)
    | _ -> Gen.map Array.distinct (smallArray text)

let private scoredMember: Gen<ScoredMember> =
    Gen.map2 (fun name score -> { Member = name; Score = score }) text score

let private field form : Gen<HashField> =
    gen {
        let! name = text
        let! value = text

        let! expiry =
            if Forms.hasFieldExpiry form then
                sometimes time
            else
                Gen.constant ValueNone

        return
            {
                Field = name
                Value = value
                Expiry = expiry
            }
    }

let private streamEntry: Gen<StreamEntry> =
    gen {
        let! id = streamId
        let! names = Gen.choose (1, 3) |> Gen.bind (fun count -> Gen.listOfLength count text)
        let! values = Gen.listOfLength names.Length text

        return
            {
                Id = id
                Fields =
                    [|
                        for name, value in List.zip names values do
                            name
                            value
                    |]
            }
    }

/// Entries of which many have the same fields.
let private streamEntries: Gen<StreamEntry[]> =
    gen {
        let! entries = smallArray streamEntry
        let! copied = Gen.arrayOfLength entries.Length (Gen.elements [ true; false ])

        let alike =
            entries
            |> Array.mapi (fun index entry ->
                let before = entries[max 0 (index - 1)]

                if copied[index] then
                    { entry with
                        Fields =
                            before.Fields
                            |> Array.mapi (fun at text -> if at % 2 = 0 then text else [| byte index |])
                    }
                else
                    entry)

        return alike
    }

let private pendingEntry: Gen<PendingEntry> =
    gen {
        let! id = streamId
        let! time = time
        let! count = count

        return
            {
                Id = id
                DeliveryTime = time
                DeliveryCount = count
            }
    }

/// Everything pending is some consumer's, or was given back.
let private consumer generation (pending: StreamId[]) : Gen<StreamConsumer> =
    gen {
        let! name = name
        let! seen = time
        let! active = optionOf (generation >= 3) time
        let! isActive = Gen.elements [ true; false ]

        return
            {
                Name = name
                SeenTime = seen
                ActiveTime = if isActive then active else ValueNone
                Pending = pending
            }
    }

let private group generation : Gen<StreamGroup> =
    gen {
        let! name = name
        let! lastId = streamId

        let! read =
            if generation >= 2 then
                sometimes count
            else
                Gen.constant ValueNone

        let! pending = smallArray pendingEntry
        let ids = pending |> Array.map _.Id
        let! nacked = Gen.choose (0, if generation >= 5 then ids.Length else 0)
        let! parts = Gen.choose (1, 3)
        let shares = Array.splitInto parts ids[nacked..]

        let! consumers =
            Gen.sequenceToArray [| for share in shares -> consumer generation share |]

        return
            {
                Name = name
                LastId = lastId
                EntriesRead = read
                Pending = pending
                Consumers = consumers
                Nacked = ids[.. nacked - 1]
            }
    }

let private producer: Gen<StreamProducer> =
    gen {
        let! name = text

        let! entries =
            smallArray (Gen.map2 (fun name id -> { Name = name; Id = id }) text streamId)

        return { Name = name; Entries = entries }
    }

let private idempotence: Gen<StreamIdempotence> =
    gen {
        let! duration = count
        let! entries = count
        let! producers = Gen.resize 3 (Gen.arrayOf producer)
        let! added = natural
        let! duplicates = natural

        return
            {
                Duration = duration
                MaximumEntries = entries
                Producers = producers
                Added = added
                Duplicates = duplicates
            }
    }

let private details generation length : Gen<StreamDetails> =
    gen {
        let! lastId = streamId
        let! firstId = optionOf (generation >= 2) streamId
        let! deletedId = optionOf (generation >= 2) streamId
        let! added = optionOf (generation >= 2) natural
        let! groups = Gen.resize 3 (Gen.arrayOf (group generation))
        let! idempotence = optionOf (generation >= 4) idempotence

        return
            {
                Length = int64 length
                LastId = lastId
                FirstId = firstId
                MaximumDeletedId = deletedId
                EntriesAdded = added
                Groups = groups
                Idempotence = idempotence
            }
    }

let private stream form : Gen<RdbValue> =
    gen {
        let! entries = streamEntries

        let! details =
            details (List.findIndex ((=) form) [ 15; 19; 21; 26; 27 ] + 1) entries.Length

        return RdbValue.Stream(entries, ValueSome details)
    }

let private arrayValue: Gen<ArrayValue> =
    Gen.oneof
        [
            Gen.map ArrayValue.Integer number
            Gen.map ArrayValue.Float score
            Gen.map ArrayValue.Text name
        ]

let private array: Gen<RdbValue> =
    gen {
        let! indices = smallList (Gen.map uint64 number)
        let indices = List.sort (List.distinct indices)
        let! values = Gen.listOfLength indices.Length arrayValue
        let elements = List.map2 (fun index value -> struct (index, value)) indices values
        let! insertAt = sometimes (Gen.map uint64 number)
        return RdbValue.Array(Array.ofList elements, insertAt)
    }

let moduleItem: Gen<ModuleItem> =
    Gen.oneof
        [
            Gen.map ModuleItem.Signed number
            Gen.map (uint64 >> ModuleItem.Unsigned) number
            Gen.map (float32 >> ModuleItem.Float) score
            Gen.map ModuleItem.Double score
            Gen.map ModuleItem.Text text
        ]

let moduleName: Gen<string> =
    Gen.elements [ "ReJSON-RL"; "MBbloom--"; "AAAAAAAAA"; "_________"; "test-1_aZ" ]

let private moduleValue: Gen<RdbValue> =
    Gen.map3
        (fun name version items -> RdbValue.Module(name, version, items))
        moduleName
        (Gen.choose (0, 1023))
        (smallArray moduleItem)

/// A value for the type of that number.
let value form : Gen<RdbValue> =
    match Forms.kindOf form with
    | RdbKind.String -> Gen.map RdbValue.String text
    | RdbKind.List -> Gen.map RdbValue.List (smallArray text)
    | RdbKind.Set -> Gen.map RdbValue.Set (members form)
    | RdbKind.SortedSet -> Gen.map RdbValue.SortedSet (smallArray scoredMember)
    | RdbKind.Hash -> Gen.map RdbValue.Hash (smallArray (field form))
    | RdbKind.Stream -> stream form
    | RdbKind.Array -> array
    | _ -> moduleValue
