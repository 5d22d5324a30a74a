namespace HybridReplica;

/// <summary>How much a <see cref="StreamBuffer{TNotice}"/> holds, in bytes.</summary>
/// <param name="Memory">The most it keeps in memory.</param>
/// <param name="Spool">The most it keeps in a file.</param>
/// <param name="Piece">The most that comes at once: with less room than that it is full.</param>
readonly record struct BufferSizes(int Memory, long Spool, int Piece)
{
    /// <summary>8 MiB in memory, and pieces of at most 256 KiB.</summary>
    public static BufferSizes WithSpool(long size) => new(8 << 20, size, 256 << 10);
}
