namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// The container of hashes before Redis 2.6: how many pairs it has, the pairs, and a last byte. Behind the length of a
/// value is one byte that tells how many bytes behind the value are not in use (`zipmapValidateIntegrity`, 7.0.15).
[<AbstractClass; Sealed>]
type internal Zipmap =

    /// <summary>Reads the head.</summary>
    /// <returns>Whether there is something to walk; if not, the cursor knows the trouble.</returns>
    static member Open(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>) : bool =
        if blob.Length < 2 then
            PackedCursor.Fail(&cursor, PackedTrouble.TooShort)
        elif blob[blob.Length - 1] <> 0xFFuy then
            PackedCursor.Fail(&cursor, PackedTrouble.NotTerminated)
        else
            // From 254 pairs on it does not say how many there are.
            let pairs = int blob[0]
            PackedCursor.Begin(&cursor, 1, (if pairs >= 254 then -1 else 2 * pairs))

    // Keys and values come by turns. A value has one byte between its length and itself, and unused ones behind it.
    static member private NextBytes
        (
            blob: ReadOnlySpan<byte>,
            cursor: byref<PackedCursor>,
            behindLength: int,
            length: uint32,
            element: byref<PackedElement>
        ) : bool =
        let last = blob.Length - 1
        let isValue = (cursor.Seen &&& 1 = 1)

        if behindLength >= last && (isValue || length > 0u) then
            PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
        else
            let unused = if isValue then int64 blob[behindLength] else 0L
            let start = if isValue then behindLength + 1 else behindLength
            let behind = int64 start + int64 length + unused

            if behind > int64 last then
                PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
            else
                PackedElement.OfBytes(&element, start, int length)
                cursor.At <- int behind
                cursor.Seen <- cursor.Seen + 1
                true

    /// <summary>Finds the next key, or the value of the last one.</summary>
    /// <returns>Whether there was one; if not, it was the end, or the cursor knows the trouble.</returns>
    static member Next(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, element: byref<PackedElement>) : bool =
        let at = cursor.At
        let first = int blob[at]

        if first < 254 then
            Zipmap.NextBytes(blob, &cursor, at + 1, uint32 first, &element)
        elif first = 255 then
            // It may end at the last byte only, and not between a key and its value.
            if cursor.Seen &&& 1 = 1 then
                PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
            else
                PackedCursor.Finish(&cursor, blob.Length)
        elif blob.Length - at <= 5 then
            PackedCursor.Fail(&cursor, PackedTrouble.OutOfBounds)
        else
            let length = BinaryPrimitives.ReadUInt32LittleEndian(blob.Slice(at + 1))

            // Four bytes for a length that fits into one: servers never wrote that, and read it in two ways.
            if length < 254u then
                PackedCursor.Fail(&cursor, PackedTrouble.UnknownEncoding)
            else
                Zipmap.NextBytes(blob, &cursor, at + 5, length, &element)
