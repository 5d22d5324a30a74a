using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A base in an archive, and the stream behind it, up to the next base.</summary>
/// <param name="Base">The base.</param>
/// <param name="Segments">The stream, without gaps, the oldest first.</param>
public sealed record ArchivedGeneration(ArchivedBase Base, IReadOnlyList<ArchivedSegment> Segments)
{
    /// <summary>The size of its files, with the indexes, in bytes.</summary>
    public long Bytes => Base.Size + Segments.Sum(segment => segment.Size + segment.IndexSize);
}

/// <summary>A snapshot in an archive.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="Position">Where it stands in the master's history.</param>
/// <param name="ReceivedAt">When it was received whole.</param>
/// <param name="Size">The size of the file in bytes.</param>
/// <param name="Version">Its format. Null: it does not begin like an RDB.</param>
public sealed record ArchivedBase(
    string File,
    Position Position,
    DateTimeOffset ReceivedAt,
    long Size,
    RdbVersion? Version
);

/// <summary>A piece of the stream in an archive.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">
/// The offset at which it ends; while it is written, that of the last whole command outside of transactions.
/// </param>
/// <param name="IsSealed">Whether nothing more is written to it.</param>
/// <param name="Size">The size of the file in bytes.</param>
/// <param name="IndexSize">The size of its index in bytes. Zero: it has none.</param>
/// <param name="First">When its first bytes were received. Null: its index does not say.</param>
/// <param name="Last">When its last bytes were received, or a little before. Null: its index does not say.</param>
public sealed record ArchivedSegment(
    string File,
    Position Start,
    long End,
    bool IsSealed,
    long Size,
    long IndexSize,
    DateTimeOffset? First,
    DateTimeOffset? Last
);
