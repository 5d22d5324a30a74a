namespace HybridReplica;

/// <summary>How a moment is restored.</summary>
/// <remarks>They are looked at when restoring begins.</remarks>
public sealed class RestoreOptions
{
    /// <summary>
    /// The server that is to load what is restored, such as <c>7.0.15</c> or <c>valkey-8.1</c>: a base that it does not
    /// know is not used. Null: whichever does; the result says which these are. Default: null.
    /// </summary>
    public string? ServerVersion { get; set; }

    /// <summary>
    /// The name of the base to begin with, such as <c>appendonly.aof.3.base.rdb</c>. Null: the newest that leads to the
    /// moment and is not damaged. Default: null.
    /// </summary>
    public string? Base { get; set; }

    /// <summary>
    /// Whether commands that say how long a key lives are rewritten to say until when, by the time at which they were
    /// received. Null: if the base is from a master that sends such commands, which are those up to Redis 6.2. Choose
    /// true for a master of 7.0 that was a replica of an older one at that time: it hands on what that one sends.
    /// Default: null.
    /// </summary>
    public bool? RewriteExpiry { get; set; }
}
