namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// The set of numbers: how many bytes each takes, how many there are, and then they, ascending
/// (`intsetValidateIntegrity`, 7.0.15).
[<AbstractClass; Sealed>]
type internal Intset =

    static member private HeadLength = 8

    static member private Read(blob: ReadOnlySpan<byte>, at: int, width: int) : int64 =
        match width with
        | 2 -> int64 (BinaryPrimitives.ReadInt16LittleEndian(blob.Slice at))
        | 4 -> int64 (BinaryPrimitives.ReadInt32LittleEndian(blob.Slice at))
        | _ -> BinaryPrimitives.ReadInt64LittleEndian(blob.Slice at)

    /// <summary>Reads the head.</summary>
    /// <returns>Whether there is something to walk; if not, the cursor knows the trouble.</returns>
    static member Open(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>) : bool =
        if blob.Length < Intset.HeadLength then
            PackedCursor.Fail(&cursor, PackedTrouble.TooShort)
        else
            let width = BinaryPrimitives.ReadUInt32LittleEndian blob
            let count = BinaryPrimitives.ReadUInt32LittleEndian(blob.Slice 4)

            if width <> 2u && width <> 4u && width <> 8u then
                PackedCursor.Fail(&cursor, PackedTrouble.UnknownEncoding)
            elif int64 count * int64 width <> int64 (blob.Length - Intset.HeadLength) then
                PackedCursor.Fail(&cursor, PackedTrouble.WrongSize)
            else
                PackedCursor.Begin(&cursor, Intset.HeadLength, int count) |> ignore
                cursor.Width <- int width
                true

    /// <summary>Finds the next number.</summary>
    /// <returns>Whether there was one; if not, it was the end, or the cursor knows the trouble.</returns>
    static member Next(blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>, element: byref<PackedElement>) : bool =
        let at = cursor.At
        let width = cursor.Width

        if at >= blob.Length then
            false
        else
            let number = Intset.Read(blob, at, width)

            if at > Intset.HeadLength && number <= Intset.Read(blob, at - width, width) then
                PackedCursor.Fail(&cursor, PackedTrouble.NotAscending)
            else
                PackedElement.OfNumber(&element, number)
                cursor.At <- at + width
                cursor.Seen <- cursor.Seen + 1
                true
