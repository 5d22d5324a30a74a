/// Lists, sets, sorted sets, hashes and arrays in all their forms.
module HybridReplica.Tests.Rdb.Collections

open System
open System.Globalization
open HybridReplica.Core

let private repeat (pen: Pen) (write: 'Element -> unit) (elements: 'Element[]) =
    pen.Length elements.Length
    Array.iter write elements

/// Cut into some parts of one to four.
let inParts (pen: Pen) (elements: 'Element list) : 'Element list list =
    let rec cut elements =
        match elements with
        | [] -> []
        | _ ->
            let count = min (pen.Chance.Between(1, 4)) (List.length elements)
            List.take count elements :: cut (List.skip count elements)

    cut elements

let private listNode (pen: Pen) (elements: byte[] list) =
    match elements with
    | [ element ] when pen.Chance.OnceIn 2 ->
        pen.Length 1
        Texts.writeBytes pen element
    | _ ->
        pen.Length 2
        Texts.writeBytes pen (Packed.listpack pen elements)

let writeList (pen: Pen) form (elements: byte[][]) =
    match form with
    | 1 -> repeat pen (Texts.write pen) elements
    | 10 -> Texts.writeBytes pen (Packed.ziplist pen (List.ofArray elements))
    | 14 ->
        Array.ofList (inParts pen (List.ofArray elements))
        |> repeat pen (fun part -> Texts.writeBytes pen (Packed.ziplist pen part))
    | 18 -> Array.ofList (inParts pen (List.ofArray elements)) |> repeat pen (listNode pen)
    | other -> failwith $"No list is of type {other}."

let writeSet (pen: Pen) form (members: byte[][]) =
    match form with
    | 2 -> repeat pen (Texts.write pen) members
    | 11 ->
        let numbers = [ for text in members -> Option.get (Texts.tryNumber text) ]
        Texts.writeBytes pen (Packed.intset pen numbers)
    | 20 -> Texts.writeBytes pen (Packed.listpack pen (List.ofArray members))
    | other -> failwith $"No set is of type {other}."

/// A score in text, as long or as short as it may be.
let private scoreText (pen: Pen) (score: float) : byte[] =
    if Double.IsPositiveInfinity score then
        Texts.ascii "inf"
    elif Double.IsNegativeInfinity score then
        Texts.ascii "-inf"
    else
        let format = if pen.Chance.OnceIn 2 then "R" else "G17"
        Texts.ascii (score.ToString(format, CultureInfo.InvariantCulture))

let private writeScoreText (pen: Pen) (score: float) =
    if Double.IsPositiveInfinity score then
        pen.Byte 254
    elif Double.IsNegativeInfinity score then
        pen.Byte 255
    else
        let text = scoreText pen score
        pen.Byte text.Length
        pen.Bytes text

let writeSortedSet (pen: Pen) form (members: ScoredMember[]) =
    let pairs () =
        members
        |> Seq.collect (fun scored -> [ scored.Member; scoreText pen scored.Score ])
        |> List.ofSeq

    let write writeScore (scored: ScoredMember) =
        Texts.write pen scored.Member
        writeScore scored.Score

    match form with
    | 3 -> repeat pen (write (writeScoreText pen)) members
    | 5 -> repeat pen (write pen.Double) members
    | 12 -> Texts.writeBytes pen (Packed.ziplist pen (pairs ()))
    | 17 -> Texts.writeBytes pen (Packed.listpack pen (pairs ()))
    | other -> failwith $"No sorted set is of type {other}."

/// What all expiries are counted from: not above the first of them.
let private expiryBase (pen: Pen) (fields: HashField[]) : int64 =
    let expiries =
        [ for field in fields -> ValueOption.defaultValue Int64.MaxValue field.Expiry ]

    match List.filter ((<>) Int64.MaxValue) expiries with
    | [] -> int64 (pen.Chance.Next() >>> 20)
    | some when pen.Chance.OnceIn 3 -> max 0L (List.min some - int64 (pen.Chance.Between(0, 100_000)))
    | some -> List.min some

let private writeField (pen: Pen) (field: HashField) =
    Texts.write pen field.Field
    Texts.write pen field.Value

let private triples (fields: HashField[]) =
    [
        for field in fields do
            field.Field
            field.Value
            Texts.decimal (ValueOption.defaultValue 0L field.Expiry)
    ]

let private pairs (fields: HashField[]) =
    [
        for field in fields do
            field.Field
            field.Value
    ]

let writeHash (pen: Pen) form (fields: HashField[]) =
    match form, pen.Version.Vendor with
    | 4, _ -> repeat pen (writeField pen) fields
    | 9, _ -> Texts.writeBytes pen (Packed.zipmap pen fields)
    | 13, _ -> Texts.writeBytes pen (Packed.ziplist pen (pairs fields))
    | 16, _ -> Texts.writeBytes pen (Packed.listpack pen (pairs fields))
    | 22, RdbVendor.Valkey ->
        fields
        |> repeat pen (fun field ->
            writeField pen field
            pen.LittleEndian(8, ValueOption.defaultValue -1L field.Expiry))
    | 22, RdbVendor.Redis ->
        fields
        |> repeat pen (fun field ->
            pen.Length(ValueOption.defaultValue 0L field.Expiry)
            writeField pen field)
    | 23, _ -> Texts.writeBytes pen (Packed.listpack pen (triples fields))
    | 24, _ ->
        let first = expiryBase pen fields
        pen.LittleEndian(8, first)

        fields
        |> repeat pen (fun field ->
            match field.Expiry with
            | ValueSome expiry -> pen.Length(expiry - first + 1L)
            | ValueNone -> pen.Length 0

            writeField pen field)
    | 25, _ ->
        pen.LittleEndian(8, expiryBase pen fields)
        Texts.writeBytes pen (Packed.listpack pen (triples fields))
    | other, _ -> failwith $"No hash is of type {other}."

let private writeArrayValue (pen: Pen) value =
    match value with
    | ArrayValue.Text text ->
        // Long texts and short ones, which nobody who reads needs to tell apart.
        pen.Length(pen.Chance.Pick [ 0; 3 ])
        Texts.writeBytes pen text
    | ArrayValue.Integer number ->
        pen.Length 1
        pen.LittleEndian(8, number)
    | ArrayValue.Float number ->
        pen.Length 2
        pen.Double number

let writeArray (pen: Pen) (elements: struct (uint64 * ArrayValue)[]) (insertAt: uint64 voption) =
    pen.Length elements.Length

    match insertAt with
    | ValueSome index ->
        pen.Length 1
        pen.Length index
    | ValueNone -> pen.Length 0

    for struct (index, value) in elements do
        pen.Length index
        writeArrayValue pen value
