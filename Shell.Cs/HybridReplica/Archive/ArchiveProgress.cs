namespace HybridReplica;

/// <summary>How far an archive has been verified.</summary>
/// <param name="File">The file that is read now.</param>
/// <param name="Bytes">How many bytes are done with, of all files.</param>
/// <param name="Total">How many there are.</param>
public readonly record struct ArchiveProgress(string File, long Bytes, long Total);
