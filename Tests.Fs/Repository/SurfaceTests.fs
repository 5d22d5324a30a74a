/// What others build on: the public members of the libraries, and the names and numbers of log events.
module HybridReplica.Tests.SurfaceTests

open System
open System.Reflection
open Expecto
open Microsoft.FSharp.Reflection
open HybridReplica.Core

let private visible =
    BindingFlags.Public
    ||| BindingFlags.Instance
    ||| BindingFlags.Static
    ||| BindingFlags.DeclaredOnly

let rec private show (shown: Type) : string =
    if shown.IsByRef then
        show (nonNull (shown.GetElementType())) + "&"
    elif shown.IsArray then
        show (nonNull (shown.GetElementType())) + "[]"
    elif shown.IsGenericType then
        let arguments = shown.GetGenericArguments() |> Array.map show |> String.concat ", "
        $"%s{shown.Name.Split('`')[0]}<%s{arguments}>"
    else
        shown.Name

let private parameters (called: MethodBase) =
    called.GetParameters()
    |> Array.map (fun parameter -> $"%s{show parameter.ParameterType} %s{string parameter.Name}")
    |> String.concat ", "

/// What the compilers add to every record and union.
let private isGenerated (name: string) =
    List.contains
        name
        [
            "Equals"
            "GetHashCode"
            "CompareTo"
            "ToString"
            "Tag"
            "Tags"
            "Deconstruct"
            "<Clone>$"
        ]
    || name.StartsWith("get_", StringComparison.Ordinal)
    || name.StartsWith("set_", StringComparison.Ordinal)
    || name.StartsWith("op_", StringComparison.Ordinal)
    || (name.StartsWith("Is", StringComparison.Ordinal)
        && name.Length > 2
        && Char.IsUpper name[2])

let private memberLines (shown: Type) =
    [
        for found in shown.GetMembers visible do
            if not (isGenerated found.Name) then
                match found with
                | :? MethodInfo as called -> $"%s{called.Name}(%s{parameters called}) : %s{show called.ReturnType}"
                | :? PropertyInfo as property -> $"%s{property.Name} : %s{show property.PropertyType}"
                | :? FieldInfo as field -> $"%s{field.Name} : %s{show field.FieldType}"
                | :? ConstructorInfo as constructed -> $"new(%s{parameters constructed})"
                | _ -> ()
    ]
    |> List.distinct
    |> List.sort

let private nameOf (shown: Type) =
    match shown.DeclaringType with
    | null -> $"%s{string shown.Namespace}.%s{show shown}"
    | outer -> $"%s{string outer.Namespace}.%s{show outer}.%s{show shown}"

/// Every public type and what is public in it.
let private surface (assembly: Assembly) =
    assembly.GetExportedTypes()
    |> Array.sortBy nameOf
    |> Seq.collect (fun shown -> nameOf shown :: List.map (fun line -> "    " + line) (memberLines shown))
    |> Golden.text

/// One event of each case, its fields as empty as can be.
let private everyLogEvent =
    let rec blank (needed: Type) : obj | null =
        if needed = typeof<int> then
            box 0
        elif needed = typeof<int64> then
            box 0L
        elif needed = typeof<uint64> then
            box 0UL
        elif needed = typeof<string> then
            box ""
        elif needed = typeof<ReplicationId> then
            box (Generators.replicationIdOf (String('0', 40)))
        elif needed = typeof<Position> then
            box (Position.AtFullResync(Generators.replicationIdOf (String('0', 40)), Offset 0L))
        elif FSharpType.IsUnion needed then
            let case = (FSharpType.GetUnionCases needed)[0]
            FSharpValue.MakeUnion(case, case.GetFields() |> Array.map (fun field -> blank field.PropertyType))
        else
            FSharpValue.MakeRecord(
                needed,
                FSharpType.GetRecordFields needed
                |> Array.map (fun field -> blank field.PropertyType)
            )

    FSharpType.GetUnionCases typeof<LogEvent>
    |> Array.map (fun case ->
        FSharpValue.MakeUnion(case, case.GetFields() |> Array.map (fun field -> blank field.PropertyType))
        |> unbox<LogEvent>)
    |> List.ofArray

let tests =
    testList
        "surface"
        [
            testCase "the public members of HybridReplica.Core are the ones agreed on" (fun () ->
                Golden.agrees "Tests.Fs/Golden/core-surface.txt" (surface typeof<State>.Assembly))
            testCase "the public members of HybridReplica are the ones agreed on" (fun () ->
                Golden.agrees
                    "Tests.Fs/Golden/library-surface.txt"
                    (surface typeof<HybridReplica.ReplicaClient>.Assembly))
            testCase "the numbers, names and fields of log events are the ones agreed on" (fun () ->
                everyLogEvent
                |> List.map (fun entry ->
                    let fields = entry.Fields |> List.map fst |> String.concat " "
                    $"%2d{entry.Id} %s{entry.Name} %s{fields}".TrimEnd())
                |> Golden.text
                |> Golden.agrees "Tests.Fs/Golden/log-events.txt")
            testCase "no two log events have the same number or name" (fun () ->
                Expect.equal
                    (everyLogEvent |> List.distinctBy _.Id |> List.length,
                     everyLogEvent |> List.distinctBy _.Name |> List.length)
                    (everyLogEvent.Length, everyLogEvent.Length)
                    "numbers and names")
            testCase "a log event bears the name of its case" (fun () ->
                for entry in everyLogEvent do
                    let case, _ = FSharpValue.GetUnionFields(entry, typeof<LogEvent>)
                    Expect.equal entry.Name case.Name "the name")
        ]
