namespace HybridReplica.Core

open System
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open System.Runtime.Intrinsics.X86

/// The CRC-64 of Redis by carry-less multiplication: many blocks of sixteen bytes are folded into few that have the
/// same checksum. The multiplier has a long latency, so several independent sums side by side keep it busy.
[<AbstractClass; Sealed>]
type internal Crc64Folding private () =

    // A block is the polynomial first * x^64 + second of its two words, and moving it n bits ahead multiplies it by
    // x^n. The carry-less product of two reflected words is one factor x too large, hence the exponents less one.
    static let ahead (bits: int) =
        Vector128.Create(Crc64Polynomial.xToThe (bits + 63), Crc64Polynomial.xToThe (bits - 1))

    static let oneBlockAhead = ahead 128
    static let oneRowAhead = ahead 512
    static let twoRowsAhead = ahead 1024

    /// Whether the processor can multiply blocks: x86 with PCLMULQDQ.
    static member HasBlocks = Pclmulqdq.IsSupported

    /// Whether the processor can multiply rows of four blocks: x86 with VPCLMULQDQ and AVX-512.
    static member HasRows = Pclmulqdq.V512.IsSupported

    /// The block `sum` moved ahead to where `block` stands, and joined with it.
    static member inline private joinBlock
        (sum: Vector128<uint64>, distance: Vector128<uint64>, block: Vector128<uint64>)
        : Vector128<uint64> =
        Pclmulqdq.CarrylessMultiply(sum, distance, 0x00uy)
        ^^^ Pclmulqdq.CarrylessMultiply(sum, distance, 0x11uy)
        ^^^ block

    /// The same for the four blocks of a row at once.
    static member inline private joinRow
        (sum: Vector512<uint64>, distance: Vector512<uint64>, row: Vector512<uint64>)
        : Vector512<uint64> =
        Pclmulqdq.V512.CarrylessMultiply(sum, distance, 0x00uy)
        ^^^ Pclmulqdq.V512.CarrylessMultiply(sum, distance, 0x11uy)
        ^^^ row

    /// The checksum of one row and the bytes behind it.
    static member private finish(row: Vector512<uint64>, bytes: ReadOnlySpan<byte>) : uint64 =
        let blocks = MemoryMarshal.Cast<byte, Vector128<uint64>> bytes
        let mutable first = row.GetLower().GetLower()
        let mutable second = row.GetLower().GetUpper()
        let mutable third = row.GetUpper().GetLower()
        let mutable fourth = row.GetUpper().GetUpper()
        let distance = oneRowAhead
        let mutable next = 0

        while next + 3 < blocks.Length do
            first <- Crc64Folding.joinBlock (first, distance, blocks[next])
            second <- Crc64Folding.joinBlock (second, distance, blocks[next + 1])
            third <- Crc64Folding.joinBlock (third, distance, blocks[next + 2])
            fourth <- Crc64Folding.joinBlock (fourth, distance, blocks[next + 3])
            next <- next + 4

        let distance = oneBlockAhead
        let mutable sum = Crc64Folding.joinBlock (first, distance, second)
        sum <- Crc64Folding.joinBlock (sum, distance, third)
        sum <- Crc64Folding.joinBlock (sum, distance, fourth)

        while next < blocks.Length do
            sum <- Crc64Folding.joinBlock (sum, distance, blocks[next])
            next <- next + 1

        let crc = Crc64Tables.updateWord (Crc64Tables.updateWord (0UL, sum[0]), sum[1])
        Crc64Tables.update (crc, bytes.Slice(bytes.Length &&& ~~~15))

    /// Continues a checksum over 64 bytes or more, four blocks at a time. Only where `HasBlocks`.
    static member updateByBlocks(crc: uint64, bytes: ReadOnlySpan<byte>) : uint64 =
        let row = MemoryMarshal.Read<Vector512<uint64>> bytes
        Crc64Folding.finish (row ^^^ Vector512.CreateScalar crc, bytes.Slice 64)

    /// Continues a checksum over 128 bytes or more, two rows at a time. Only where `HasRows`.
    static member updateByRows(crc: uint64, bytes: ReadOnlySpan<byte>) : uint64 =
        let rows = MemoryMarshal.Cast<byte, Vector512<uint64>> bytes
        let behind = bytes.Slice(rows.Length / 2 * 128)
        let mutable even = rows[0] ^^^ Vector512.CreateScalar crc
        let mutable odd = rows[1]
        let distance = Vector512.Create<uint64>(twoRowsAhead: Vector128<uint64>)
        let mutable next = 2

        while next + 1 < rows.Length do
            even <- Crc64Folding.joinRow (even, distance, rows[next])
            odd <- Crc64Folding.joinRow (odd, distance, rows[next + 1])
            next <- next + 2

        let distance = Vector512.Create<uint64>(oneRowAhead: Vector128<uint64>)
        Crc64Folding.finish (Crc64Folding.joinRow (even, distance, odd), behind)
