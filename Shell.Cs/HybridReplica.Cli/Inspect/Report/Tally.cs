namespace HybridReplica.Cli.Inspect.Report;

/// <summary>What a group of keys amounts to.</summary>
class Tally
{
    /// <summary>How many keys.</summary>
    public long Keys { get; private set; }

    /// <summary>How many bytes they take in the snapshot, with their values and what is said of them.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many elements those of them have that are collections.</summary>
    public long Elements { get; private set; }

    /// <summary>Counts one more key.</summary>
    /// <param name="bytes">Its bytes in the snapshot.</param>
    /// <param name="elements">Its elements; null where it is no collection.</param>
    public void Add(long bytes, long? elements = null)
    {
        Keys++;
        Bytes += bytes;
        Elements += elements ?? 0;
    }

    /// <summary>Counts what another group amounts to.</summary>
    public void Add(Tally other)
    {
        Keys += other.Keys;
        Bytes += other.Bytes;
        Elements += other.Elements;
    }
}
