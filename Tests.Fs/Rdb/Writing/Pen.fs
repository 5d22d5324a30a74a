namespace HybridReplica.Tests.Rdb

open System
open HybridReplica.Core
open HybridReplica.Tests.Simulation

/// Writes bytes one behind the other. Where the format leaves a choice, chance decides.
type Pen(chance: Chance, version: RdbVersion) =
    let written = ResizeArray<byte>()

    member _.Chance = chance
    member _.Version = version
    member _.Position = written.Count
    member _.ToArray() = written.ToArray()

    /// Another one for what must be written before its length is known.
    member _.Aside() = Pen(chance, version)

    member _.Byte(value: int) = written.Add(byte value)

    member _.Bytes(bytes: byte[]) = written.AddRange bytes

    /// The lowest `width` bytes of a number, the lowest first.
    member this.LittleEndian(width: int, number: int64) =
        for index in 0 .. width - 1 do
            this.Byte(int (number >>> (8 * index)) &&& 0xFF)

    /// The lowest `width` bytes of a number, the highest first.
    member this.BigEndian(width: int, number: uint64) =
        for index in width - 1 .. -1 .. 0 do
            this.Byte(int (number >>> (8 * index)) &&& 0xFF)

    member this.Double(number: float) =
        this.LittleEndian(8, BitConverter.DoubleToInt64Bits number)

    /// An id in sixteen bytes.
    member this.RawId(id: StreamId) =
        this.BigEndian(8, id.Milliseconds)
        this.BigEndian(8, id.Sequence)

    /// One of the ways to write something: most of the time the first, which is the one of servers.
    member _.AnyOf(ways: (unit -> unit) list) =
        let way = if chance.OnceIn 3 then chance.Pick ways else List.head ways
        way ()

    /// A length in any of the forms it fits in: 6, 14, 32 or 64 bits. Those of 64 bits came with version 8.
    member this.Length(number: uint64) =
        let hasWide = this.Version.Vendor = RdbVendor.Valkey || this.Version.Number >= 8

        this.AnyOf
            [
                if number < 64UL then
                    fun () -> this.Byte(int number)
                if number < 16384UL then
                    fun () -> this.BigEndian(2, 0x4000UL ||| number)
                if number <= uint64 UInt32.MaxValue then
                    fun () ->
                        this.Byte 0x80
                        this.BigEndian(4, number)
                if hasWide then
                    fun () ->
                        this.Byte 0x81
                        this.BigEndian(8, number)
            ]

    member this.Length(number: int64) = this.Length(uint64 number)

    member this.Length(number: int) = this.Length(uint64 number)

    member this.LengthPair(id: StreamId) =
        this.Length id.Milliseconds
        this.Length id.Sequence
