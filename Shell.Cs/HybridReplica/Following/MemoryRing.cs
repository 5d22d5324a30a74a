using System.Numerics;

namespace HybridReplica;

/// <summary>Bytes in an array that is used in a circle, and that grows as it is needed.</summary>
/// <remarks>
/// One thread writes and one reads, without a lock: each moves a count of its own, and only once its bytes are copied.
/// Where a byte lies follows from its number, so a reader that still has the smaller array finds there what it wants.
/// </remarks>
/// <param name="size">The most bytes it may hold.</param>
sealed class MemoryRing(int size) : IByteQueue
{
    const int FirstSize = 64 * 1024;

    byte[] _bytes = [];
    long _written;
    long _read;

    public long Count => Volatile.Read(ref _written) - Volatile.Read(ref _read);

    /// <summary>Writes all of the bytes, or nothing if there is no room for all.</summary>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        var needed = Count + bytes.Length;
        if (needed > size)
            return false;
        if (needed > _bytes.Length)
            Grow((int)needed);

        Write(_bytes, _written, bytes);
        Volatile.Write(ref _written, _written + bytes.Length);
        return true;
    }

    public void Read(Span<byte> destination)
    {
        // Whoever sees that the bytes are written also sees the array that they were written to.
        var bytes = Volatile.Read(ref _bytes);
        var start = (int)(_read % bytes.Length);
        var first = Math.Min(destination.Length, bytes.Length - start);
        bytes.AsSpan(start, first).CopyTo(destination);
        bytes.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
        Volatile.Write(ref _read, _read + destination.Length);
    }

    void Grow(int needed)
    {
        var length = Math.Min((uint)size, Math.Max(FirstSize, BitOperations.RoundUpToPowerOf2((uint)needed)));
        var larger = GC.AllocateUninitializedArray<byte>((int)length);
        var old = _bytes;
        for (var position = Volatile.Read(ref _read); position < _written; )
        {
            var start = (int)(position % old.Length);
            var count = (int)Math.Min(_written - position, old.Length - start);
            Write(larger, position, old.AsSpan(start, count));
            position += count;
        }

        Volatile.Write(ref _bytes, larger);
    }

    static void Write(byte[] circle, long position, ReadOnlySpan<byte> bytes)
    {
        var start = (int)(position % circle.Length);
        var first = Math.Min(bytes.Length, circle.Length - start);
        bytes[..first].CopyTo(circle.AsSpan(start));
        bytes[first..].CopyTo(circle);
    }
}
