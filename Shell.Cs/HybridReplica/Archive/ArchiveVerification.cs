using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What came of verifying an archive.</summary>
public sealed record ArchiveVerification
{
    /// <summary>Whether every byte is what was written.</summary>
    public bool IsSound => Findings.Count == 0;

    /// <summary>What is damaged or missing, in the order of the archive.</summary>
    public required IReadOnlyList<ArchiveFinding> Findings { get; init; }

    /// <summary>What is worth saying, and no damage.</summary>
    public required IReadOnlyList<ArchiveRemark> Remarks { get; init; }

    /// <summary>The moments that can be restored in spite of it, the oldest first.</summary>
    public required IReadOnlyList<RestorableRange> Restorable { get; init; }

    /// <summary>How many bytes were read.</summary>
    public required long Bytes { get; init; }
}
