/// Says where two values differ, so that nobody has to search for it.
module internal Expecto.Difference

open System.Reflection
open Microsoft.FSharp.Reflection

/// The first position at which the sequences differ, with what stands there.
let first (actual: seq<'a>) (expected: seq<'a>) =
    let left = Seq.toArray actual
    let right = Seq.toArray expected

    let position =
        Seq.init (max left.Length right.Length) id
        |> Seq.tryFind (fun index -> Array.tryItem index left <> Array.tryItem index right)

    position
    |> Option.map (fun index -> index, Array.tryItem index left, Array.tryItem index right)

/// Both values, one above the other. Strings stand as they are.
let bothInFull (actual: obj | null) (expected: obj | null) =
    let show (value: obj | null) =
        match value with
        | :? string as text -> text
        | _ -> sprintf "%A" value

    let left = show actual
    let right = show expected

    let separator =
        if left.Length + right.Length > 160 || left.Contains '\n' || right.Contains '\n' then
            "\n"
        else
            " "

    $"\nexpected:%s{separator}%s{right}\n  actual:%s{separator}%s{left}"

let private ofSequences name actual expected =
    match first actual expected with
    | None -> "There is no difference between the elements."
    | Some(index, Some left, Some right) ->
        $"%s{name} does not match at position %d{index}. Expected %A{right}, but got %A{left}."
    | Some(index, None, right) ->
        $"%s{name} is shorter than expected: at position %d{index} %A{Option.toList right} should follow."
    | Some(index, left, _) -> $"%s{name} is longer than expected: at position %d{index} follows %A{Option.toList left}."

/// Where a string departs from the expected one.
let ofStrings (actual: string) (expected: string) =
    ofSequences "String" actual expected + bothInFull actual expected

/// Where a sequence departs from the expected one.
let ofElements actual expected =
    let numbered items =
        items
        |> Seq.mapi (fun index item -> $"  [%d{index}] %A{item}")
        |> String.concat "\n"

    ofSequences "Sequence" actual expected
    + bothInFull (numbered actual) (numbered expected)

/// The first field in which two records of one type differ.
let private ofFields (actual: obj) (expected: obj) =
    FSharpType.GetRecordFields(actual.GetType(), BindingFlags.Public ||| BindingFlags.NonPublic)
    |> Seq.indexed
    |> Seq.tryPick (fun (index, field) ->
        let left = field.GetValue actual
        let right = field.GetValue expected

        if left = right then
            None
        else
            Some(
                $"Record does not match at position %d{index + 1} for field `%s{field.Name}`. "
                + $"Expected %A{right}, but got %A{left}."
            ))

/// Where any value departs from the expected one.
let ofValues (actual: obj | null) (expected: obj | null) =
    let isRecord (value: obj) =
        FSharpType.IsRecord(value.GetType(), BindingFlags.Public ||| BindingFlags.NonPublic)

    match actual, expected with
    | (:? string as left), (:? string as right) -> ofStrings left right
    | NonNull left, NonNull right when isRecord left ->
        let field = ofFields left right |> Option.defaultValue "Records differ."
        field + bothInFull left right
    | _ -> "Values differ." + bothInFull actual expected
