using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What was removed from an archive, or would be.</summary>
/// <param name="Removed">The names of the files, the indexes included.</param>
/// <param name="Bytes">Their size in bytes.</param>
/// <param name="Kept">What is left: the archive as its manifest lists it now.</param>
public sealed record PruneResult(IReadOnlyList<string> Removed, long Bytes, Archive Kept);
