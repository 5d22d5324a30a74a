/// The list of everything that Redis does in the functions that the dialects are modelled on: each entry is accounted
/// for.
module HybridReplica.Tests.RowTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto

let private numbered prefix numbers =
    [ for number: int in numbers -> $"%s{prefix}-%02d{number}" ]

/// The ids that docs/differences.md explains.
let private rows =
    numbered "AB" [ 1..29 ]
    @ [ "AB-E" ]
    @ numbered "C" [ 1..6 ]
    @ numbered "C" [ 10..57 ]
    @ [ "C-E"; "C-W" ]
    @ numbered "S" [ 1..21 ]

let private folder = Path.Combine(Golden.root, "Tests.Fs")

/// Every test and every scenario but this list.
let private sources =
    [
        for pattern in [ "*.fs"; "*.txt" ] do
            for path in Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories) do
                let inside = Path.GetRelativePath(folder, path).Replace('\\', '/').Split '/'

                if not (Array.exists (fun part -> part = "bin" || part = "obj" || part = "RowTests.fs") inside) then
                    File.ReadAllText path
    ]

let private idsIn (text: string) =
    Regex.Matches(text, @"\b(AB|C|S)-([0-9]{2}|E|W)\b") |> Seq.map _.Value |> Set

let private differences = Golden.read "docs/differences.md"

let private tested = sources |> Seq.map idsIn |> Set.unionMany

/// The tables of docs/differences.md: the id, and what is done here.
let private explained =
    let row = @"^\| ((?:AB|C|S)-(?:[0-9]{2}|E|W)) \| .* \| (.*) \|$"

    Regex.Matches(differences, row, RegexOptions.Multiline)
    |> Seq.map (fun found -> found.Groups[1].Value, found.Groups[2].Value)
    |> List.ofSeq

/// Rows in which this replica does what Redis does. To say so is not enough: something has to try it.
let private same =
    explained
    |> List.filter (fun (_, here) ->
        here.StartsWith("The same", StringComparison.Ordinal)
        || here.StartsWith("As ", StringComparison.Ordinal))
    |> List.map fst

let tests =
    testList
        "row"
        [
            testCase "every row of Redis is named by a test, a scenario or docs/differences.md" (fun () ->
                Expect.isEmpty (Set rows - tested - idsIn differences) "rows nobody accounts for")
            testCase "docs/differences.md explains every row once, in order" (fun () ->
                Expect.equal (List.map fst explained) rows "the ids in the tables")
            testCase "what is done as Redis does it is named by a test or a scenario" (fun () ->
                Expect.isGreaterThan same.Length 50 "rows that are the same"
                Expect.isEmpty (Set same - tested) "rows that nothing tries")
            testCase "no test names a row that does not exist" (fun () ->
                Expect.isEmpty (tested - Set rows) "rows nobody knows")
        ]
