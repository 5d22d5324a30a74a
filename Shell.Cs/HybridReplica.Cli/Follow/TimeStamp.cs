using System.Globalization;

namespace HybridReplica.Cli.Follow;

/// <summary>Writes times as ISO 8601 in UTC with milliseconds. Many commands come in the same millisecond.</summary>
sealed class TimeStamp
{
    readonly byte[] _text = new byte["2026-01-01T00:00:00.000Z".Length];
    long _millisecond = long.MinValue;

    /// <summary>The time as text; borrowed until the next one is asked for.</summary>
    public ReadOnlySpan<byte> Of(DateTimeOffset time)
    {
        var millisecond = time.UtcTicks / TimeSpan.TicksPerMillisecond;
        if (millisecond != _millisecond)
        {
            _ = time.UtcDateTime.TryFormat(_text, out _, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            _millisecond = millisecond;
        }

        return _text;
    }
}
