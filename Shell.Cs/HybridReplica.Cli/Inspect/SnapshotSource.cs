namespace HybridReplica.Cli.Inspect;

/// <summary>Where a snapshot comes from.</summary>
/// <param name="name">How people call it.</param>
abstract class SnapshotSource(string name)
{
    /// <summary>How people call it.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// How long to wait for the reading to end when somebody interrupts it. What is left to do takes less, unless it
    /// waits for bytes that do not come.
    /// </summary>
    public virtual TimeSpan Patience => TimeSpan.FromMilliseconds(100);

    /// <summary>Reads it, on a thread of its own.</summary>
    /// <param name="visit">Called for each thing found.</param>
    /// <param name="options">How to read.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="stop">Stops the reading, when the next bytes are asked for.</param>
    public abstract Task<RdbResult> ReadAsync(
        Action<RdbEvent> visit,
        RdbReaderOptions options,
        IProgress<SnapshotProgress>? progress,
        CancellationToken stop
    );

    /// <summary>The steps of a reading, as the bytes of a snapshot that is fetched are told.</summary>
    /// <param name="progress">Hears of them.</param>
    /// <param name="total">How many bytes there are in all. Null: not known.</param>
    protected static IProgress<long>? Steps(IProgress<SnapshotProgress>? progress, long? total) =>
        progress is null ? null : new Reading(progress, total);

    sealed class Reading(IProgress<SnapshotProgress> progress, long? total) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new("Reading", Attempt: 1, value, total));
    }
}
