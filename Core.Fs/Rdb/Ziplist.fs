namespace HybridReplica.Core

open System
open System.Buffers.Binary
open System.Runtime.CompilerServices

/// The container of lists, hashes and sorted sets before Redis 7.0: its size, where its last element is, how many it
/// has, the elements, and a last byte. Each element begins with the length of the one before it
/// (`ziplistValidateIntegrity`, `zipEntrySafe`, 7.0.15).
[<AbstractClass; Sealed>]
type internal Ziplist =

    static member private HeadLength = 10

    /// <summary>Reads the head.</summary>
    /// <returns>Whether there is something to walk; if not, the cursor knows the trouble.</returns>
    static member Open(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>) : bool =
        if blob.Length < Ziplist.HeadLength + 1 then
            PackedCursor.Fail(&cursor, PackedTrouble.TooShort)
        elif BinaryPrimitives.ReadUInt32LittleEndian blob <> uint32 blob.Length then
            PackedCursor.Fail(&cursor, PackedTrouble.WrongSize)
        elif blob[blob.Length - 1] <> 0xFFuy then
            PackedCursor.Fail(&cursor, PackedTrouble.NotTerminated)
        elif Ziplist.Tail blob > uint32 (blob.Length - 1) then
            PackedCursor.Fail(&cursor, PackedTrouble.WrongTail)
        else
            let count = int (BinaryPrimitives.ReadUInt16LittleEndian(blob.Slice 8))
            PackedCursor.Begin(&cursor, Ziplist.HeadLength, (if count = 65535 then -1 else count))

    // Where the last element begins; of an empty one: where it would.
    static member private Tail(blob: ReadOnlySpan<byte>) : uint32 =
        BinaryPrimitives.ReadUInt32LittleEndian(blob.Slice 4)

    static member private Finish(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>) : bool =
        PackedCursor.Finish(&cursor, blob.Length) |> ignore

        if
            cursor.Trouble = PackedTrouble.None
            && Ziplist.Tail blob <> uint32 (cursor.At - cursor.Previous)
        then
            PackedCursor.Fail(&cursor, PackedTrouble.WrongTail)
        else
            false

    // Goes over an element that ends at `behind`.
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member private Leave(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, behind: int64) : bool =
        if behind > int64 (blob.Length - 1) then
            PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
        else
            cursor.Previous <- int behind - cursor.At
            cursor.At <- int behind
            cursor.Seen <- cursor.Seen + 1
            true

    // The number in `width` bytes from `at` on.
    static member private NextNumber
        (blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, at: int, width: int, element: byref<PackedElement>)
        : bool =
        if Ziplist.Leave(blob, &cursor, int64 at + int64 width) then
            let number =
                match width with
                | 1 -> int64 (sbyte blob[at])
                | 2 -> int64 (BinaryPrimitives.ReadInt16LittleEndian(blob.Slice at))
                | 3 -> PackedNumber.Read24(blob, at)
                | 4 -> int64 (BinaryPrimitives.ReadInt32LittleEndian(blob.Slice at))
                | _ -> BinaryPrimitives.ReadInt64LittleEndian(blob.Slice at)

            PackedElement.OfNumber(&element, number)
            true
        else
            false

    // The string of `length` bytes from `at` on.
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member private NextBytes
        (blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, at: int, length: uint32, element: byref<PackedElement>)
        : bool =
        PackedElement.OfBytes(&element, at, int length)
        Ziplist.Leave(blob, &cursor, int64 at + int64 length)

    // What is behind the length of the element before: `at` is where it says how it is encoded, and not the last byte.
    static member private NextEncoded
        (blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, at: int, element: byref<PackedElement>)
        : bool =
        let encoding = int blob[at]

        if encoding < 0x40 then
            Ziplist.NextBytes(blob, &cursor, at + 1, uint32 encoding, &element)
        elif encoding < 0x80 then
            let length = ((encoding &&& 63) <<< 8) ||| int blob[at + 1]
            Ziplist.NextBytes(blob, &cursor, at + 2, uint32 length, &element)
        elif encoding < 0xC0 then
            if blob.Length - at <= 5 then
                PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
            else
                let length = BinaryPrimitives.ReadUInt32BigEndian(blob.Slice(at + 1))
                Ziplist.NextBytes(blob, &cursor, at + 5, length, &element)
        else
            match encoding with
            | 0xC0 -> Ziplist.NextNumber(blob, &cursor, at + 1, 2, &element)
            | 0xD0 -> Ziplist.NextNumber(blob, &cursor, at + 1, 4, &element)
            | 0xE0 -> Ziplist.NextNumber(blob, &cursor, at + 1, 8, &element)
            | 0xF0 -> Ziplist.NextNumber(blob, &cursor, at + 1, 3, &element)
            | 0xFE -> Ziplist.NextNumber(blob, &cursor, at + 1, 1, &element)
            | _ when encoding > 0xF0 && encoding < 0xFE ->
                PackedElement.OfNumber(&element, int64 ((encoding &&& 15) - 1))
                Ziplist.Leave(blob, &cursor, int64 at + 1L)
            | _ -> PackedCursor.Fail(&cursor, PackedTrouble.UnknownEncoding)

    /// <summary>Finds the next element.</summary>
    /// <returns>Whether there was one; if not, it was the end, or the cursor knows the trouble.</returns>
    static member Next(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, element: byref<PackedElement>) : bool =
        let at = cursor.At
        let last = blob.Length - 1
        let first = int blob[at]

        if first = 0xFF then
            Ziplist.Finish(blob, &cursor)
        elif first < 0xFE then
            if first <> cursor.Previous then
                PackedCursor.Fail(&cursor, PackedTrouble.WrongBackLength)
            elif at + 1 >= last then
                PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
            else
                Ziplist.NextEncoded(blob, &cursor, at + 1, &element)
        // Four bytes for the length are legal when one would do: that is how elements are left behind that once had a
        // longer one before them (`__ziplistCascadeUpdate`).
        elif last - at <= 5 then
            PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
        elif
            BinaryPrimitives.ReadUInt32LittleEndian(blob.Slice(at + 1))
            <> uint32 cursor.Previous
        then
            PackedCursor.Fail(&cursor, PackedTrouble.WrongBackLength)
        else
            Ziplist.NextEncoded(blob, &cursor, at + 5, &element)
