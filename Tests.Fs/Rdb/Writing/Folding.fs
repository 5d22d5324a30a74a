/// Makes what is in an RDB out of what was found in it.
module HybridReplica.Tests.Rdb.Folding

open System
open HybridReplica.Core
open HybridReplica.Tests.Rdb.Reading

/// Goes from item to item.
type private Walk(items: Item list) =
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

    member this.Number kind : int64 = List.exactlyOne (this.Take kind).Numbers

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

let private hashField (walk: Walk) : HashField =
    {
        Field = walk.Text RdbTokenKind.Field
        Value = walk.Text RdbTokenKind.FieldValue
        Expiry = walk.Maybe(RdbTokenKind.FieldExpiry, (fun () -> walk.Number RdbTokenKind.FieldExpiry))
    }

let private scoredMember (walk: Walk) : ScoredMember =
    {
        Member = walk.Text RdbTokenKind.Member
        Score = walk.Float RdbTokenKind.Score
    }

let private moduleItems (walk: Walk) : ModuleItem list =
    [
        let mutable isOver = false

        while not isOver do
            if walk.Sees RdbTokenKind.ModuleSigned then
                ModuleItem.Signed(walk.Number RdbTokenKind.ModuleSigned)
            elif walk.Sees RdbTokenKind.ModuleUnsigned then
                ModuleItem.Unsigned(uint64 (walk.Number RdbTokenKind.ModuleUnsigned))
            elif walk.Sees RdbTokenKind.ModuleFloat then
                ModuleItem.Float(float32 (walk.Float RdbTokenKind.ModuleFloat))
            elif walk.Sees RdbTokenKind.ModuleDouble then
                ModuleItem.Double(walk.Float RdbTokenKind.ModuleDouble)
            elif walk.Sees RdbTokenKind.ModuleString then
                ModuleItem.Text(walk.Text RdbTokenKind.ModuleString)
            else
                isOver <- true
    ]

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

let private stream (walk: Walk) : RdbValue =
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

let private arrayElement (walk: Walk) : struct (uint64 * ArrayValue) =
    let index = uint64 (walk.Number RdbTokenKind.ArrayIndex)

    if walk.Sees RdbTokenKind.ArrayFloat then
        struct (index, ArrayValue.Float(walk.Float RdbTokenKind.ArrayFloat))
    else
        match walk.Take RdbTokenKind.ArrayValue with
        | item when item.IsNumber -> struct (index, ArrayValue.Integer(Option.get (Texts.tryNumber item.Text)))
        | item -> struct (index, ArrayValue.Text item.Text)

let private array (walk: Walk) : RdbValue =
    let insertAt =
        walk.Maybe(RdbTokenKind.ArrayInsertIndex, (fun () -> uint64 (walk.Number RdbTokenKind.ArrayInsertIndex)))

    RdbValue.Array(walk.All(RdbTokenKind.ArrayIndex, (fun () -> arrayElement walk)), insertAt)

let private moduleValue (walk: Walk) : RdbValue =
    let id = uint64 (walk.Number RdbTokenKind.Module)
    RdbValue.Module(Modules.nameOf id, Modules.versionOf id, Array.ofList (moduleItems walk))

let private value (walk: Walk) form : RdbValue =
    let elements () =
        walk.All(RdbTokenKind.Element, (fun () -> walk.Text RdbTokenKind.Element))

    match Forms.kindOf form with
    | RdbKind.String -> RdbValue.String(walk.Text RdbTokenKind.String)
    | RdbKind.List -> RdbValue.List(elements ())
    | RdbKind.Set -> RdbValue.Set(elements ())
    | RdbKind.SortedSet -> RdbValue.SortedSet(walk.All(RdbTokenKind.Member, (fun () -> scoredMember walk)))
    | RdbKind.Hash -> RdbValue.Hash(walk.All(RdbTokenKind.Field, (fun () -> hashField walk)))
    | RdbKind.Stream -> stream walk
    | RdbKind.Array -> array walk
    | _ -> moduleValue walk

let private entry (walk: Walk) metadata : WrittenEntry =
    let started = walk.Take RdbTokenKind.EntryStarted
    let head = started.Head.Value
    let value = value walk head.Form
    walk.Take RdbTokenKind.EntryEnded |> ignore

    {
        Key = started.Text
        Form = head.Form
        Value = value
        Expiry = head.Expiry
        Idle = head.Idle
        Frequency = head.Frequency
        Metadata = metadata
    }

let private classOf (walk: Walk) =
    let klass = walk.Number RdbTokenKind.KeyMetadata
    let items = moduleItems walk
    walk.Take RdbTokenKind.ModuleEnded |> ignore
    klass, items

let private part (walk: Walk) : RdbPart =
    if walk.Sees RdbTokenKind.AuxiliaryName then
        RdbPart.Auxiliary(walk.Text RdbTokenKind.AuxiliaryName, walk.Text RdbTokenKind.AuxiliaryValue)
    elif walk.Sees RdbTokenKind.FunctionLibrary then
        RdbPart.FunctionLibrary(walk.Text RdbTokenKind.FunctionLibrary)
    elif walk.Sees RdbTokenKind.ModuleAuxiliary then
        let id, placement = walk.Pair RdbTokenKind.ModuleAuxiliary
        let items = moduleItems walk
        walk.Take RdbTokenKind.ModuleEnded |> ignore
        RdbPart.ModuleAuxiliary(id, placement, items)
    elif walk.Sees RdbTokenKind.SlotImport then
        let job = walk.Text RdbTokenKind.SlotImport
        RdbPart.SlotImport(job, List.ofArray (walk.All(RdbTokenKind.SlotRange, (fun () -> walk.Pair RdbTokenKind.SlotRange))))
    elif walk.Sees RdbTokenKind.DatabaseSelected then
        RdbPart.Database(walk.Number RdbTokenKind.DatabaseSelected)
    elif walk.Sees RdbTokenKind.DatabaseSize then
        RdbPart.DatabaseSize(walk.Pair RdbTokenKind.DatabaseSize)
    elif walk.Sees RdbTokenKind.SlotInfo then
        RdbPart.SlotInfo(walk.Triple RdbTokenKind.SlotInfo)
    else
        let metadata = walk.All(RdbTokenKind.KeyMetadata, (fun () -> classOf walk))
        RdbPart.Entry(entry walk (List.ofArray metadata))

/// What is in an RDB that was looked at typed, and read to its end.
let content (read: Read) : RdbContent =
    if read.Trouble.IsSome then
        failwith $"It could not be read: %A{read.Trouble} at {read.Offset}."

    let walk = Walk read.Items
    walk.Take RdbTokenKind.Started |> ignore

    let parts =
        [
            while not (walk.Sees RdbTokenKind.Ended) do
                part walk
        ]

    walk.Take RdbTokenKind.Ended |> ignore

    if not walk.IsOver then
        failwith "Something follows the end."

    {
        Version = read.Version
        Parts = parts
        IsSummed =
            match read.Verdict with
            | RdbVerdict.Verified _ -> true
            | _ -> false
    }
