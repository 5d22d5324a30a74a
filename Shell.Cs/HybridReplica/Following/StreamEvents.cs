using HybridReplica.Core;

namespace HybridReplica;

/// <summary>MULTI: the commands up to the next <see cref="TransactionEnded"/> belong together.</summary>
public sealed class TransactionStarted : ReplicaEvent
{
    internal TransactionStarted() { }

    /// <inheritdoc cref="CommandReceived.Transaction"/>
    public long Transaction { get; internal set; }

    /// <inheritdoc cref="CommandReceived.Offset"/>
    public long Offset { get; internal set; }
}

/// <summary>EXEC: the transaction is whole.</summary>
public sealed class TransactionEnded : ReplicaEvent
{
    internal TransactionEnded() { }

    /// <inheritdoc cref="CommandReceived.Transaction"/>
    public long Transaction { get; internal set; }

    /// <inheritdoc cref="CommandReceived.Offset"/>
    public long Offset { get; internal set; }
}

/// <summary>
/// The position moved over something that is no change: the master's PING. Whoever has dealt with all changes before
/// can store it, and so stay close to the end of the history while nothing is written.
/// </summary>
public sealed class PingReceived : ReplicaEvent
{
    internal PingReceived() { }

    /// <inheritdoc cref="CommandReceived.Offset"/>
    public long Offset { get; internal set; }
}

/// <summary>A snapshot is coming: everything received before it is replaced by what it holds.</summary>
public sealed class SnapshotStarted : ReplicaEvent
{
    internal SnapshotStarted() { }

    /// <summary>Its size in bytes. Null: the master streams it and does not know.</summary>
    public long? Bytes { get; internal init; }
}

/// <summary>The snapshot is whole and checked, and the file, if one is kept, is in its place and on disk.</summary>
public sealed class SnapshotReceived : ReplicaEvent
{
    internal SnapshotReceived(SnapshotInfo snapshot) => Snapshot = snapshot;

    /// <summary>What was received.</summary>
    public SnapshotInfo Snapshot { get; }
}

/// <summary>The master will send everything anew; a snapshot follows.</summary>
public sealed class FullResync : ReplicaEvent
{
    internal FullResync(FullResyncReason reason) => Reason = reason;

    /// <summary>Why it could not, or should not, be avoided.</summary>
    public FullResyncReason Reason { get; }
}

/// <summary>The stream goes on where it was; nothing was lost.</summary>
public sealed class Resumed : ReplicaEvent
{
    internal Resumed() { }

    /// <summary>
    /// Whether what was handed out behind <see cref="ReplicaEvent.Position"/> is void and comes again: a part of a
    /// command or of a transaction that another master may not have had to the end.
    /// </summary>
    public bool IsRewound { get; internal init; }
}

/// <summary>The connection is gone.</summary>
public sealed class Disconnected : ReplicaEvent
{
    internal Disconnected(Fault fault, TimeSpan retryAfter)
    {
        Fault = fault;
        RetryAfter = retryAfter;
    }

    /// <summary>What happened.</summary>
    public Fault Fault { get; }

    /// <summary>What happened, in words for people.</summary>
    public string Reason => Wording.Fault(Fault);

    /// <summary>The time until the next attempt.</summary>
    public TimeSpan RetryAfter { get; }
}

/// <summary>
/// The spool holds as much as it may, or the disk takes no more: nothing is received until some of it has been handed
/// out. The master may give this replica up meanwhile.
/// </summary>
public sealed class SpoolFilled : ReplicaEvent
{
    internal SpoolFilled(FileTrouble? trouble) => Trouble = trouble;

    /// <summary>What the disk says. Null: the bound of the spool was reached.</summary>
    public FileTrouble? Trouble { get; }
}
