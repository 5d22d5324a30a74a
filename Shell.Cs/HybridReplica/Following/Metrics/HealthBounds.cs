namespace HybridReplica;

/// <summary>What still counts as keeping up with a master.</summary>
public sealed record HealthBounds
{
    /// <summary>The bounds where none are given.</summary>
    public static HealthBounds Default { get; } = new();

    /// <summary>
    /// The longest time without a word from the master. An idle master says something every ten seconds
    /// (<c>repl-ping-replica-period</c>). Default: 30 seconds.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that may be received and not applied, in bytes. Default: 16 MiB.</summary>
    public long LagBytes { get; init; } = 16 << 20;

    /// <summary>The longest time that what is not applied may have been here. Default: 10 seconds.</summary>
    public TimeSpan LagTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How well a replica keeps up. It depends on nothing but the numbers.</summary>
    /// <param name="isConnected">Whether there is a connection.</param>
    /// <param name="sinceHeard">The time since the master was last heard, or since it was first called.</param>
    /// <param name="lagBytes">
    /// What was received and not applied, in bytes. Null: the stream has not been reached yet.
    /// </param>
    /// <param name="lagTime">For how long the oldest of that has been here.</param>
    public ReplicaHealth Judge(bool isConnected, TimeSpan sinceHeard, long? lagBytes, TimeSpan lagTime) =>
        sinceHeard > Silence ? ReplicaHealth.Stale
        : !isConnected ? ReplicaHealth.Disconnected
        : lagBytes is not { } behind || behind > LagBytes || lagTime > LagTime ? ReplicaHealth.CatchingUp
        : ReplicaHealth.InSync;
}
