namespace HybridReplica;

/// <summary>
/// A file could not be synced. What was written since the last sync can still be read, and may be lost all the same: a
/// system may take it for written from then on.
/// </summary>
/// <param name="inner">What the system said.</param>
sealed class UnsyncedException(Exception inner) : IOException(inner.Message, inner);
