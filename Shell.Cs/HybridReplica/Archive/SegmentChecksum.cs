using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Compares a segment that is read from its beginning with what its index says of its bytes.</summary>
/// <param name="name">The name of the segment.</param>
/// <param name="entries">The entries of its index.</param>
/// <param name="count">Called for bytes that were looked at.</param>
sealed class SegmentChecksum(string name, IndexEntry[] entries, Action<int> count)
{
    int _next;
    long _byte;
    long _good;
    ulong _checksum;

    /// <summary>The byte of the first entry behind a place. Null: there is none.</summary>
    public long? EntryBehind(long at)
    {
        var index = Array.FindIndex(entries, entry => entry.Byte >= at);
        return index < 0 ? null : entries[index].Byte;
    }

    /// <summary>Looks at the next bytes.</summary>
    /// <exception cref="ArchiveException">They are not what was written.</exception>
    public void Advance(ReadOnlySpan<byte> bytes)
    {
        count(bytes.Length);
        while (_next < entries.Length && entries[_next].Byte <= _byte + bytes.Length)
        {
            var entry = entries[_next];
            var before = (int)(entry.Byte - _byte);
            Add(bytes[..before]);
            bytes = bytes[before..];
            if (_checksum != entry.Checksum)
                throw new ArchiveException(
                    ArchiveFault.NewSegmentDamaged(name, _good, SegmentDamage.NewWrongChecksum(_good))
                );

            _good = entry.Byte;
            _next++;
        }

        Add(bytes);
    }

    void Add(ReadOnlySpan<byte> bytes)
    {
        _checksum = Crc64.update(_checksum, bytes);
        _byte += bytes.Length;
    }
}
