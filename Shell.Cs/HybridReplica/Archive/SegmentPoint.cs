using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A point in a segment.</summary>
/// <param name="Offset">The offset in the master's history.</param>
/// <param name="Byte">The position in the file.</param>
/// <param name="Checksum">The CRC-64 of the bytes of the file in front of that.</param>
readonly record struct SegmentPoint(long Offset, long Byte, ulong Checksum)
{
    /// <summary>The point behind bytes that the master sent.</summary>
    public SegmentPoint Behind(ReadOnlySpan<byte> received) =>
        new(Offset + received.Length, Byte + received.Length, Crc64.update(Checksum, received));

    /// <summary>The point behind bytes that the master did not send.</summary>
    public SegmentPoint BehindOurs(ReadOnlySpan<byte> line) =>
        new(Offset, Byte + line.Length, Crc64.update(Checksum, line));
}
