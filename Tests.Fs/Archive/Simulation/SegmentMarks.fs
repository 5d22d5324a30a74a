namespace HybridReplica.Tests.Archive.Simulation

open System
open System.Buffers.Binary
open HybridReplica.Core

/// An entry of the index beside a segment.
type SegmentMark =
    {
        Offset: int64
        /// Where in the file of the segment that is.
        Byte: int
        /// Milliseconds of unix time.
        ReceivedAt: int64
        Database: int
        /// Of all that is in front of it in the file.
        Checksum: uint64
    }

/// The index of a segment as a simulated shell writes and reads it.
[<RequireQualifiedAccess>]
module SegmentMarks =

    [<Literal>]
    let private EntrySize = 48

    let checksum (bytes: byte[]) (count: int) : uint64 =
        Crc64.update (0UL, ReadOnlySpan(bytes, 0, count))

    /// What every index begins with.
    let head: byte[] = "simulated index "B

    let private fields (mark: SegmentMark) : byte[] =
        let bytes = Array.zeroCreate EntrySize

        let write at (value: int64) =
            BinaryPrimitives.WriteInt64LittleEndian(Span(bytes, at, 8), value)

        write 0 mark.Offset
        write 8 (int64 mark.Byte)
        write 16 mark.ReceivedAt
        write 24 (int64 mark.Database)
        write 32 (int64 mark.Checksum)
        bytes

    /// The bytes of an entry. Its last eight are a checksum of the rest and of the bytes of the one before.
    let print (before: byte[]) (mark: SegmentMark) : byte[] =
        let bytes = fields mark

        let check =
            Crc64.update (Crc64.update (0UL, ReadOnlySpan before), ReadOnlySpan(bytes, 0, EntrySize - 8))

        BinaryPrimitives.WriteUInt64LittleEndian(Span(bytes, EntrySize - 8, 8), check)
        bytes

    let private parse (bytes: byte[]) : SegmentMark =
        let read at =
            BinaryPrimitives.ReadInt64LittleEndian(ReadOnlySpan(bytes, at, 8))

        {
            Offset = read 0
            Byte = int (read 8)
            ReceivedAt = read 16
            Database = int (read 24)
            Checksum = uint64 (read 32)
        }

    /// The entries of an index, up to the first that is not what was written. Each comes with its bytes.
    let read (index: byte[]) : (SegmentMark * byte[]) list =
        let rec next before at found =
            if at + EntrySize > index.Length then
                List.rev found
            else
                let bytes = index[at .. at + EntrySize - 1]
                let mark = parse bytes

                if print before mark = bytes then
                    next bytes (at + EntrySize) ((mark, bytes) :: found)
                else
                    List.rev found

        if index.Length < head.Length || index[.. head.Length - 1] <> head then
            []
        else
            next head head.Length []

    /// Those of them that say the truth about the bytes of the segment.
    let verified (segment: byte[]) (marks: (SegmentMark * byte[]) list) : (SegmentMark * byte[]) list =
        marks
        |> List.takeWhile (fun (mark, _) -> mark.Byte <= segment.Length && checksum segment mark.Byte = mark.Checksum)
