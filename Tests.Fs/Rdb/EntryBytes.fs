/// What RDBs are put together from.
module HybridReplica.Tests.EntryBytes

open System
open HybridReplica.Core
open HybridReplica.Tests.PackedSamples

let length (number: uint64) =
    if number < 64UL then
        [| byte number |]
    elif number < 16384UL then
        [| 0x40uy ||| byte (number >>> 8); byte number |]
    else
        Array.append [| 0x81uy |] (big 8 (int64 number))

let string (bytes: byte[]) =
    Array.append (length (uint64 bytes.Length)) bytes

let each (items: byte[] list) =
    Array.concat (length (uint64 items.Length) :: items)

let double (value: float) =
    little 8 (BitConverter.DoubleToInt64Bits value)

let id milliseconds sequence =
    {
        Milliseconds = milliseconds
        Sequence = sequence
    }

let rawId milliseconds sequence =
    Array.append (big 8 milliseconds) (big 8 sequence)

/// A key of a type with a value, in an RDB with this magic. There is no checksum.
let rdbOf (magic: byte[]) (valueType: int) (value: byte[]) =
    Array.concat
        [
            magic
            [| 254uy; 3uy |]
            Array.append [| 252uy |] (little 8 1234567890123L)
            [| 249uy; 7uy |]
            [| byte valueType |]
            string "key"B
            value
            Array.append [| 255uy |] (Array.zeroCreate 8)
        ]

/// An element of a listpack that is a short string, or a small number.
let listpackString (bytes: byte[]) =
    Array.append [| 0x80uy ||| byte bytes.Length |] bytes

let listpackNumber (number: int) = [| byte number |]

let listpackLarge (number: int64) =
    Array.append [| 0xF4uy |] (little 8 number)

let ziplistString (bytes: byte[]) =
    Array.append [| byte bytes.Length |] bytes
