namespace HybridReplica.Core

open System
open System.Buffers.Binary
open System.Runtime.CompilerServices

/// The container of Redis 7.0 and of streams: its size, how many elements it has, the elements, and a last byte. Each
/// element says how long it is at both of its ends (`lpValidateIntegrity`, `lpValidateNext`, 7.0.15).
[<AbstractClass; Sealed>]
type internal Listpack =

    static member private HeadLength = 6

    /// <summary>Reads the head.</summary>
    /// <returns>Whether there is something to walk; if not, the cursor knows the trouble.</returns>
    static member Open(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>) : bool =
        if blob.Length < Listpack.HeadLength + 1 then
            PackedCursor.Fail(&cursor, PackedTrouble.TooShort)
        elif BinaryPrimitives.ReadUInt32LittleEndian blob <> uint32 blob.Length then
            PackedCursor.Fail(&cursor, PackedTrouble.WrongSize)
        elif blob[blob.Length - 1] <> 0xFFuy then
            PackedCursor.Fail(&cursor, PackedTrouble.NotTerminated)
        else
            let count = int (BinaryPrimitives.ReadUInt16LittleEndian(blob.Slice 4))
            PackedCursor.Begin(&cursor, Listpack.HeadLength, (if count = 65535 then -1 else count))

    // How many bytes it takes to say at its end how long an element is (`lpEncodeBacklen`).
    static member private BackLengthBytes(size: int) : int =
        if size <= 127 then 1
        elif size < 16383 then 2
        elif size < 2097151 then 3
        elif size < 268435455 then 4
        else 5

    // Seven bits in each byte, the highest first; all but the first byte are marked.
    static member private IsBackLength(back: ReadOnlySpan<byte>, size: int) : bool =
        let mutable rest = size
        let mutable isRight = true

        for index in back.Length - 1 .. -1 .. 1 do
            isRight <- isRight && int back[index] = (rest &&& 127 ||| 128)
            rest <- rest >>> 7

        isRight && int back[0] = rest

    // Goes over an element of `size` bytes that is longer than most.
    static member private LeaveLong(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, size: int64) : bool =
        let last = int64 (blob.Length - 1)

        if int64 cursor.At + size > last then
            PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
        else
            let size = int size
            let behind = cursor.At + size
            let bytes = Listpack.BackLengthBytes size

            if int64 behind + int64 bytes > last then
                PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
            elif not (Listpack.IsBackLength(blob.Slice(behind, bytes), size)) then
                PackedCursor.Fail(&cursor, PackedTrouble.WrongBackLength)
            else
                cursor.At <- behind + bytes
                cursor.Seen <- cursor.Seen + 1
                true

    // Goes over an element of at most 127 bytes.
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    static member private Leave(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, size: int) : bool =
        let behind = cursor.At + size

        if behind >= blob.Length - 1 then
            PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
        elif int blob[behind] <> size then
            PackedCursor.Fail(&cursor, PackedTrouble.WrongBackLength)
        else
            cursor.At <- behind + 1
            cursor.Seen <- cursor.Seen + 1
            true

    // The number in `width` bytes behind the first one of an element.
    static member private NextNumber
        (blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, width: int, element: byref<PackedElement>)
        : bool =
        let at = cursor.At + 1

        if Listpack.Leave(blob, &cursor, 1 + width) then
            let number =
                match width with
                | 2 -> int64 (BinaryPrimitives.ReadInt16LittleEndian(blob.Slice at))
                | 3 -> PackedNumber.Read24(blob, at)
                | 4 -> int64 (BinaryPrimitives.ReadInt32LittleEndian(blob.Slice at))
                | _ -> BinaryPrimitives.ReadInt64LittleEndian(blob.Slice at)

            PackedElement.OfNumber(&element, number)
            true
        else
            false

    // The string behind `headLength` bytes that say how long it is.
    static member private NextBytes
        (
            blob: ReadOnlySpan<byte>,
            cursor: byref<PackedCursor>,
            headLength: int,
            length: uint32,
            element: byref<PackedElement>
        ) : bool =
        let start = cursor.At + headLength

        if Listpack.LeaveLong(blob, &cursor, int64 headLength + int64 length) then
            PackedElement.OfBytes(&element, start, int length)
            true
        else
            false

    // Elements whose first byte is 0xE0 or above, and the end.
    static member private NextLarge
        (blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, first: int, element: byref<PackedElement>)
        : bool =
        let at = cursor.At

        if first < 0xF0 then
            let length = ((first &&& 15) <<< 8) ||| int blob[at + 1]
            Listpack.NextBytes(blob, &cursor, 2, uint32 length, &element)
        else
            match first with
            | 0xF0 when blob.Length - at <= 5 -> PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
            | 0xF0 ->
                let length = BinaryPrimitives.ReadUInt32LittleEndian(blob.Slice(at + 1))
                Listpack.NextBytes(blob, &cursor, 5, length, &element)
            | 0xF1 -> Listpack.NextNumber(blob, &cursor, 2, &element)
            | 0xF2 -> Listpack.NextNumber(blob, &cursor, 3, &element)
            | 0xF3 -> Listpack.NextNumber(blob, &cursor, 4, &element)
            | 0xF4 -> Listpack.NextNumber(blob, &cursor, 8, &element)
            | 0xFF -> PackedCursor.Finish(&cursor, blob.Length)
            | _ -> PackedCursor.Fail(&cursor, PackedTrouble.UnknownEncoding)

    /// <summary>Finds the next element.</summary>
    /// <returns>Whether there was one; if not, it was the end, or the cursor knows the trouble.</returns>
    static member Next(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, element: byref<PackedElement>) : bool =
        let at = cursor.At
        // The last byte is no element, and so there is at least one more byte behind the first of an element.
        let first = int blob[at]

        if first < 0x80 then
            PackedElement.OfNumber(&element, int64 first)
            Listpack.Leave(blob, &cursor, 1)
        elif first < 0xC0 then
            let length = first &&& 63
            PackedElement.OfBytes(&element, at + 1, length)
            Listpack.Leave(blob, &cursor, 1 + length)
        elif first < 0xE0 then
            // Thirteen bits, of which the highest is the sign.
            let bits = ((first &&& 31) <<< 8) ||| int blob[at + 1]
            PackedElement.OfNumber(&element, int64 ((bits <<< 19) >>> 19))
            Listpack.Leave(blob, &cursor, 2)
        else
            Listpack.NextLarge(blob, &cursor, first, &element)
