/// Whole entries are what is in the RDB, and their parts add up to them, wherever they are divided.
module HybridReplica.Tests.EntryAssemblyTests

open System
open Expecto
open HybridReplica.Core

/// Reads an RDB, no more of it at a time than is wanted, and puts its entries together.
let private entriesOf (partsAbove: int) (limit: int64) (rdb: byte[]) : RdbEntry list =
    let mutable scan = RdbScanner.Start(partsAbove, 1000000L)
    let mutable token = RdbToken()
    let mutable start = 0
    let mutable length = 0
    let mutable scratch: byte[] = [||]
    let mutable assembly = EntryAssembly.Empty limit
    let mutable isOver = false
    let entries = ResizeArray()

    while not isOver do
        let window = ReadOnlySpan(rdb, start, length)

        match RdbScanner.Next(&scan, window, Span scratch, RdbLook.Typed, &token) with
        | RdbStep.Token ->
            let struct (next, entry) =
                EntryAssembly.Add(assembly, &scan, &token, window, ReadOnlySpan scratch)

            assembly <- next
            ValueOption.iter entries.Add entry
        | RdbStep.NeedsMore when start + length < rdb.Length ->
            start <- start + RdbScanner.Release(&scan, window)
            length <- min (int scan.Wanted) (rdb.Length - start)
        | RdbStep.NeedsScratch -> scratch <- Array.zeroCreate (int scan.Wanted)
        | RdbStep.Finished -> isOver <- true
        | step -> failwith $"%A{step}: %A{scan.Trouble}"

    List.ofSeq entries

let private whole = entriesOf 1000000 1000000L

let private countOf (part: RdbValue) =
    match part with
    | RdbValue.String bytes -> bytes.Length
    | RdbValue.List elements -> elements.Length
    | RdbValue.Set members -> members.Length
    | RdbValue.SortedSet members -> members.Length
    | RdbValue.Hash fields -> fields.Length
    | RdbValue.Stream(entries, _) -> entries.Length
    | RdbValue.Array(elements, _) -> elements.Length
    | RdbValue.Module(_, _, items) -> items.Length

let private join (first: RdbValue) (second: RdbValue) : RdbValue =
    match first, second with
    | RdbValue.String a, RdbValue.String b -> RdbValue.String(Array.append a b)
    | RdbValue.List a, RdbValue.List b -> RdbValue.List(Array.append a b)
    | RdbValue.Set a, RdbValue.Set b -> RdbValue.Set(Array.append a b)
    | RdbValue.SortedSet a, RdbValue.SortedSet b -> RdbValue.SortedSet(Array.append a b)
    | RdbValue.Hash a, RdbValue.Hash b -> RdbValue.Hash(Array.append a b)
    | RdbValue.Stream(a, ValueNone), RdbValue.Stream(b, details) -> RdbValue.Stream(Array.append a b, details)
    | RdbValue.Array(a, ValueNone), RdbValue.Array(b, insertAt) -> RdbValue.Array(Array.append a b, insertAt)
    | RdbValue.Module(name, version, a), RdbValue.Module(same, alike, b) when (name, version) = (same, alike) ->
        RdbValue.Module(name, version, Array.append a b)
    | _ -> failwith $"%A{first} and %A{second} are not of one entry"

let private limits = [ 0L; 1L; 33L; 64L; 70L; 100L; 130L; 200L; 400L ]

let private everySample test =
    for name, rdb, value in EntrySamples.all do
        test name rdb value

/// What the samples say of their entry besides its value.
let private checkHead name (entry: RdbEntry) =
    Expect.equal entry.Database 3 $"{name}: database"
    Expect.equal entry.Key "key"B $"{name}: key"
    Expect.equal entry.Expiry (ValueSome 1234567890123L) $"{name}: expiry"
    Expect.equal entry.Idle ValueNone $"{name}: idle"
    Expect.equal entry.Frequency (ValueSome 7) $"{name}: frequency"

/// That parts are numbered, and only the last of them is called the last.
let private checkParts name (parts: RdbEntry list) =
    Expect.equal (parts |> List.map _.Part) [ 0 .. parts.Length - 1 ] $"{name}: parts"
    let expected = List.replicate (parts.Length - 1) false @ [ true ]
    Expect.equal (parts |> List.map _.IsLast) expected $"{name}: the last part"

    for part in parts do
        checkHead name part

let private added (parts: RdbEntry list) =
    parts |> List.map _.Value |> List.reduce join

/// A set of so many members of so many bytes.
let private setOf count (length: int) =
    let element = Array.append [| byte length |] (Array.create length 109uy)

    Array.concat
        [
            Array.append [| 0x81uy |] (PackedSamples.big 8 (int64 count))
            yield! Array.create count element
        ]
    |> EntryBytes.rdbOf "REDIS0010"B 2

let tests =
    testList
        "entry assembly"
        [
            testCase "an entry of every type is what is in the RDB" (fun () ->
                everySample (fun name rdb value ->
                    match whole rdb with
                    | [ entry ] ->
                        checkParts name [ entry ]
                        Expect.equal entry.Value value $"{name}: value"
                    | entries -> failtest $"{name}: {entries.Length} entries"))
            testCase "a type and an encoding are told" (fun () ->
                for _, rdb, value in EntrySamples.all do
                    for entry in whole rdb do
                        let kind =
                            match value with
                            | RdbValue.String _ -> RdbKind.String
                            | RdbValue.List _ -> RdbKind.List
                            | RdbValue.Set _ -> RdbKind.Set
                            | RdbValue.SortedSet _ -> RdbKind.SortedSet
                            | RdbValue.Hash _ -> RdbKind.Hash
                            | RdbValue.Stream _ -> RdbKind.Stream
                            | RdbValue.Array _ -> RdbKind.Array
                            | RdbValue.Module _ -> RdbKind.Module

                        Expect.equal entry.Type.Kind kind "kind"
                        Expect.isTrue (entry.Encoding.Length > 0) "encoding")
            testCase "the parts of an entry add up to it, at any limit" (fun () ->
                everySample (fun name rdb value ->
                    for limit in limits do
                        let parts = entriesOf 1000000 limit rdb
                        checkParts $"{name}, limit {limit}" parts
                        Expect.equal (added parts) value $"{name}, limit {limit}: value"))
            testCase "texts that come in parts are the same, at any limit" (fun () ->
                everySample (fun name rdb value ->
                    for partsAbove in [ 0; 1; 2; 3; 7 ] do
                        for limit in limits do
                            let parts = entriesOf partsAbove limit rdb
                            checkParts $"{name}, limit {limit}, parts above {partsAbove}" parts
                            Expect.equal (added parts) value $"{name}, limit {limit}, parts above {partsAbove}: value"))
            testCase "with no room at all, each part is one element" (fun () ->
                everySample (fun name rdb _ ->
                    for part in entriesOf 1000000 0L rdb do
                        match part.Value with
                        | RdbValue.String _ -> ()
                        | value -> Expect.isLessThanOrEqual (countOf value) 1 name))
            testCase "no part but that of a single element amounts to more than the limit" (fun () ->
                for length in [ 0; 10; 50 ] do
                    for limit in [ 0L; 100L; 1000L; 10000L ] do
                        let parts = entriesOf 1000000 limit (setOf 1000 length)

                        for part in parts do
                            let count = countOf part.Value
                            Expect.isTrue (count = 1 || int64 (count * length) <= limit) "the bytes of a part"

                        // It is not divided without need either: each takes about 32 bytes for keeping it.
                        if limit >= 1000L then
                            let needed = 1000L * int64 (length + 32) / limit
                            Expect.isLessThanOrEqual (int64 parts.Length) (2L * needed + 1L) "parts"

                        Expect.equal (parts |> List.sumBy (fun part -> countOf part.Value)) 1000 "members")
            testCase "a long string has parts as large as the limit, as far as it is read in smaller ones" (fun () ->
                let bytes = Array.init 1000 byte
                let value = Array.append [| 0x43uy; 0xE8uy |] bytes
                let parts = EntryBytes.rdbOf "REDIS0010"B 0 value |> entriesOf 10 25L
                Expect.equal (parts |> List.map (fun part -> countOf part.Value)) (List.replicate 40 25) "bytes"
                Expect.equal (added parts) (RdbValue.String bytes) "the string")
            testCase "what a stream says of itself comes with its last part" (fun () ->
                everySample (fun name rdb value ->
                    match value with
                    | RdbValue.Stream(_, details) ->
                        let parts = entriesOf 1000000 0L rdb

                        let found =
                            parts
                            |> List.map (fun part ->
                                match part.Value with
                                | RdbValue.Stream(_, details) -> details
                                | _ -> ValueNone)

                        Expect.equal (List.length parts) 4 $"{name}: parts"
                        Expect.equal found [ ValueNone; ValueNone; ValueNone; details ] name
                    | _ -> ()))
            testCase "entries that follow each other are kept apart" (fun () ->
                let body (rdb: byte[]) = rdb[9 .. rdb.Length - 10]

                let samples =
                    EntrySamples.all |> List.filter (fun (name, _, _) -> name.StartsWith 'R')

                let rdb =
                    Array.concat
                        [
                            "REDIS0014"B
                            for _, rdb, _ in samples do
                                body rdb
                            Array.append [| 255uy |] (Array.zeroCreate 8)
                        ]

                let expected = samples |> List.map (fun (_, _, value) -> value)
                Expect.equal (whole rdb |> List.map _.Value) expected "values")
            testCase "what modules keep beside the entries is not mistaken for theirs" (fun () ->
                let beside =
                    Array.concat
                        [
                            Array.append [| 247uy; 0x81uy |] (PackedSamples.big 8 1L)
                            [| 2uy; 1uy; 5uy; 2uy |]
                            "ab"B
                            [| 2uy; 9uy; 0uy |]
                            Array.append [| 243uy; 1uy |] (PackedSamples.little 4 7L)
                            [| 5uy; 3uy |]
                            "abc"B
                            [| 0uy |]
                        ]

                everySample (fun name rdb value ->
                    if name.StartsWith 'R' then
                        for partsAbove in [ 0; 1000 ] do
                            let rdb = Array.concat [ rdb[..8]; beside; rdb[9..] ]
                            Expect.equal (entriesOf partsAbove 1000L rdb |> added) value name))
            testCase "what was not looked at has no value" (fun () ->
                let rdb = setOf 3 1
                let mutable scan = RdbScanner.Start(1000, 1000L)
                let mutable token = RdbToken()
                let mutable assembly = EntryAssembly.Empty 1000L
                let entries = ResizeArray()

                for look in [ RdbLook.Skip; RdbLook.Raw ] do
                    scan <- RdbScanner.Start(1000, 1000L)

                    while RdbScanner.Next(&scan, ReadOnlySpan rdb, Span.Empty, look, &token) = RdbStep.Token do
                        let struct (next, entry) =
                            EntryAssembly.Add(assembly, &scan, &token, ReadOnlySpan rdb, ReadOnlySpan.Empty)

                        assembly <- next
                        ValueOption.iter entries.Add entry

                let empty = RdbValue.Set [||]
                Expect.equal (entries |> Seq.map _.Value |> List.ofSeq) [ empty; empty ] "values")
        ]
