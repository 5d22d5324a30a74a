namespace HybridReplica;

/// <summary>What <see cref="ReplicaClient.FollowAsync"/> gives: each enumeration is a session of its own.</summary>
sealed class FollowStream(Func<CancellationToken, CancellationToken, Follower> begin, CancellationToken cancellation)
    : IAsyncEnumerable<ReplicaEvent>
{
    public IAsyncEnumerator<ReplicaEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        cancellation.ThrowIfCancellationRequested();
        cancellationToken.ThrowIfCancellationRequested();
        return begin(cancellation, cancellationToken);
    }
}
