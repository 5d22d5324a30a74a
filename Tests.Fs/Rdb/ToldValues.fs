/// The values of entries in the form in which the JSON beside sample files tells them: texts, lists and pairs.
module HybridReplica.Tests.ToldValues

open System.Globalization
open System.Text
open HybridReplica.Core
open HybridReplica.Tests.Decoding

/// A value as it is told. Texts have one character for each byte.
type Told =
    | Text of text: string
    | List of elements: Told list
    /// In an order that means nothing.
    | Members of members: Told list
    /// Names and values, in an order that means nothing.
    | Pairs of pairs: (string * Told) list

let private text (found: Found) = Encoding.Latin1.GetString found.Text

/// The shortest text that is read as the same number, but for the infinite ones.
let toldScore (score: float) =
    match score with
    | System.Double.PositiveInfinity -> "inf"
    | System.Double.NegativeInfinity -> "-inf"
    | score -> (score + 0.0).ToString("R", CultureInfo.InvariantCulture)

// Of hashes and sorted sets: they can be large, so it must not call itself within itself.
let private pairs (value: Found list) =
    let rec add (told: (string * Told) list) (value: Found list) =
        match value with
        | field :: content :: rest when field.Kind = RdbTokenKind.Field ->
            add ((text field, Text(text content)) :: told) rest
        | expiry :: rest when expiry.Kind = RdbTokenKind.FieldExpiry -> add told rest
        | name :: score :: rest when name.Kind = RdbTokenKind.Member ->
            add ((text name, Text(toldScore score.Score)) :: told) rest
        | [] -> List.rev told
        | other :: _ -> failwith $"Nobody expected {other.Kind} among pairs."

    add [] value

let private splitBefore (kinds: RdbTokenKind list) (value: Found list) =
    let add (found: Found) (pieces: Found list list) =
        match pieces with
        | piece :: rest -> (found :: piece) :: rest
        | [] -> [ [ found ] ]

    List.foldBack
        (fun found pieces ->
            let pieces = add found pieces

            if List.contains found.Kind kinds then
                [] :: pieces
            else
                pieces)
        value
        []
    |> List.filter (List.isEmpty >> not)

let private isOf (kind: RdbTokenKind) (found: Found) = found.Kind = kind

let private number (number: int64) =
    Text(number.ToString CultureInfo.InvariantCulture)

let private idOf kind value =
    value |> List.find (isOf kind) |> _.Id |> string |> Text

let private numberOf kind value =
    value |> List.find (isOf kind) |> _.Number |> number

let private streamEntry (piece: Found list) =
    let rec items (found: Found list) =
        match found with
        | field :: content :: rest -> (text field, Text(text content)) :: items rest
        | _ -> []

    Pairs [ "id", Text(string piece.Head.Id); "items", Pairs(items piece.Tail) ]

let private consumer (piece: Found list) =
    let pending =
        piece
        |> List.filter (isOf RdbTokenKind.ConsumerPending)
        |> List.map (fun found -> Pairs [ "id", Text(string found.Id) ])

    Pairs
        [
            "name", Text(text piece.Head)
            "activeTime", numberOf RdbTokenKind.ConsumerActive piece
            "seenTime", numberOf RdbTokenKind.ConsumerSeen piece
            if not pending.IsEmpty then
                "pending", List pending
        ]

let private group (piece: Found list) =
    let pending =
        piece
        |> List.filter (isOf RdbTokenKind.GroupPending)
        |> List.map (fun found ->
            Pairs
                [
                    "sent", number found.Time
                    "id", Text(string found.Id)
                    "count", number found.Count
                ])

    let consumers =
        piece
        |> splitBefore [ RdbTokenKind.Consumer ]
        |> List.filter (List.head >> isOf RdbTokenKind.Consumer)
        |> List.map consumer

    Pairs
        [
            "name", Text(text piece.Head)
            "lastid", idOf RdbTokenKind.GroupLastId piece
            "entriesRead", numberOf RdbTokenKind.GroupEntriesRead piece
            "pending", List pending
            "consumers", List consumers
        ]

let private entriesOf (value: Found list) =
    value
    |> splitBefore [ RdbTokenKind.StreamEntry; RdbTokenKind.StreamLength ]
    |> List.filter (List.head >> isOf RdbTokenKind.StreamEntry)
    |> List.map streamEntry

/// A stream without what it says of itself.
let toldEntries (value: Found list) : Told =
    Pairs [ "entries", List(entriesOf value) ]

/// A stream with everything.
let toldStream (value: Found list) : Told =
    let groups =
        value
        |> splitBefore [ RdbTokenKind.Group ]
        |> List.filter (List.head >> isOf RdbTokenKind.Group)

    Pairs
        [
            "entries", List(entriesOf value)
            "length", numberOf RdbTokenKind.StreamLength value
            "entriesAdded", numberOf RdbTokenKind.StreamEntriesAdded value
            "firstID", idOf RdbTokenKind.StreamFirstId value
            "lastID", idOf RdbTokenKind.StreamLastId value
            "maxDelEntryID", idOf RdbTokenKind.StreamMaximumDeletedId value
            "groups", List(List.map group groups)
        ]

/// Any other value.
let told (entry: FoundEntry) : Told =
    match entry.Type.Kind with
    | RdbKind.String -> Text(text entry.Value.Head)
    | RdbKind.List -> entry.Value |> List.map (text >> Text) |> List
    | RdbKind.Set -> entry.Value |> List.map (text >> Text) |> Members
    | RdbKind.Hash
    | RdbKind.SortedSet -> Pairs(pairs entry.Value)
    | RdbKind.Stream -> toldEntries entry.Value
    | kind -> failwith $"Nobody tells {kind}."

/// The same with everything in one order whose order means nothing.
let rec inOrder (told: Told) : Told =
    match told with
    | Text _ -> told
    | List elements -> List(List.map inOrder elements)
    | Members members -> Members(List.sort members)
    | Pairs pairs ->
        pairs
        |> List.map (fun (name, value) -> name, inOrder value)
        |> List.sort
        |> Pairs
