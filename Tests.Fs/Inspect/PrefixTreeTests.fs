module HybridReplica.Tests.PrefixTreeTests

open System
open System.Collections.Generic
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Cli.Inspect.Report

let private treeOf (mostNodes: int) (mostChildren: int) (keys: string seq) =
    let tree = PrefixTree(":", mostNodes, mostChildren)

    for key in keys do
        tree.Add(ReadOnlySpan(Encoding.Latin1.GetBytes key), false, int64 key.Length)

    tree

let private usual (keys: string seq) = treeOf 32768 1024 keys

/// Each beginning that has a node, with what is counted there.
let rec private beginnings (above: string) (node: PrefixNode) : (string * PrefixNode) list =
    [
        for child in node.Children do
            let beginning = above + Encoding.Latin1.GetString child.Key
            yield beginning, child.Value
            yield! beginnings beginning child.Value
    ]

let private countsOf (tree: PrefixTree) =
    beginnings "" tree.Root
    |> List.map (fun (beginning, node) -> beginning, node.Keys)
    |> List.sort

let private parts (key: string) =
    key.Split ':'
    |> Array.mapi (fun index part ->
        if index < key.Split(':').Length - 1 then
            part + ":"
        else
            part)
    |> Array.filter (fun part -> part <> "")
    |> Array.truncate PrefixTree.Depth
    |> List.ofArray

let private startsWith (beginning: string) (key: string) =
    let wanted = parts beginning
    List.truncate wanted.Length (parts key) = wanted

let private names = PrefixNames ":"

/// The names that a part may be counted under, the best first.
let private namesOf (part: string) : byte[] list =
    let room = Array.zeroCreate<byte> PrefixNames.Longest
    let given = ReadOnlySpan(Encoding.Latin1.GetBytes part)
    let name = names.NameOf(given, Span room).ToArray()

    [
        for detail in Enum.GetValues<PrefixDetail>() do
            names.Less(ReadOnlySpan name, detail, Span(Array.zeroCreate PrefixNames.Longest)).ToArray()
    ]

/// Where a key belongs in a tree that is complete: under its best name, part by part.
let private nodesOf (tree: PrefixTree) (key: string) : PrefixNode list =
    let step (node: PrefixNode) (part: string) =
        let child =
            namesOf part
            |> List.tryPick (fun name -> Option.ofObj (node.Find(ReadOnlySpan name)))

        match child with
        | Some child -> child, child
        | None -> failtestf "%s has no place for %s" key part

    parts key |> List.mapFold step tree.Root |> fst

/// Keys of few names, so that many begin alike.
let private keys =
    let name = Gen.elements [ "a"; "b"; "cc"; "d1"; "d2"; "d34"; "e"; ""; "7"; "f5g6" ]

    Gen.choose (1, 8)
    |> Gen.bind (fun count -> Gen.listOfLength count name)
    |> Gen.map (String.concat ":")
    |> Gen.listOf

let private bounds = Gen.zip (Gen.choose (16, 200)) (Gen.choose (1, 8))

let private law (holds: PrefixTree -> string list -> bool) =
    Prop.forAll (Arb.fromGen (Gen.zip keys bounds)) (fun (keys, (mostNodes, mostChildren)) ->
        holds (treeOf mostNodes mostChildren keys) keys)

let rec private addsUp (node: PrefixNode) =
    let children = List.ofSeq node.Children.Values
    let sum (count: PrefixNode -> int64) = List.sumBy count children

    // What ends here has no child.
    sum _.Keys <= node.Keys
    && sum _.Bytes <= node.Bytes
    && List.forall addsUp children

/// Different keys without end, no two parts of which are alike.
let private random seed count =
    let chance = Random(seed: int)

    let letters length =
        String.init length (fun _ -> string (char (int 'a' + chance.Next 26)))

    Seq.init count (fun _ -> $"{letters 5}:{letters 4}:{letters 5}")

let tests =
    testList
        "prefix tree"
        [
            testCase "counts keys by their parts, each with the separator that it ends in" (fun () ->
                Expect.equal
                    (countsOf (usual [ "a:b"; "a:c:d"; "a"; "a:" ]))
                    [ "a", 1L; "a:", 3L; "a:b", 1L; "a:c:", 1L; "a:c:d", 1L ]
                    "keys of each beginning")
            testCase "takes keys apart at each of the separators, and keeps it" (fun () ->
                let tree = PrefixTree ":/"

                for key in [ "a/b:c"; "a:b" ] do
                    tree.Add(ReadOnlySpan(Encoding.Latin1.GetBytes key), false, 1L)

                Expect.equal
                    (countsOf tree)
                    [ "a/", 1L; "a/b:", 1L; "a/b:c", 1L; "a:", 1L; "a:b", 1L ]
                    "keys of each beginning")
            testCase "takes one to four printable ASCII characters for separators" (fun () ->
                for good in [ ":"; " "; "~!"; ":/|." ] do
                    Expect.isTrue (ReportOptions.AreSeparators good) good

                for bad in [ ""; ":/|.-"; "\n"; "\127"; "é" ] do
                    Expect.isFalse (ReportOptions.AreSeparators bad) bad)
            testCase "takes what is an id for *" (fun () ->
                for id in
                    [
                        "1"
                        "2026-11-22"
                        "10.0.0.1"
                        "{42}"
                        "123e4567-e89b-12d3-a456-426614174000"
                        "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"
                        String('x', 65)
                    ] do
                    Expect.equal
                        (countsOf (usual [ $"user:{id}:name" ]))
                        [ "user:", 1L; "user:*:", 1L; "user:*:name", 1L ]
                        id)
            testCase "takes what may be a name for what it is" (fun () ->
                for name in
                    [
                        "v2"
                        "user17"
                        "cafe"
                        "abcdefabcdef1234"
                        "-"
                        "deadbeef-deadbeef-x1"
                        "\1957"
                    ] do
                    let expected =
                        match name with
                        | "abcdefabcdef1234" -> "*:"
                        | other -> other + ":"

                    Expect.equal (countsOf (usual [ $"{name}:x" ])) [ expected, 1L; expected + "x", 1L ] name)
            testCase "puts together what differs in numbers only when there is much of it" (fun () ->
                let tree = usual (Seq.init 5000 (fun index -> $"user{index}:name"))
                Expect.equal (countsOf tree) [ "user*:", 5000L; "user*:name", 5000L ] "keys of each beginning")
            testCase "takes numbers for numbers beside a word, or alone among letters" (fun () ->
                let together (name: int -> string) = countsOf (usual (Seq.init 5000 name))
                Expect.equal (together (fun index -> $"v{index}")) [ "v*", 5000L ] "one number"

                Expect.equal
                    (together (fun index -> $"shard{index / 70}-{index}"))
                    [ "shard*-*", 5000L ]
                    "two numbers beside a word"

                Expect.equal (together (fun index -> $"a{index}b{index}c")) [ "*", 5000L ] "no word")
            testCase "puts together what differs in everything when there is much of it" (fun () ->
                let tree = usual (random 1 5000 |> Seq.map (fun key -> $"{key}:name"))

                Expect.equal
                    (countsOf tree
                     |> List.filter (fun (beginning, _) -> beginning.StartsWith('*'))
                     |> List.last)
                    ("*:*:*:name", 5000L)
                    "keys of the longest beginning")
            testCase "names what is large beside much that is small" (fun () ->
                let keys =
                    random 2 5000
                    |> Seq.collect (fun key -> [ key; $"orders:{key}"; $"queue7:{key}" ])

                let counts = Map(countsOf (usual keys))
                Expect.equal counts["orders:"] 5000L "all of the one"
                Expect.equal counts["queue7:"] 5000L "all of the other"
                Expect.equal counts["*:"] 5000L "the rest")
            testCase "keeps no more nodes than it may, however many ways there are" (fun () ->
                let tree = PrefixTree ":"

                let most =
                    random 3 1_000_000
                    |> Seq.fold
                        (fun most key ->
                            tree.Add(ReadOnlySpan(Encoding.Latin1.GetBytes key), false, 1L)
                            max most tree.Nodes)
                        0

                Expect.isLessThanOrEqual most (32 * 1024) "nodes at any time"
                Expect.equal tree.Root.Keys 1_000_000L "keys"
                Expect.equal (beginnings "" tree.Root).Length tree.Nodes "nodes that are there")
            testCase "puts numbers together at the end where there are more than can be shown" (fun () ->
                let tree =
                    usual (
                        List.init 20 (fun index -> $"list{index}")
                        @ List.replicate 30 "list100"
                        @ [ "v2"; "x" ]
                    )

                tree.Settle 10

                Expect.equal
                    (countsOf tree)
                    [ "list*", 20L; "list100", 30L; "v2", 1L; "x", 1L ]
                    "what is large or alone keeps its name")
            testProperty
                "a beginning that has a name counts every key that begins so"
                (law (fun tree keys ->
                    beginnings "" tree.Root
                    |> List.filter (fun (beginning, _) -> not (beginning.Contains '*'))
                    |> List.forall (fun (beginning, node) ->
                        let those = keys |> List.filter (startsWith beginning)

                        node.Keys = int64 those.Length
                        && node.Bytes = int64 (List.sumBy String.length those))))
            testProperty
                "a beginning counts every key that has no better one, whenever it came"
                (law (fun tree keys ->
                    let expected =
                        keys
                        |> List.collect (nodesOf tree)
                        |> List.countBy id
                        |> List.map (fun (node, count) -> node, int64 count)

                    let actual = beginnings "" tree.Root |> List.map (fun (_, node) -> node, node.Keys)

                    (HashSet expected).SetEquals actual))
            testProperty "children count no more than what is above them" (law (fun tree _ -> addsUp tree.Root))
            testProperty
                "the root counts everything"
                (law (fun tree keys ->
                    tree.Root.Keys = int64 keys.Length
                    && tree.Root.Bytes = int64 (List.sumBy String.length keys)))
            testProperty
                "the number of nodes is that of the nodes"
                (law (fun tree _ -> tree.Nodes = (beginnings "" tree.Root).Length))
        ]
