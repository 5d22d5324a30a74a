namespace HybridReplica;

/// <summary>How well a replica keeps up with its master.</summary>
public enum ReplicaHealth
{
    /// <summary>It follows, and what it has not applied yet is within the bounds.</summary>
    InSync,

    /// <summary>
    /// It is connected, and behind: it is still joining or copying the data set, or more is to be applied than the
    /// bounds allow.
    /// </summary>
    CatchingUp,

    /// <summary>There is no connection, but the master was heard not long ago.</summary>
    Disconnected,

    /// <summary>The master has not been heard for longer than the bounds allow, connected or not.</summary>
    Stale,
}
