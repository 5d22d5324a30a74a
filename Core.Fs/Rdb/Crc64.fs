namespace HybridReplica.Core

open System

/// The checksum at the end of an RDB: CRC-64 with the polynomial 0xAD93D23594C935A9 (Jones), reflected in and out,
/// initial value 0, no final xor; "123456789" gives 0xE9C6D914C4B8D9CA (`crc64.c`, `crc64`, Redis 7.0.15). Pure, and
/// free of allocations.
[<AbstractClass; Sealed>]
type Crc64 private () =

    /// Continues a checksum over more bytes. Start from 0; the bytes may come in chunks cut anywhere.
    static member update(crc: uint64, bytes: ReadOnlySpan<byte>) : uint64 =
        // Folding is faster from about a hundred bytes on, but compiling it costs some milliseconds, which the snapshot
        // of an empty master is better off without.
        if bytes.Length < 1024 then
            Crc64Tables.update (crc, bytes)
        elif Crc64Folding.HasRows then
            Crc64Folding.updateByRows (crc, bytes)
        elif Crc64Folding.HasBlocks then
            Crc64Folding.updateByBlocks (crc, bytes)
        else
            Crc64Tables.update (crc, bytes)
