namespace HybridReplica;

/// <summary>
/// A part of a command that is too large to be handed out whole (<see cref="ReplicaOptions.LargeCommand"/>). The parts
/// of a command come one after the other, from the first byte of its name to the last of its last argument.
/// </summary>
/// <remarks>The bytes are borrowed until the next event is asked for.</remarks>
public sealed class CommandPart : ReplicaEvent
{
    internal CommandPart() { }

    /// <summary>How many arguments follow the name of the command.</summary>
    public long ArgumentCount { get; internal set; }

    /// <summary>Which word of the command the bytes belong to: 0 is its name, 1 the first argument.</summary>
    public long Word { get; internal set; }

    /// <summary>The length of that word in bytes.</summary>
    public long WordLength { get; internal set; }

    /// <summary>Where in that word the bytes begin.</summary>
    public long WordOffset { get; internal set; }

    /// <summary>The bytes. None for a word that is empty, and where only the end was still to come.</summary>
    public ReadOnlyMemory<byte> Bytes { get; internal set; }

    /// <summary>Whether the command ends with these bytes.</summary>
    public bool IsLast { get; internal set; }

    /// <inheritdoc cref="CommandReceived.Database"/>
    public int? Database { get; internal set; }

    /// <inheritdoc cref="CommandReceived.Transaction"/>
    public long? Transaction { get; internal set; }

    /// <summary>
    /// The offset behind these bytes and what frames them, in bytes of the master's history.
    /// </summary>
    public long Offset { get; internal set; }
}
