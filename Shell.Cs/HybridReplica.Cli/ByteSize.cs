using System.Globalization;

namespace HybridReplica.Cli;

/// <summary>Sizes as people write them: 500, 64K, 500M, 4G.</summary>
static class ByteSize
{
    /// <summary>The size in bytes.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static long Read(string text)
    {
        var shift = text.LastOrDefault() switch
        {
            'K' or 'k' => 10,
            'M' or 'm' => 20,
            'G' or 'g' => 30,
            _ => 0,
        };
        var digits = shift == 0 ? text : text[..^1];
        return
            long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue >> shift
            ? number << shift
            : throw new UsageException($"{text} is no size; it looks like 500M or 4G");
    }
}
