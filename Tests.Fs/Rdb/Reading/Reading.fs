/// Reads RDBs into lists of what was found.
module HybridReplica.Tests.Rdb.Reading

open System
open HybridReplica.Core

/// What the scan says of an entry while it is in it.
type EntryHead =
    {
        Database: int
        Form: int
        Encoding: string
        Expiry: int64 voption
        Idle: int64 voption
        Frequency: int voption
        Offset: int64
    }

/// A token by itself: texts whole, and what has no meaning left out.
type Item =
    {
        Kind: RdbTokenKind
        Text: byte[]
        /// Whether the text is stored as a number.
        IsNumber: bool
        Numbers: int64 list
        Head: EntryHead voption
    }

/// What became of an RDB.
type Read =
    {
        Items: Item list
        /// Why it could not be read further.
        Trouble: RdbTrouble option
        Offset: int64
        Version: RdbVersion
        Verdict: RdbVerdict
    }

let private isText kind =
    match kind with
    | RdbTokenKind.AuxiliaryName
    | RdbTokenKind.AuxiliaryValue
    | RdbTokenKind.SlotImport
    | RdbTokenKind.FunctionLibrary
    | RdbTokenKind.EntryStarted
    | RdbTokenKind.Raw
    | RdbTokenKind.String
    | RdbTokenKind.Element
    | RdbTokenKind.Field
    | RdbTokenKind.FieldValue
    | RdbTokenKind.Member
    | RdbTokenKind.StreamField
    | RdbTokenKind.StreamValue
    | RdbTokenKind.Group
    | RdbTokenKind.Consumer
    | RdbTokenKind.Producer
    | RdbTokenKind.ProducerEntry
    | RdbTokenKind.ArrayValue
    | RdbTokenKind.ModuleString -> true
    | _ -> false

let private numbersOf (token: byref<RdbToken>) : int64 list =
    match token.Kind with
    | RdbTokenKind.Started
    | RdbTokenKind.ModuleEnded
    | RdbTokenKind.Ended -> []
    | RdbTokenKind.DatabaseSize
    | RdbTokenKind.SlotRange
    | RdbTokenKind.ModuleAuxiliary
    | RdbTokenKind.EntryEnded
    | RdbTokenKind.StreamEntry
    | RdbTokenKind.StreamLastId
    | RdbTokenKind.StreamFirstId
    | RdbTokenKind.StreamMaximumDeletedId
    | RdbTokenKind.GroupLastId
    | RdbTokenKind.ConsumerPending
    | RdbTokenKind.GroupNacked
    | RdbTokenKind.StreamIdempotence
    | RdbTokenKind.ProducerEntryId
    | RdbTokenKind.StreamIdempotenceCounts -> [ token.Number; token.Second ]
    | RdbTokenKind.SlotInfo -> [ token.Number; token.Second; token.Third ]
    | RdbTokenKind.GroupPending -> [ token.Number; token.Second; token.Time; token.Count ]
    | kind when isText kind -> []
    | _ -> [ token.Number ]

let private headOf (scan: byref<RdbScan>) : EntryHead =
    match scan.ValueType, scan.Encoding with
    | null, _
    | _, null -> failwith "An entry has no type."
    | valueType, encoding ->
        {
            Database = scan.Database
            Form = valueType.Number
            Encoding = encoding
            Expiry = scan.Expiry
            Idle = scan.Idle
            Frequency = scan.Frequency
            Offset = scan.EntryOffset
        }

/// Keeps all tokens, and looks after what must be true of them.
type private Keeping() =
    let items = ResizeArray<Item>()
    let parts = ResizeArray<byte>()
    let mutable head = ValueNone

    member _.Items = items

    member private _.Append(item: Item) =
        match Seq.tryLast items with
        | Some last when last.Kind = RdbTokenKind.Raw && item.Kind = RdbTokenKind.Raw ->
            items[items.Count - 1] <-
                { last with
                    Text = Array.append last.Text item.Text
                }
        | _ -> items.Add item

    interface ITokens with
        member this.Take(scan, token, window, scratch) =
            let kind = token.Kind

            if kind = RdbTokenKind.EntryStarted then
                head <- ValueSome(headOf &scan)
            elif head.IsSome && head <> ValueSome(headOf &scan) then
                failwith $"At {kind} the scan no longer says {head}."

            if scan.IsInEntry <> head.IsSome then
                failwith $"At {kind} it is {scan.IsInEntry} that the scan is in an entry."

            let item text =
                {
                    Kind = kind
                    Text = text
                    IsNumber = false
                    Numbers = []
                    Head = ValueNone
                }

            if isText kind then
                if kind <> RdbTokenKind.Raw && token.IsFirst <> (parts.Count = 0) then
                    failwith $"A part of {kind} is out of turn."

                let room = Array.zeroCreate<byte> 20
                parts.AddRange(token.Text(ReadOnlySpan window, ReadOnlySpan scratch, Span room).ToArray())

                if kind = RdbTokenKind.Raw || token.IsLast then
                    let text = parts.ToArray()
                    parts.Clear()

                    if kind <> RdbTokenKind.Raw && token.Total <> text.LongLength then
                        failwith $"{kind} says {token.Total} bytes and has {text.LongLength}."

                    this.Append
                        { item text with
                            IsNumber = token.IsNumber
                            Head = if kind = RdbTokenKind.EntryStarted then head else ValueNone
                        }
            else
                this.Append
                    { item [||] with
                        Numbers = numbersOf &token
                        Head = if kind = RdbTokenKind.EntryEnded then head else ValueNone
                    }

            if kind = RdbTokenKind.EntryEnded then
                head <- ValueNone

let feed (feeding: Feeding) (bytes: byte[]) : Read =
    let kept = Keeping()
    let mutable scan = Feeder().Feed(bytes, bytes.Length, feeding, kept)

    {
        Items = List.ofSeq kept.Items
        Trouble = Option.ofObj scan.Trouble
        Offset = scan.Offset
        Version = scan.Version
        Verdict = scan.Verdict
    }

/// All bytes at once, and texts whole.
let atOnce look : Feeding =
    {
        Sizes = [| Int32.MaxValue |]
        PartsAbove = Int32.MaxValue
        Limit = 1L <<< 29
        Looks = [| look |]
        IsHasty = false
    }

let read look (bytes: byte[]) : Read = feed (atOnce look) bytes
