/// The lines that `--format jsonl` should write, from what is in a snapshot.
module HybridReplica.Tests.Inspect.ExpectedJson

open System
open System.Text
open System.Text.Json
open System.Text.Json.Nodes
open System.Text.Unicode
open HybridReplica.Core
open HybridReplica.Tests.Rdb

let private value (value: 'Value) : JsonNode | null = JsonSerializer.SerializeToNode value

let private array (items: (JsonNode | null) seq) : JsonNode | null = JsonArray(Array.ofSeq items)

let private object (members: (string * (JsonNode | null)) seq) : JsonNode | null =
    let result = JsonObject()

    for name, node in members do
        result.Add(name, node)

    result

/// A string where it is UTF-8.
let text (bytes: byte[]) : JsonNode | null =
    if Utf8.IsValid(ReadOnlySpan bytes) then
        value (Encoding.UTF8.GetString bytes)
    else
        object [ "base64", value (Convert.ToBase64String bytes) ]

let private number (number: float) : JsonNode | null =
    if Double.IsNaN number then value "nan"
    elif Double.IsPositiveInfinity number then value "inf"
    elif Double.IsNegativeInfinity number then value "-inf"
    else value number

let private optional (write: 'Value -> JsonNode | null) (known: 'Value voption) : JsonNode | null =
    match known with
    | ValueSome known -> write known
    | ValueNone -> null

let private id (id: StreamId) = value (string id)

let private ids name (ids: StreamId[]) =
    [
        if ids.Length > 0 then
            name, array (Seq.map id ids)
    ]

let private streamEntry (entry: StreamEntry) =
    object
        [
            "id", id entry.Id
            "fields", array [ for pair in Array.chunkBySize 2 entry.Fields -> array (Seq.map text pair) ]
        ]

let private consumer form (consumer: StreamConsumer) =
    object
        [
            "name", text consumer.Name
            "seen", value consumer.SeenTime
            if form >= 21 then
                "active", optional value consumer.ActiveTime
            yield! ids "pending" consumer.Pending
        ]

let private group form (group: StreamGroup) =
    object
        [
            "name", text group.Name
            "lastId", id group.LastId
            if form >= 19 then
                "entriesRead", optional value group.EntriesRead
            if group.Pending.Length > 0 then
                "pending",
                array
                    [
                        for pending in group.Pending ->
                            array [ id pending.Id; value pending.DeliveryTime; value pending.DeliveryCount ]
                    ]
            if group.Consumers.Length > 0 then
                "consumers", array (Seq.map (consumer form) group.Consumers)
            yield! ids "nacked" group.Nacked
        ]

let private producer (producer: StreamProducer) =
    object
        [
            "name", text producer.Name
            "entries", array [ for entry in producer.Entries -> array [ text entry.Name; id entry.Id ] ]
        ]

let private idempotence (memory: StreamIdempotence) =
    object
        [
            "duration", value memory.Duration
            "maximumEntries", value memory.MaximumEntries
            if memory.Producers.Length > 0 then
                "producers", array (Seq.map producer memory.Producers)
            "added", value memory.Added
            "duplicates", value memory.Duplicates
        ]

let private stream form (entries: StreamEntry[]) (details: StreamDetails) =
    let known name write known =
        match known with
        | ValueSome known -> [ name, write known ]
        | ValueNone -> []

    object
        [
            "entries", array (Seq.map streamEntry entries)
            "length", value details.Length
            "lastId", id details.LastId
            yield! known "firstId" id details.FirstId
            yield! known "maximumDeletedId" id details.MaximumDeletedId
            yield! known "entriesAdded" value details.EntriesAdded
            if details.Groups.Length > 0 then
                "groups", array (Seq.map (group form) details.Groups)
            yield! known "idempotence" idempotence details.Idempotence
        ]

let private arrayElement (element: ArrayValue) =
    match element with
    | ArrayValue.Integer number -> value (string number)
    | ArrayValue.Float number' -> number number'
    | ArrayValue.Text bytes -> text bytes

let private moduleItem (item: ModuleItem) =
    match item with
    | ModuleItem.Signed number -> [ value "signed"; value number ]
    | ModuleItem.Unsigned number -> [ value "unsigned"; value number ]
    | ModuleItem.Float number' -> [ value "float"; number (float number') ]
    | ModuleItem.Double number' -> [ value "double"; number number' ]
    | ModuleItem.Text bytes -> [ value "string"; text bytes ]
    |> array

let private field (field: HashField) =
    array
        [
            text field.Field
            text field.Value
            if field.Expiry.IsSome then
                value field.Expiry.Value
        ]

/// A value, and how many elements it has.
let private valueOf form (given: RdbValue) : (JsonNode | null) * int option =
    match given with
    | RdbValue.String bytes -> text bytes, None
    | RdbValue.List elements
    | RdbValue.Set elements -> array (Seq.map text elements), Some elements.Length
    | RdbValue.SortedSet members ->
        array [ for scored in members -> array [ text scored.Member; number scored.Score ] ], Some members.Length
    | RdbValue.Hash fields -> array (Seq.map field fields), Some fields.Length
    | RdbValue.Stream(entries, details) -> stream form entries details.Value, Some entries.Length
    | RdbValue.Array(elements, insertAt) ->
        object
            [
                if insertAt.IsSome then
                    "insertAt", value insertAt.Value
                if elements.Length > 0 then
                    "items",
                    array
                        [
                            for struct (index, element) in elements -> array [ value index; arrayElement element ]
                        ]
            ],
        Some elements.Length
    | RdbValue.Module(name, version, items) ->
        object
            [
                "name", value name
                "version", value version
                "items", array (Seq.map moduleItem items)
            ],
        None

/// The line of an entry, but for its type and its encoding.
let line (database: int64) (entry: WrittenEntry) (bounds: EntryBounds) : JsonNode | null =
    let valueNode, elements = valueOf entry.Form entry.Value

    object
        [
            "db", value database
            "key", text entry.Key
            "expiry", optional value entry.Expiry
            if entry.Idle.IsSome then
                "idle", value entry.Idle.Value
            if entry.Frequency.IsSome then
                "frequency", value entry.Frequency.Value
            "value", valueNode
            "elements",
            (match elements with
             | Some count -> value count
             | None -> null)
            "bytes", value (bounds.End - bounds.Start)
        ]
