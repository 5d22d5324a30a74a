using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Where the position up to which everything has been dealt with outlives the process.</summary>
/// <remarks>
/// An application that keeps the position with its own results, in the same transaction, needs no store.
/// </remarks>
public interface IPositionStore
{
    /// <summary>The position that was stored last. Null: there is none yet.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<Position?> LoadAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores a position in place of the one before, for good: once this is done, it can be acknowledged as durable.
    /// </summary>
    /// <param name="position">A position outside of transactions, as <see cref="ReplicaEvent.Position"/> is.</param>
    /// <param name="cancellationToken">Gives up, as long as nothing was replaced.</param>
    ValueTask StoreAsync(Position position, CancellationToken cancellationToken = default);
}
