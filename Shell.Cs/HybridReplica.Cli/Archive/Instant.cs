using System.Globalization;

namespace HybridReplica.Cli.Archive;

/// <summary>Times as people write them, by ISO 8601.</summary>
static class Instant
{
    // With and without seconds and their parts; the space is what people write for the T.
    static readonly string[] Formats =
    [
        .. from separator in new[] { "'T'", " " }
        from time in new[] { "HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFFF" }
        select $"yyyy-MM-dd{separator}{time}K",
    ];

    /// <summary>The time. Without a zone it is a time of the clock on the wall, here.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="option">The option it was written for.</param>
    /// <param name="here">The zone of the clock on the wall.</param>
    /// <exception cref="UsageException">It is none, or there are none or two of them.</exception>
    public static DateTimeOffset Read(string text, string option, TimeZoneInfo here)
    {
        // Universal where there is a zone, and unspecified where there is none.
        var styles = DateTimeStyles.RoundtripKind;
        if (!DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, styles, out var time))
            throw new UsageException(
                $"{option} takes a time such as 2026-11-22T12:00:00Z or 2026-11-22T13:00:00.5+01:00, and {text} is none"
            );
        if (time.Kind != DateTimeKind.Unspecified)
            return time.ToUniversalTime();

        // When clocks are put forward some times are left out; when they are put back some come twice.
        if (here.IsInvalidTime(time))
            throw new UsageException($"Clocks here never showed {text}; name the zone, as in {text}Z");
        if (here.IsAmbiguousTime(time))
            throw new UsageException($"Clocks here showed {text} twice; name the zone, as in {text}Z");

        return new DateTimeOffset(time, here.GetUtcOffset(time)).ToUniversalTime();
    }
}
