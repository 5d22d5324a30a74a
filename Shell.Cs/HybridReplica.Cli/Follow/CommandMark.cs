namespace HybridReplica.Cli.Follow;

/// <summary>Where and when a command stands in the stream.</summary>
/// <param name="Offset">The offset behind it, in bytes of the master's history.</param>
/// <param name="Database">The database it applies to. Null: unknown.</param>
/// <param name="Transaction">The transaction it belongs to. Null: none.</param>
/// <param name="Time">When the last of its bytes came.</param>
readonly record struct CommandMark(long Offset, int? Database, long? Transaction, DateTimeOffset Time);
