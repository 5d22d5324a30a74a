/// What a test expects of the values it meets: the actual one first, then the expected one, then what it is about.
module Expecto.Expect

open System
open System.Text.RegularExpressions

/// The values are equal.
let equal (actual: 'a) (expected: 'a) message =
    if actual <> expected then
        failtestf "%s. %s" message (Difference.ofValues (box actual) (box expected))

/// The values differ.
let notEqual (actual: 'a) (expected: 'a) message =
    if actual = expected then
        failtestf "%s. Expected anything but %A." message actual

/// The value is true.
let isTrue actual message =
    if not actual then
        failtestf "%s. Expected true, was false." message

/// The value is false.
let isFalse actual message =
    if actual then
        failtestf "%s. Expected false, was true." message

/// The option has a value, which is returned.
let wantSome option message =
    match option with
    | Some value -> value
    | None -> failtestf "%s. Expected Some, was None." message

/// The option has a value.
let isSome option message = wantSome option message |> ignore

/// The option has no value.
let isNone option message =
    match option with
    | None -> ()
    | Some value -> failtestf "%s. Expected None, was Some (%A)." message value

/// The result is `Ok`, and its value is returned.
let wantOk result message =
    match result with
    | Ok value -> value
    | Error error -> failtestf "%s. Expected Ok, was Error (%A)." message error

/// The result is `Ok`.
let isOk result message = wantOk result message |> ignore

/// The result is `Error`, and its error is returned.
let wantError result message =
    match result with
    | Error error -> error
    | Ok value -> failtestf "%s. Expected Error, was Ok (%A)." message value

/// The result is `Error`.
let isError result message = wantError result message |> ignore

/// The value is null.
let isNull (value: 'a) message =
    match box value with
    | null -> ()
    | _ -> failtestf "%s. Expected null, was %A." message value

/// The value is not null.
let isNotNull (value: 'a) message =
    match box value with
    | null -> failtestf "%s. Expected anything but null." message
    | _ -> ()

/// The sequence has no elements.
let isEmpty actual message =
    if not (Seq.isEmpty actual) then
        failtestf "%s. Should be empty, but is %A." message (List.ofSeq actual)

/// The sequence has elements.
let isNonEmpty actual message =
    if Seq.isEmpty actual then
        failtestf "%s. Should not be empty." message

/// The sequence has so many elements.
let hasLength (actual: seq<'a>) expectedLength message =
    let length = Seq.length actual

    if length <> expectedLength then
        failtestf "%s. Expected %d elements, but there are %d:\n%A" message expectedLength length (List.ofSeq actual)

/// The sequence has the element.
let contains sequence element message =
    if not (Seq.exists ((=) element) sequence) then
        failtestf "%s. %A is not among the elements:\n%A" message element (List.ofSeq sequence)

/// The sequence has all of the expected elements, however often and in whatever order.
let containsAll (actual: seq<'a>) (expected: seq<'a>) message =
    let present = List.ofSeq actual

    match
        expected
        |> Seq.filter (fun element -> not (List.contains element present))
        |> List.ofSeq
    with
    | [] -> ()
    | missing -> failtestf "%s. Missing are %A from the elements:\n%A" message missing present

/// The predicate holds for every element.
let all (actual: seq<'a>) predicate message =
    match actual |> Seq.indexed |> Seq.filter (snd >> predicate >> not) |> List.ofSeq with
    | [] -> ()
    | others -> failtestf "%s. It does not hold for these elements, by index: %A" message others

/// The predicate holds for some element.
let exists (actual: seq<'a>) predicate message =
    if not (Seq.exists predicate actual) then
        failtestf "%s. It holds for none of the elements:\n%A" message (List.ofSeq actual)

/// The sequences have equal elements in the same order.
let sequenceEqual actual expected message =
    if (Difference.first actual expected).IsSome then
        failtestf "%s. %s" message (Difference.ofElements actual expected)

let private compared holds relation actual limit message =
    if not holds then
        failtestf "%s. Expected %A to be %s %A." message actual relation limit

/// The first value is less than the second.
let isLessThan a b message =
    compared (a < b) "less than" a b message

/// The first value is less than the second or equal to it.
let isLessThanOrEqual a b message =
    compared (a <= b) "less than or equal to" a b message

/// The first value is greater than the second.
let isGreaterThan a b message =
    compared (a > b) "greater than" a b message

/// The first value is greater than the second or equal to it.
let isGreaterThanOrEqual a b message =
    compared (a >= b) "greater than or equal to" a b message

/// The text has the part somewhere.
let stringContains (subject: string) (substring: string) message =
    if not (subject.Contains(substring, StringComparison.Ordinal)) then
        failtestf "%s. Expected '%s' to contain '%s'." message subject substring

/// The text begins with the prefix.
let stringStarts (subject: string) (prefix: string) message =
    if not (subject.StartsWith(prefix, StringComparison.Ordinal)) then
        failtestf "%s. Expected '%s' to start with '%s'." message subject prefix

/// The text ends with the suffix.
let stringEnds (subject: string) (suffix: string) message =
    if not (subject.EndsWith(suffix, StringComparison.Ordinal)) then
        failtestf "%s. Expected '%s' to end with '%s'." message subject suffix

/// The regular expression is found in the text.
let isMatch (actual: string) (pattern: string) message =
    if not (Regex.IsMatch(actual, pattern)) then
        failtestf "%s. Expected '%s' to match /%s/." message actual pattern

let private thrownBy code =
    try
        code ()
        None
    with thrown ->
        Some thrown

/// The code throws.
let throws code message =
    if (thrownBy code).IsNone then
        failtestf "%s. Expected an exception." message

/// The code throws, and the exception is as the continuation wants it.
let throwsC code continuation =
    match thrownBy code with
    | Some thrown -> continuation thrown
    | None -> failtest "Expected an exception."

/// The code throws an exception of exactly this type.
[<RequiresExplicitTypeArguments>]
let throwsT<'exn when 'exn :> exn> code message =
    match thrownBy code with
    | Some thrown when thrown.GetType() = typeof<'exn> -> ()
    | Some thrown ->
        failtestf "%s. Expected %s, but %s was thrown." message typeof<'exn>.FullName (thrown.GetType().FullName)
    | None -> failtestf "%s. Expected an exception." message
