using System.Buffers;

namespace HybridReplica.Cli;

/// <summary>Bytes that stand for themselves where they are shown, and the others: no control character acts.</summary>
static class PlainBytes
{
    /// <summary>Printable ASCII but the backslash.</summary>
    public static readonly SearchValues<byte> Printable = Without('\\');

    /// <summary>Printable ASCII but the backslash and the quote.</summary>
    public static readonly SearchValues<byte> InQuotes = Without('\\', '"');

    /// <summary>Adds a byte as a backslash, the letter x and two digits.</summary>
    public static void AddHexadecimal(this OutputBuffer output, byte value)
    {
        var digits = "0123456789abcdef"u8;
        output.Add("\\x"u8);
        output.Add(digits[value >> 4]);
        output.Add(digits[value & 15]);
    }

    static SearchValues<byte> Without(params ReadOnlySpan<char> others)
    {
        var plain = new List<byte>();
        for (var value = ' '; value <= '~'; value++)
        {
            if (!others.Contains(value))
                plain.Add((byte)value);
        }

        return SearchValues.Create([.. plain]);
    }
}
