/// Makes what is in an RDB out of what was found in it.
module HybridReplica.Tests.Rdb.Folding

open HybridReplica.Core
open HybridReplica.Tests.Rdb.Reading

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
    | RdbKind.Stream -> StreamFolding.stream walk
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

        RdbPart.SlotImport(
            job,
            List.ofArray (walk.All(RdbTokenKind.SlotRange, (fun () -> walk.Pair RdbTokenKind.SlotRange)))
        )
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
