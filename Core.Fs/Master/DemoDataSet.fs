namespace HybridReplica.Core

open System
open System.Buffers.Binary
open System.Text

/// The value of a key, in the types and encodings that every RDB version knows.
[<RequireQualifiedAccess>]
type DemoValue =
    | Text of string
    | List of string list
    | Set of string list
    | Hash of (string * string) list

/// A small data set, and the RDB that holds it (`rdbSaveRio`, 6.0.16). Each character of a text stands for one byte.
[<RequireQualifiedAccess>]
module DemoDataSet =

    // The numbers by which the format knows things (`rdb.h`).
    [<Literal>]
    let private Auxiliary = 250uy

    [<Literal>]
    let private ResizeDatabase = 251uy

    [<Literal>]
    let private SelectDatabase = 254uy

    [<Literal>]
    let private End = 255uy

    // A length takes one byte, two or five (`rdbSaveLen`).
    let private length (count: int) =
        if count < 0x40 then
            [| byte count |]
        elif count < 0x4000 then
            [| 0x40uy ||| byte (count >>> 8); byte count |]
        else
            Array.append [| 0x80uy |] (BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness count))

    let private text (characters: string) =
        Array.append (length characters.Length) (Encoding.Latin1.GetBytes characters)

    let private texts (all: string list) =
        length all.Length :: List.map text all |> Array.concat

    let private kind value =
        match value with
        | DemoValue.Text _ -> 0uy
        | DemoValue.List _ -> 1uy
        | DemoValue.Set _ -> 2uy
        | DemoValue.Hash _ -> 4uy

    let private content value =
        match value with
        | DemoValue.Text characters -> text characters
        | DemoValue.List elements
        | DemoValue.Set elements -> texts elements
        | DemoValue.Hash fields ->
            length fields.Length
            :: List.collect (fun (name, value) -> [ text name; text value ]) fields
            |> Array.concat

    let private entry (key, value) =
        Array.concat [ [| kind value |]; text key; content value ]

    let private checksum (bytes: byte[]) =
        let sum: byte[] = Array.zeroCreate 8
        BinaryPrimitives.WriteUInt64LittleEndian(Span sum, Crc64.update (0UL, ReadOnlySpan bytes))
        sum

    let private auxiliary (field: string, value: string) =
        Array.concat [ [| Auxiliary |]; text field; text value ]

    let private rdb fields (keys: (string * DemoValue) list) =
        let body =
            [
                Encoding.ASCII.GetBytes "REDIS0009"
                yield! List.map auxiliary (("redis-ver", "6.0.20") :: fields)
                [| SelectDatabase |]
                length 0
                [| ResizeDatabase |]
                length keys.Length
                length 0
                yield! List.map entry keys
                [| End |]
            ]
            |> Array.concat

        Array.append body (checksum body)

    /// The bytes of an RDB of version 9 that holds these keys in database 0, its checksum included.
    [<CompiledName "Encode">]
    let encode (keys: (string * DemoValue) list) : byte[] = rdb [] keys

    /// The same, for a replica that will follow from this position. Its database is named where it is known
    /// (`rdbSaveInfoAuxFields`, 6.0.16).
    [<CompiledName "EncodeAt">]
    let encodeAt (position: Position, keys: (string * DemoValue) list) : byte[] =
        let databases =
            position.Database
            |> ValueOption.map (fun database -> "repl-stream-db", string database)
            |> ValueOption.toList

        rdb
            (databases
             @ [ "repl-id", string position.Id; "repl-offset", string position.Offset ])
            keys

    /// A handful of keys, for people to look at.
    [<CompiledName "Keys">]
    let keys: (string * DemoValue) list =
        [
            "greeting", DemoValue.Text "Hello from a master that is a pure function."
            "counter", DemoValue.Text "42"
            "planets", DemoValue.List [ "Mercury"; "Venus"; "Earth"; "Mars" ]
            "colours", DemoValue.Set [ "red"; "green"; "blue" ]
            "user:1", DemoValue.Hash [ "name", "Ada"; "born", "1815" ]
            "text", DemoValue.Text(String.replicate 40 "All work and no play makes a dull data set. ")
        ]
