using System.Globalization;

namespace HybridReplica.Cli.Archive;

/// <summary>Spans of time as people write them: 90s, 15m, 24h, 7d.</summary>
static class Duration
{
    const int Day = 24 * 60 * 60;
    const int Hour = 60 * 60;
    const int Minute = 60;

    /// <summary>The span, at least a second.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="option">The option it was written for.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static TimeSpan Read(string text, string option)
    {
        var unit = text.LastOrDefault() switch
        {
            's' or 'S' => 1L,
            'm' or 'M' => Minute,
            'h' or 'H' => Hour,
            'd' or 'D' => Day,
            _ => throw None(text, option),
        };
        var digits = text.AsSpan(0, text.Length - 1);
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            throw None(text, option);
        if (count == 0)
            throw new UsageException($"{option} takes at least 1s, and {text} is less");
        // The library counts seconds in 32 bits.
        if (count > int.MaxValue / unit)
            throw new UsageException($"{option} takes at most {int.MaxValue / Day}d, and {text} is more");

        return TimeSpan.FromSeconds(count * unit);
    }

    /// <summary>The span in the largest unit that leaves no rest.</summary>
    public static string Show(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        var (count, unit) = seconds switch
        {
            _ when seconds % Day == 0 => (seconds / Day, 'd'),
            _ when seconds % Hour == 0 => (seconds / Hour, 'h'),
            _ when seconds % Minute == 0 => (seconds / Minute, 'm'),
            _ => (seconds, 's'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
    }

    static UsageException None(string text, string option) =>
        new($"{option} takes a span of time such as 90s, 15m, 24h or 7d, and {text} is none");
}
