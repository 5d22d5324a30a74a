using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Something that happened to a replica that follows its master. Events come in order.</summary>
/// <remarks>An event, and the memory it hands out, is borrowed until the next one is asked for.</remarks>
public abstract class ReplicaEvent
{
    private protected ReplicaEvent() { }

    /// <summary>
    /// The position that is right to acknowledge, or to store, once this event has been dealt with. Null: there is none
    /// yet, or this event does not move it. It always lies between two commands and outside of transactions.
    /// </summary>
    public Position? Position { get; internal set; }

    /// <summary>When it happened here; for what was received, when the last of its bytes came.</summary>
    public DateTimeOffset ReceivedAt { get; internal set; }
}
