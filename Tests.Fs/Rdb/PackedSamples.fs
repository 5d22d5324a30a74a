/// Packed containers put together byte by byte, and walked.
module HybridReplica.Tests.PackedSamples

open System
open System.Buffers.Binary
open Expecto
open HybridReplica.Core

/// An element as a walk finds it.
type Item =
    | Number of int64
    | Bytes of byte[]

/// Walks a container to its end: what was found, or what is wrong. A walk that does not end is found out.
let internal walk container (blob: byte[]) : Result<Item list, PackedTrouble> =
    let mutable cursor = PackedCursor()
    let mutable element = PackedElement()
    let items = ResizeArray()

    if Packed.Open(container, ReadOnlySpan blob, &cursor) then
        while Packed.Next(container, ReadOnlySpan blob, &cursor, &element) do
            items.Add(
                if element.IsNumber then
                    Number element.Number
                else
                    Bytes(blob[element.Start .. element.Start + element.Length - 1])
            )

            if items.Count > blob.Length then
                failwith "there are more elements than bytes"
    elif cursor.Trouble = PackedTrouble.None then
        failwith "it cannot be walked, and there is nothing wrong"

    match cursor.Trouble with
    | PackedTrouble.None -> Ok(List.ofSeq items)
    | trouble -> Error trouble

/// The lowest `count` bytes of a number, the lowest first.
let little count (number: int64) =
    let bytes = Array.zeroCreate<byte> 8
    BinaryPrimitives.WriteInt64LittleEndian(Span bytes, number)
    Array.truncate count bytes

/// The same, the highest first.
let big count (number: int64) = Array.rev (little count number)

/// An element of a listpack: its first bytes and its data, with the length behind it in groups of seven bits.
let listpackElement (body: byte[]) =
    let size = body.Length

    let groups =
        if size <= 127 then 1
        elif size < 16383 then 2
        elif size < 2097151 then 3
        else 4

    let back =
        [|
            for group in groups - 1 .. -1 .. 0 ->
                byte (size >>> 7 * group &&& 127)
                ||| (if group < groups - 1 then 128uy else 0uy)
        |]

    Array.append body back

/// A listpack that says it has so many elements.
let listpackOf (count: int) (elements: byte[] list) =
    let body = Array.concat elements

    Array.concat
        [
            little 4 (int64 body.Length + 7L)
            little 2 (int64 count)
            body
            [| 0xFFuy |]
        ]

let listpack (bodies: byte[] list) =
    listpackOf bodies.Length (List.map listpackElement bodies)

/// Elements of a ziplist, each with the length of the one before it: in one byte, if it fits.
let ziplistElements (bodies: byte[] list) =
    let lead previous =
        if previous < 254 then
            [| byte previous |]
        else
            Array.append [| 254uy |] (little 4 (int64 previous))

    let add (elements, previous) (body: byte[]) =
        let element = Array.append (lead previous) body
        element :: elements, element.Length

    List.fold add ([], 0) bodies |> fst |> List.rev

/// A ziplist that says it has so many elements.
let ziplistOf (count: int) (elements: byte[] list) =
    let body = Array.concat elements

    let lastLength =
        elements |> List.tryLast |> Option.map Array.length |> Option.defaultValue 0

    Array.concat
        [
            little 4 (int64 body.Length + 11L)
            little 4 (int64 (10 + body.Length - lastLength))
            little 2 (int64 count)
            body
            [| 0xFFuy |]
        ]

let ziplist (bodies: byte[] list) =
    ziplistOf bodies.Length (ziplistElements bodies)

let intset (width: int) (numbers: int64 list) =
    Array.concat
        [
            little 4 width
            little 4 numbers.Length
            yield! List.map (little width) numbers
        ]

/// A length in a zipmap.
let zipmapLength (length: int) =
    if length < 254 then
        [| byte length |]
    else
        Array.append [| 254uy |] (little 4 length)

/// A pair in a zipmap, with so many unused bytes behind it.
let zipmapPair unused (key: byte[], value: byte[]) =
    Array.concat
        [
            zipmapLength key.Length
            key
            zipmapLength value.Length
            [| byte unused |]
            value
            Array.create unused 0xFFuy
        ]

let zipmap (pairs: byte[] list) =
    Array.concat [ [| byte (min 254 pairs.Length) |]; yield! pairs; [| 0xFFuy |] ]

/// So many different bytes, none of which is special in any container.
let filling length =
    Array.init length (fun index -> byte (97 + index % 23))

/// A container is walked to its end, and this is what is in it.
let internal finds container blob items name =
    Expect.equal (walk container blob) (Ok items) name

/// A container is found out.
let internal refuses container blob trouble name =
    Expect.equal (walk container blob) (Error trouble) name

/// Lengths at which something begins or ceases to fit, in an element or in what is said of its length.
let lengths =
    [
        0
        1
        62
        63
        64
        121
        122
        126
        127
        128
        252
        253
        254
        4095
        4096
        16376
        16377
        16378
        16383
        16384
        2097145
        2097146
    ]
