namespace HybridReplica.Cli.Inspect.Report;

/// <summary>When keys expire, as seen from one time.</summary>
enum ExpiryClass
{
    /// <summary>They have: no master hands them out any more.</summary>
    Expired,

    /// <summary>Within an hour.</summary>
    Hour,

    /// <summary>Within a day.</summary>
    Day,

    /// <summary>Within a week.</summary>
    Week,

    /// <summary>Within thirty days.</summary>
    Month,

    /// <summary>After that.</summary>
    Later,

    /// <summary>Not at all.</summary>
    Never,
}

/// <summary>The keys by when they expire.</summary>
sealed class ExpiryTally(DateTimeOffset now)
{
    static readonly (TimeSpan Within, ExpiryClass Class)[] Classes =
    [
        (TimeSpan.FromHours(1), ExpiryClass.Hour),
        (TimeSpan.FromDays(1), ExpiryClass.Day),
        (TimeSpan.FromDays(7), ExpiryClass.Week),
        (TimeSpan.FromDays(30), ExpiryClass.Month),
    ];

    readonly long _now = now.ToUnixTimeMilliseconds();
    readonly Tally[] _classes = [.. Enum.GetValues<ExpiryClass>().Select(_ => new Tally())];

    /// <summary>The time they are seen from.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>The keys of a class.</summary>
    public Tally this[ExpiryClass expiry] => _classes[(int)expiry];

    /// <summary>Counts a key.</summary>
    /// <param name="expiry">When it expires, in milliseconds since 1970. Null: never.</param>
    /// <param name="bytes">Its bytes in the snapshot.</param>
    public void Add(long? expiry, long bytes) => this[ClassOf(expiry)].Add(bytes);

    ExpiryClass ClassOf(long? expiry)
    {
        if (expiry is not { } at)
            return ExpiryClass.Never;

        // The millisecond that a key expires in is its last (keyIsExpired, 7.0.15).
        if (at < _now)
            return ExpiryClass.Expired;

        foreach (var (within, expiryClass) in Classes)
            if (at - _now <= within.TotalMilliseconds)
                return expiryClass;
        return ExpiryClass.Later;
    }
}
