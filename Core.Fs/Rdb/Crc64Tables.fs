namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// The arithmetic behind the CRC-64 of Redis: polynomials over two elements, modulo the generator. A polynomial is kept
/// reflected, as the checksum is: the lowest bit of the word is the coefficient of x^63, the highest bit that of 1.
module internal Crc64Polynomial =

    /// The generator 0xAD93D23594C935A9 (Jones) with its bits in reflected order and without its leading x^64.
    [<Literal>]
    let Generator = 0x95AC9329AC4BC9B5UL

    /// The polynomial 1.
    [<Literal>]
    let One = 0x8000000000000000UL

    /// The product of a polynomial and x^exponent.
    let rec timesXToThe (exponent: int) (polynomial: uint64) : uint64 =
        if exponent = 0 then
            polynomial
        else
            // The lowest bit becomes x^64, which is congruent to the rest of the generator.
            timesXToThe (exponent - 1) ((polynomial >>> 1) ^^^ (Generator &&& (0UL - (polynomial &&& 1UL))))

    /// The remainder of x^exponent.
    let xToThe (exponent: int) : uint64 = timesXToThe exponent One

/// The CRC-64 of Redis by tables, eight bytes at a time, on any processor. `Crc64.update` is the public door.
[<AbstractClass; Sealed>]
type internal Crc64Tables private () =

    // Eight tables in one array: entry 256 * n + b is the checksum of the byte b followed by n zero bytes.
    // It takes a fraction of a millisecond to fill, once, when the first checksum is computed.
    static let entries =
        Array.init 2048 (fun index -> Crc64Polynomial.timesXToThe (8 * (1 + index / 256)) (uint64 (index % 256)))

    /// Continues a checksum over one byte.
    static member updateByte(crc: uint64, value: byte) : uint64 =
        entries[int (byte crc ^^^ value)] ^^^ (crc >>> 8)

    /// Continues a checksum over eight bytes, the first of them in the lowest bits of the word.
    static member updateWord(crc: uint64, word: uint64) : uint64 =
        let entries = entries
        let sum = crc ^^^ word

        entries[0x700 + int (byte sum)]
        ^^^ entries[0x600 + int (byte (sum >>> 8))]
        ^^^ entries[0x500 + int (byte (sum >>> 16))]
        ^^^ entries[0x400 + int (byte (sum >>> 24))]
        ^^^ entries[0x300 + int (byte (sum >>> 32))]
        ^^^ entries[0x200 + int (byte (sum >>> 40))]
        ^^^ entries[0x100 + int (byte (sum >>> 48))]
        ^^^ entries[int (sum >>> 56)]

    /// Continues a checksum over any number of bytes.
    static member update(crc: uint64, bytes: ReadOnlySpan<byte>) : uint64 =
        let mutable crc = crc
        let mutable rest = bytes

        while rest.Length >= 8 do
            crc <- Crc64Tables.updateWord (crc, BinaryPrimitives.ReadUInt64LittleEndian rest)
            rest <- rest.Slice 8

        for value in rest do
            crc <- Crc64Tables.updateByte (crc, value)

        crc
