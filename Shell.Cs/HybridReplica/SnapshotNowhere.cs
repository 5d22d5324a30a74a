using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A snapshot that is looked at and not kept.</summary>
sealed class SnapshotNowhere : ISnapshotTarget
{
    public ValueTask<Event?> AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop) => default;

    public ValueTask<Event?> CompleteAsync(RdbCheck check, CancellationToken stop) => default;

    public void Dispose() { }
}
