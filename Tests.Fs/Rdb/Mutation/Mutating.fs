/// Damages RDBs: the same seed does the same damage to the same files.
module HybridReplica.Tests.Rdb.Mutating

open System
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Snapshots

/// Bytes that mean something in many places: opcodes, types, forms of lengths and texts, borders of numbers.
let private telling =
    [
        yield! [ 0; 1; 2; 7; 12; 0x1F; 0x20; 0x3F; 0x40; 0x7E; 0x7F; 0xBF; 0xDF; 0xE0 ]
        yield! [ 0x80..0x83 ]
        yield! [ 0xC0..0xC4 ]
        yield! [ 0xF0..0xFF ]
    ]
    |> List.map byte

/// Lengths and sizes that promise too much or nothing at all.
let private lengths: byte[] list =
    [
        Array.append [| 0x81uy |] (Array.create 8 0xFFuy)
        Array.concat [ [| 0x81uy; 0x7Fuy |]; Array.create 7 0xFFuy ]
        [| 0x81uy; 0uy; 0uy; 0uy; 0uy; 0x80uy; 0uy; 0uy; 0uy |]
        [| 0x80uy; 0x7Fuy; 0xFFuy; 0xFFuy; 0xFFuy |]
        [| 0x80uy; 0xFFuy; 0xFFuy; 0xFFuy; 0xFFuy |]
        [| 0x80uy; 0uy; 0uy; 0uy; 0uy |]
        [| 0x7Fuy; 0xFFuy |]
        [| 0x40uy; 0uy |]
        [| 0xFFuy; 0xFFuy; 0xFFuy; 0xFFuy |]
        [| 0xFFuy; 0xFFuy; 0xFFuy; 0x7Fuy |]
        [| 0uy; 0uy; 0uy; 0x80uy |]
        [| 0xFFuy; 0xFFuy |]
    ]

/// Heads of compressed strings that lie.
let private compressed: byte[] list =
    [
        [| 0xC3uy; 4uy; 0x80uy; 0x1Fuy; 0xFFuy; 0xFFuy; 0xFFuy |]
        [| 0xC3uy; 10uy; 0x43uy; 0x70uy; 0xE0uy; 0xFFuy; 0uy |]
        [| 0xC3uy; 3uy; 1uy; 0uy; 65uy; 0x20uy |]
        [| 0xC3uy; 0uy; 0uy |]
        [| 0xC3uy; 5uy; 20uy; 0uy; 65uy; 0xE0uy; 9uy; 0uy |]
        [| 0xC3uy; 4uy; 20uy; 0uy; 65uy; 0xFFuy; 0xFFuy |]
    ]

/// The bytes from `start` on, so many of them, replaced by others.
let private replace start count (other: byte[]) (bytes: byte[]) =
    let start = min start bytes.Length
    let behind = min bytes.Length (start + count)
    Array.concat [ bytes[.. start - 1]; other; bytes[behind..] ]

let private overwrite start (other: byte[]) bytes = replace start other.Length other bytes

let private small (chance: Chance) = chance.Between(1, 12)

/// Damage of one kind.
let private damage (chance: Chance) (files: byte[][]) (bytes: byte[]) : byte[] =
    // The head is left alone most of the time, because little is read behind a damaged one.
    let first = if chance.OnceIn 40 then 0 else 9
    let at = chance.Between(min first bytes.Length, bytes.Length)
    let other = files[chance.Between(0, files.Length - 1)]
    let chunk = bytes[at .. at + small chance - 1]

    match chance.Between(0, 11) with
    | 0
    | 1 when bytes.Length > 9 -> flip (8 * chance.Between(9, bytes.Length - 1) + chance.Between(0, 7)) bytes
    | 2
    | 3 -> overwrite at [| chance.Pick telling |] bytes
    | 4 -> overwrite at [| byte (chance.Next()) |] bytes
    | 5 -> bytes[.. at - 1]
    | 6 -> replace at (small chance) [||] bytes
    | 7 -> replace at 0 chunk bytes
    | 8 -> Array.append bytes[.. at - 1] other[chance.Between(0, other.Length) ..]
    | 9 -> overwrite at (chance.Pick lengths) bytes
    | 10 -> replace at 1 (chance.Pick lengths) bytes
    | 11 -> replace at (small chance) (chance.Pick compressed) bytes
    | _ -> replace at 0 [| byte (chance.Next()) |] bytes

/// The last eight bytes become the checksum of those in front.
let private summed (bytes: byte[]) =
    if bytes.Length < 8 then
        bytes
    else
        let body = bytes[.. bytes.Length - 9]
        Array.append body (littleEndian (checksum body))

let ofSeed (files: byte[][]) (seed: uint64) : byte[] =
    let chance = Chance seed
    let mutable bytes = files[chance.Between(0, files.Length - 1)]

    for _ in 1 .. chance.Pick [ 1; 1; 1; 2; 3; 6 ] do
        bytes <- damage chance files bytes

    if chance.OnceIn 2 then summed bytes else bytes
