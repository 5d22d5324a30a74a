namespace HybridReplica;

/// <summary>How far restoring has come.</summary>
/// <param name="BytesRead">Bytes of the archive that were read and checked.</param>
/// <param name="BytesTotal">How many there are to read.</param>
public readonly record struct RestoreProgress(long BytesRead, long BytesTotal);
