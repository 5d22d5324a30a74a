using System.Globalization;

namespace HybridReplica.Cli;

/// <summary>Sizes as people write them: 500, 64K, 500M, 4G; and as Redis does: 64kb, 500mb, 4gb.</summary>
static class ByteSize
{
    /// <summary>The size in bytes.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static long Read(string text)
    {
        var size = text is [.., 'K' or 'k' or 'M' or 'm' or 'G' or 'g', 'B' or 'b'] ? text[..^1] : text;
        var shift = size.LastOrDefault() switch
        {
            'K' or 'k' => 10,
            'M' or 'm' => 20,
            'G' or 'g' => 30,
            _ => 0,
        };
        var digits = shift == 0 ? size : size[..^1];
        return
            long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue >> shift
            ? number << shift
            : throw new UsageException($"{text} is no size; it looks like 500M or 4G");
    }
}
