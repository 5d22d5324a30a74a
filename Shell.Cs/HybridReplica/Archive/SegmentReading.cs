using HybridReplica.Core;
using Microsoft.Win32.SafeHandles;

namespace HybridReplica;

/// <summary>Reads the file of a segment from one end to the other, in pieces.</summary>
/// <remarks>All exceptions are those that <see cref="FileTroubles"/> knows.</remarks>
static class SegmentReading
{
    const int PieceSize = 256 << 10;

    /// <summary>How many entries of an index have the checksum of what is in the file, up to the first that has not.
    /// </summary>
    public static int CountOfRight(SafeFileHandle file, ReadOnlySpan<IndexEntry> entries)
    {
        var piece = new byte[PieceSize];
        var at = 0L;
        var checksum = 0UL;
        for (var count = 0; count < entries.Length; count++)
        {
            var entry = entries[count];
            while (at < entry.Byte)
            {
                var length = RandomAccess.Read(file, piece.AsSpan(0, (int)Math.Min(entry.Byte - at, PieceSize)), at);
                if (length == 0)
                    return count;
                checksum = Crc64.update(checksum, piece.AsSpan(0, length));
                at += length;
            }

            if (at != entry.Byte || checksum != entry.Checksum)
                return count;
        }

        return entries.Length;
    }

    /// <summary>Looks at the file from a place on, as far as there is something that can be in a segment.</summary>
    /// <param name="file">The file.</param>
    /// <param name="origin">The place, between two commands.</param>
    /// <param name="checksum">The CRC-64 of the bytes in front of it.</param>
    /// <param name="end">The byte in front of which the look ends.</param>
    public static ScannedSegment Scan(SafeFileHandle file, SegmentScan origin, ulong checksum, long end)
    {
        var scan = origin;
        var annotated = new List<IndexEntry>();
        // Of the bytes in front of the safe end, and of those in front of where the look is.
        var (safe, looked) = (checksum, checksum);
        var window = new ReceiveWindow(PieceSize);
        SegmentTrouble? trouble = null;
        while (trouble is null && Fill(file, window, scan.Byte, end))
        {
            var front = window.Filled;
            var next = SegmentScanner.ScanWindow(scan, front, out trouble);
            if (next.SafeByte > scan.Byte)
                safe = Crc64.update(looked, front[..(int)(next.SafeByte - scan.Byte)]);
            else if (next.SafeByte == scan.Byte)
                safe = looked;
            var used = (int)(next.Byte - scan.Byte);
            looked = Crc64.update(looked, front[..used]);
            if (next.Timestamp.IsSome && !next.Timestamp.Equals(scan.Timestamp))
                annotated.Add(
                    new(next.Safe.Offset, next.SafeByte, next.Timestamp.Value * 1000, next.Safe.Database.Value, safe)
                );
            window.Discard(used);
            scan = next;
        }

        return new(scan, safe, annotated);
    }

    /// <summary>Writes what is in a file once more, as it is: the next flush is about all of it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="end">How many bytes there are.</param>
    public static void WriteAgain(SafeFileHandle file, long end)
    {
        var piece = new byte[PieceSize];
        for (long at = 0; at < end; )
        {
            var length = RandomAccess.Read(file, piece.AsSpan(0, (int)Math.Min(end - at, PieceSize)), at);
            if (length == 0)
                throw new EndOfStreamException();
            RandomAccess.Write(file, piece.AsSpan(0, length), at);
            at += length;
        }
    }

    // More bytes behind what is in the window and was not used. False: there are none.
    static bool Fill(SafeFileHandle file, ReceiveWindow window, long looked, long end)
    {
        var room = window.Room().Span;
        var at = looked + window.Filled.Length;
        var length = (int)Math.Min(room.Length, Math.Max(0, end - at));
        var read = length == 0 ? 0 : RandomAccess.Read(file, room[..length], at);
        window.Commit(read);
        return read > 0;
    }
}

/// <summary>What was found in a segment.</summary>
/// <param name="Scan">How far it was looked at.</param>
/// <param name="SafeChecksum">The CRC-64 of the bytes in front of the safe end.</param>
/// <param name="Annotated">Entries for an index, of as many seconds as were seen named.</param>
readonly record struct ScannedSegment(SegmentScan Scan, ulong SafeChecksum, IReadOnlyList<IndexEntry> Annotated);
