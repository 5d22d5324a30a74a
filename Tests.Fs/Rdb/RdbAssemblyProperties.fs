/// Whole entries put together from what a scan finds are those that were written.
module HybridReplica.Tests.RdbAssemblyProperties

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Rdb

let private assemble limit partsAbove (bytes: byte[]) : RdbEntry list =
    let assembling = Assembling limit

    let feeding =
        { Reading.atOnce RdbLook.Typed with
            PartsAbove = partsAbove
        }

    Feeder().Feed(bytes, bytes.Length, feeding, assembling) |> ignore
    List.ofSeq assembling.Entries

/// What the writer was told, with the database each entry is in.
let private expected (content: RdbContent) =
    let inDatabase (database, entries) part =
        match part with
        | RdbPart.Database number -> int number, entries
        | RdbPart.Entry entry -> database, (database, { entry with Metadata = [] }) :: entries
        | _ -> database, entries

    List.fold inDatabase (0, []) content.Parts |> snd |> List.rev

let private writtenOf (entry: RdbEntry) : int * WrittenEntry =
    entry.Database,
    {
        Key = entry.Key
        Form = entry.Type.Number
        Value = entry.Value
        Expiry = entry.Expiry
        Idle = entry.Idle
        Frequency = entry.Frequency
        Metadata = []
    }

let private joinValues first second =
    match first, second with
    | RdbValue.String first, RdbValue.String second -> RdbValue.String(Array.append first second)
    | RdbValue.List first, RdbValue.List second -> RdbValue.List(Array.append first second)
    | RdbValue.Set first, RdbValue.Set second -> RdbValue.Set(Array.append first second)
    | RdbValue.SortedSet first, RdbValue.SortedSet second -> RdbValue.SortedSet(Array.append first second)
    | RdbValue.Hash first, RdbValue.Hash second -> RdbValue.Hash(Array.append first second)
    | RdbValue.Stream(first, ValueNone), RdbValue.Stream(second, details) ->
        RdbValue.Stream(Array.append first second, details)
    | RdbValue.Array(first, ValueNone), RdbValue.Array(second, insertAt) ->
        RdbValue.Array(Array.append first second, insertAt)
    | RdbValue.Module(name, version, first), RdbValue.Module(other, _, second) when name = other ->
        RdbValue.Module(name, version, Array.append first second)
    | _ -> failtest "two parts of an entry do not fit together"

/// Puts parts together, which follow each other.
let private join (entries: RdbEntry list) : RdbEntry list =
    let folder (joined: RdbEntry list) (entry: RdbEntry) =
        match joined with
        | before :: others when not before.IsLast ->
            Expect.equal entry.Part (before.Part + 1) "the number of the part"
            Expect.equal entry.Key before.Key "the key of the part"

            { entry with
                Value = joinValues before.Value entry.Value
            }
            :: others
        | joined ->
            Expect.equal entry.Part 0 "the number of the first part"
            entry :: joined

    List.fold folder [] entries |> List.rev

let private sizes =
    Arb.fromGen (Gen.zip (Gen.oneof [ Gen.choose (0, 100); Gen.choose (0, 2000) ]) (Gen.choose (0, 100)))

let tests =
    testList
        "RDB assembly"
        [
            testProperty "without a limit every entry comes whole and is the one that was written"
            <| ContentGenerators.law (fun content written ->
                let entries = assemble Int64.MaxValue Int32.MaxValue written.Bytes
                Expect.equal (List.map writtenOf entries) (expected content) "the entries"
                Expect.all entries (fun entry -> entry.Part = 0 && entry.IsLast) "one part for each")
            testProperty "with any limit the parts of an entry make up the one that was written"
            <| ContentGenerators.law (fun content written ->
                Prop.forAll sizes (fun (limit, partsAbove) ->
                    let entries = join (assemble (int64 limit) partsAbove written.Bytes)
                    Expect.equal (List.map writtenOf entries) (expected content) "the entries"))
        ]
