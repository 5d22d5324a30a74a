using HybridReplica.Core;

namespace HybridReplica;

/// <summary>How things stand with a replica that follows its master, at one moment.</summary>
public sealed record ReplicaStatus
{
    /// <summary>How well it keeps up, within the bounds that were asked for.</summary>
    public required ReplicaHealth Health { get; init; }

    /// <summary>Whether there is a connection to the master, or the handshake of one is under way.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>
    /// The end of what was received, between two commands and outside of transactions. Null: nothing was received, or
    /// the master does not say where in its history it stands.
    /// </summary>
    public Position? Position { get; init; }

    /// <summary>How much was received, as an offset in the master's history, in bytes. Null: nothing.</summary>
    public long? OffsetReceived { get; init; }

    /// <summary>How much was acknowledged as applied, as an offset. Null: nothing.</summary>
    public long? OffsetApplied { get; init; }

    /// <summary>How much was acknowledged as being on disk, as an offset. Null: nothing.</summary>
    public long? OffsetDurable { get; init; }

    /// <summary>
    /// What was received and not acknowledged as applied, in bytes. It counts from the snapshot on while nothing was
    /// acknowledged. Null: the stream has not been reached.
    /// </summary>
    public long? LagBytes { get; init; }

    /// <summary>For how long the oldest byte of that has been here; zero if there is none.</summary>
    public TimeSpan LagTime { get; init; }

    /// <summary>The time since the master was last heard, or since it was first called.</summary>
    public required TimeSpan SinceHeard { get; init; }
}
