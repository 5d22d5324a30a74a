/// Snapshots made for tests, and what is said of them.
module HybridReplica.Tests.Snapshots

open System
open System.Buffers.Binary
open System.Text
open HybridReplica.Core

let latin1 (text: string) = Encoding.Latin1.GetBytes text

let littleEndian (word: uint64) =
    let bytes = Array.zeroCreate<byte> 8
    BinaryPrimitives.WriteUInt64LittleEndian(Span<byte> bytes, word)
    bytes

/// A head, a body and the opcode that ends the data.
let ended (head: string) (body: byte[]) =
    Array.concat [ latin1 head; body; [| 0xFFuy |] ]

let checksum (bytes: byte[]) = Crc64.update (0UL, ReadOnlySpan bytes)

/// The same with the right checksum.
let withChecksum head body =
    let bytes = ended head body
    Array.append bytes (littleEndian (checksum bytes))

/// The same with no checksum in the room for one.
let withoutChecksum head body =
    Array.append (ended head body) (littleEndian 0UL)

let check chunks =
    List.fold (fun check (chunk: byte[]) -> RdbCheck.advance (check, ReadOnlySpan chunk)) RdbCheck.empty chunks

let conclude bytes = RdbCheck.conclude (check [ bytes ])

let redis number =
    {
        Vendor = RdbVendor.Redis
        Number = number
    }

let valkey number =
    {
        Vendor = RdbVendor.Valkey
        Number = number
    }

/// An auxiliary field, as servers write first.
let body = latin1 "\xFA\x0Aredis-bits\xC0\x40"

let isVerified bytes =
    match conclude bytes with
    | RdbVerdict.Verified _ -> true
    | _ -> false

/// The same bytes but for one bit.
let flip bit (bytes: byte[]) =
    let flipped = Array.copy bytes
    flipped[bit / 8] <- flipped[bit / 8] ^^^ (1uy <<< (bit % 8))
    flipped
