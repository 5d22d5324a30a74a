using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// An entry of the snapshot that is being received, or a part of one that is large
/// (<see cref="ReplicaOptions.Entries"/>). It comes between <see cref="SnapshotStarted"/> and
/// <see cref="SnapshotReceived"/>.
/// </summary>
/// <remarks>
/// <para>
/// Whether the snapshot is what the master sent is known at its end only. When <see cref="Disconnected"/> comes instead
/// of <see cref="SnapshotReceived"/>, all entries since <see cref="SnapshotStarted"/> are void: forget them.
/// </para>
/// <para>The memory of the entry is its own, and can be kept.</para>
/// </remarks>
public sealed class SnapshotEntry : ReplicaEvent
{
    internal SnapshotEntry(RdbEntry entry) => Entry = entry;

    /// <summary>The entry. The keys in it, and all texts, are bytes as clients sent them.</summary>
    public RdbEntry Entry { get; }
}

/// <summary>
/// The source of a function library in the snapshot that is being received, as <c>FUNCTION LOAD</c> takes it. What is
/// said of <see cref="SnapshotEntry"/> holds for it as well.
/// </summary>
public sealed class SnapshotFunction : ReplicaEvent
{
    internal SnapshotFunction(byte[] source) => Source = source;

    /// <summary>The source.</summary>
    public ReadOnlyMemory<byte> Source { get; }
}
