namespace HybridReplica.Cli;

/// <summary>What was asked for on the command line cannot be done as asked. The message is for people.</summary>
sealed class UsageException(string message) : Exception(message);
