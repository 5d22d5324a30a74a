using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What the bytes of a snapshot are written to: a file or a pipe.</summary>
interface ISnapshotTarget : IDisposable
{
    /// <summary>Appends the bytes. Null: they are written; otherwise why they are not.</summary>
    ValueTask<Event?> AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop);

    /// <summary>
    /// The last byte was appended: passes on whatever is still held back. Null: there is nothing any more.
    /// </summary>
    /// <param name="check">What was looked at of all the bytes.</param>
    /// <param name="stop">Ends it early.</param>
    ValueTask<Event?> CompleteAsync(RdbCheck check, CancellationToken stop);
}
