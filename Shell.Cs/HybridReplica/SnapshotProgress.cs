namespace HybridReplica;

/// <summary>How far a snapshot is on its way.</summary>
/// <param name="ReplState">
/// The state of Redis' own machine that stands for where we are, such as <c>REPL_STATE_TRANSFER</c>.
/// </param>
/// <param name="Attempt">Which attempt this is, counted from 1.</param>
/// <param name="BytesReceived">Bytes of the snapshot received in this attempt.</param>
/// <param name="BytesTotal">Its size in bytes. Null: the master has not named it, or does not know it.</param>
public readonly record struct SnapshotProgress(string ReplState, int Attempt, long BytesReceived, long? BytesTotal);
