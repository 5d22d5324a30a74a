namespace HybridReplica.Cli;

/// <summary>How fast a count grows, from one <see cref="StatusLine.Period"/> to the next.</summary>
sealed class Rate
{
    long? _before;

    /// <summary>So much for each second since the last call; nothing at the first.</summary>
    public double Of(long count)
    {
        var rate = (count - (_before ?? count)) / StatusLine.Period.TotalSeconds;
        _before = count;
        return rate;
    }
}
