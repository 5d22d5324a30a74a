/// The JSON that another decoder prints for the sample files beside the repository.
module HybridReplica.Tests.SharedJson

open System
open System.Globalization
open System.IO
open System.Text.Json
open HybridReplica.Core
open HybridReplica.Tests.ToldValues

/// What a JSON file tells.
type SharedJson =
    {
        /// Auxiliary fields, if they are told.
        Auxiliary: (string * Told) list
        /// Of a database: keys, and how many of them expire.
        Sizes: (string * Told) list
        /// A slot, its keys, and how many of them expire.
        Slots: (string * Told) list
        Functions: (string * Told) list
        /// Database, key and value.
        Entries: (int * (string * Told)) list
    }

let private text (element: JsonElement) =
    match element.GetString() with
    | null -> failwith "A text is null."
    | text -> text

let rec private toldOf (element: JsonElement) : Told =
    match element.ValueKind with
    | JsonValueKind.String -> Text(text element)
    | JsonValueKind.Number -> Text(element.GetRawText())
    | JsonValueKind.Array -> List [ for each in element.EnumerateArray() -> toldOf each ]
    | JsonValueKind.Object -> Pairs [ for each in element.EnumerateObject() -> each.Name, toldOf each.Value ]
    | kind -> failwith $"Nobody expected {kind}."

let private pairsOf (told: Told) =
    match told with
    | Pairs pairs -> pairs
    | _ -> failwith "These are no pairs."

/// Reads a JSON file. It holds the members of an object without its braces, or an array of objects, one for each
/// database.
let read (path: string) : SharedJson =
    let content = (File.ReadAllText path).Trim()

    let whole =
        if content.StartsWith('[') then
            content
        else
            "[{" + content + "}]"

    use document =
        JsonDocument.Parse(whole, JsonDocumentOptions(AllowTrailingCommas = true))

    let members =
        [
            for database, keys in Seq.indexed (document.RootElement.EnumerateArray()) do
                for name, told in pairsOf (toldOf keys) do
                    database, (name, told)
        ]

    let beside name =
        members
        |> List.tryPick (fun (_, (key, told)) -> if key = name then Some(pairsOf told) else None)
        |> Option.defaultValue []

    let isEntry (_, (name: string, _)) =
        not (name.StartsWith("__", StringComparison.Ordinal))

    {
        Auxiliary = beside "__aux__"
        Sizes = beside "__dbsize__"
        Slots = beside "__slotinfo__"
        Functions = beside "__func__"
        Entries = List.filter isEntry members
    }

// The same number can be written in more than one way.
let private score (text: string) =
    match text with
    | "inf"
    | "-inf" -> text
    | number -> toldScore (Double.Parse(number, CultureInfo.InvariantCulture))

/// The value of a key of this kind: JSON has no sets, and scores are texts in it.
let ofKind (kind: RdbKind) (told: Told) : Told =
    match kind, told with
    | RdbKind.Set, List members -> Members members
    | RdbKind.SortedSet, Pairs pairs ->
        pairs
        |> List.map (fun (name, value) ->
            match value with
            | Text text -> name, Text(score text)
            | other -> name, other)
        |> Pairs
    | _ -> told
