namespace HybridReplica.Cli.Follow;

/// <summary>What a run ends by itself with.</summary>
/// <param name="Commands">So many commands are written. A transaction that was begun is finished.</param>
/// <param name="Offset">This offset, in bytes of the master's history, is reached.</param>
/// <param name="Time">So much time is over.</param>
sealed record FollowLimits(long? Commands, long? Offset, TimeSpan? Time);
