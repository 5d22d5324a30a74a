namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// Lengths as an RDB stores them (`rdbLoadLenByRef`, 7.0.15).
[<AbstractClass; Sealed>]
type internal RdbLength =

    /// How many bytes a length has that begins with this one. Zero: it begins none.
    static member Size(first: byte) : int =
        match first >>> 6 with
        | 0uy -> 1
        | 1uy -> 2
        | 2uy when first = 0x80uy -> 5
        | 2uy when first = 0x81uy -> 9
        | _ -> 0

    /// The length that is so many bytes long.
    static member Read(bytes: ReadOnlySpan<byte>, size: int) : uint64 =
        match size with
        | 1 -> uint64 bytes[0]
        | 2 -> uint64 (BinaryPrimitives.ReadUInt16BigEndian bytes &&& 0x3FFFus)
        | 5 -> uint64 (BinaryPrimitives.ReadUInt32BigEndian(bytes.Slice 1))
        | _ -> BinaryPrimitives.ReadUInt64BigEndian(bytes.Slice 1)
