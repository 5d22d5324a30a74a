/// What holds for every packed container, however it is damaged.
module HybridReplica.Tests.PackedTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.PackedSamples

let private samples =
    let string length =
        Array.concat [ [| byte (0xE0 ||| (length >>> 8)); byte length |]; filling length ]

    [
        PackedContainer.Listpack, "empty", listpack []
        PackedContainer.Listpack,
        "mixed",
        listpack
            [
                [| 5uy |]
                [| 0xDFuy; 255uy |]
                [| 0x83uy; 97uy; 98uy; 99uy |]
                Array.append [| 0xF1uy |] (little 2 -300L)
                Array.append [| 0xF2uy |] (little 3 70000L)
                Array.append [| 0xF3uy |] (little 4 -70000000L)
                Array.append [| 0xF4uy |] (little 8 1L)
                string 130
                [| 0x80uy |]
            ]
        PackedContainer.Ziplist, "empty", ziplist []
        PackedContainer.Ziplist,
        "mixed",
        ziplist
            [
                [| 0xF1uy |]
                [| 3uy; 97uy; 98uy; 99uy |]
                Array.append [| 0xFEuy |] (little 1 -3L)
                Array.append [| 0xC0uy |] (little 2 -300L)
                Array.append [| 0xF0uy |] (little 3 70000L)
                Array.append [| 0xD0uy |] (little 4 -70000000L)
                Array.append [| 0xE0uy |] (little 8 1L)
                Array.append [| 0x41uy; 0uy |] (filling 256)
                Array.append [| 0x80uy; 0uy; 0uy; 0uy; 5uy |] (filling 5)
            ]
        for width in [ 2; 4; 8 ] do
            PackedContainer.Intset, $"of width {width}", intset width [ -300L; -1L; 0L; 7L; 300L ]
        PackedContainer.Zipmap, "empty", zipmap []
        PackedContainer.Zipmap,
        "mixed",
        zipmap
            [
                zipmapPair 0 ("a"B, "bcd"B)
                zipmapPair 3 (""B, ""B)
                zipmapPair 4 (filling 253, filling 254)
            ]
    ]

let private named (container: PackedContainer) name = $"{Packed.Name container}, {name}"

let private everySample test =
    for container, name, blob in samples do
        test container (named container name) blob

/// Bytes of all sorts, and more often than not those that mean something.
let private noise (random: Random) length =
    Array.init length (fun _ ->
        match random.Next 4 with
        | 0 -> byte (random.Next 256)
        | 1 -> byte (random.Next 4)
        | 2 -> byte (random.Next(0xE0, 256))
        | _ -> 0xFFuy)

let private isContained (blob: byte[]) items =
    let bytes =
        items
        |> List.sumBy (fun item ->
            match item with
            | Number _ -> 0
            | Bytes bytes -> bytes.Length)

    List.length items <= blob.Length && bytes <= blob.Length

let private laws =
    testList
        "laws"
        [
            testCase "the samples are sound" (fun () ->
                everySample (fun container name blob -> Expect.isOk (walk container blob) name))
            testCase "cut anywhere, a container is refused" (fun () ->
                everySample (fun container name blob ->
                    for length in 0 .. blob.Length - 1 do
                        Expect.isError (walk container blob[.. length - 1]) $"{name}, {length} bytes"))
            testCase "with anything behind it, a container is refused" (fun () ->
                everySample (fun container name blob ->
                    for more in [ 0uy; 1uy; 255uy ] do
                        Expect.isError (walk container (Array.append blob [| more |])) $"{name}, {more}"))
            testCase "with any bit flipped, a container is refused or holds what fits into it" (fun () ->
                everySample (fun container name blob ->
                    for bit in 0 .. 8 * blob.Length - 1 do
                        let flipped = Array.updateAt (bit / 8) (blob[bit / 8] ^^^ (1uy <<< bit % 8)) blob

                        match walk container flipped with
                        | Ok items -> Expect.isTrue (isContained blob items) $"{name}, bit {bit}"
                        | Error _ -> ()))
            testCase "with any byte changed to any other, a container is refused or holds what fits into it" (fun () ->
                everySample (fun container name blob ->
                    for index in 0 .. min 80 (blob.Length - 1) do
                        for value in 0uy .. 255uy do
                            match walk container (Array.updateAt index value blob) with
                            | Ok items -> Expect.isTrue (isContained blob items) $"{name}, byte {index}"
                            | Error _ -> ()))
            testProperty "noise behind a sound head is refused or holds what fits into it" (fun (seed: int) ->
                let random = Random seed
                let body = noise random (random.Next 40)
                let end' = [| 0xFFuy |]

                let listpack =
                    Array.concat [ little 4 (int64 body.Length + 7L); [| 255uy; 255uy |]; body; end' ]

                let ziplist =
                    Array.concat
                        [
                            little 4 (int64 body.Length + 11L)
                            little 4 10L
                            [| 255uy; 255uy |]
                            body
                            end'
                        ]

                let zipmap = Array.concat [ [| 254uy |]; body; end' ]

                [
                    PackedContainer.Listpack, listpack
                    PackedContainer.Ziplist, ziplist
                    PackedContainer.Zipmap, zipmap
                    PackedContainer.Intset, body
                ]
                |> List.forall (fun (container, blob) ->
                    match walk container blob with
                    | Ok items -> isContained blob items
                    | Error _ -> true))
            testCase "a walk that is over stays over" (fun () ->
                everySample (fun container name blob ->
                    let mutable cursor = PackedCursor()
                    let mutable element = PackedElement()
                    Packed.Open(container, ReadOnlySpan blob, &cursor) |> ignore

                    while Packed.Next(container, ReadOnlySpan blob, &cursor, &element) do
                        ()

                    Expect.isFalse (Packed.Next(container, ReadOnlySpan blob, &cursor, &element)) name
                    Expect.equal cursor.Trouble PackedTrouble.None name))
            testCase "walking allocates nothing" (fun () ->
                let walkAll () =
                    for container, _, blob in samples do
                        let mutable cursor = PackedCursor()
                        let mutable element = PackedElement()
                        Packed.Open(container, ReadOnlySpan blob, &cursor) |> ignore

                        while Packed.Next(container, ReadOnlySpan blob, &cursor, &element) do
                            ()

                walkAll ()
                let before = GC.GetAllocatedBytesForCurrentThread()

                for _ in 1..100 do
                    walkAll ()

                let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                Expect.equal allocated 0L "bytes allocated")
        ]

let tests =
    testList
        "packed"
        [
            ListpackTests.tests
            ZiplistTests.tests
            IntsetTests.tests
            ZipmapTests.tests
            laws
        ]
