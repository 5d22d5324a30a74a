using System.Buffers;

namespace HybridReplica.Cli;

/// <summary>Bytes that stand for themselves where they are shown, and the others: no control character acts.</summary>
static class PlainBytes
{
    /// <summary>Printable ASCII but the backslash.</summary>
    public static readonly SearchValues<byte> Printable = Without('\\');

    /// <summary>Printable ASCII but the backslash and the quote.</summary>
    public static readonly SearchValues<byte> InQuotes = Without('\\', '"');

    /// <summary>Adds bytes as they stand between quotes in what MONITOR shows.</summary>
    public static void AddEscaped(this OutputBuffer output, ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOfAnyExcept(InQuotes) is >= 0 and var odd)
        {
            output.Add(bytes[..odd]);
            output.AddEscaped(bytes[odd]);
            bytes = bytes[(odd + 1)..];
        }

        output.Add(bytes);
    }

    static void AddEscaped(this OutputBuffer output, byte value)
    {
        var letter = value switch
        {
            (byte)'"' => '"',
            (byte)'\\' => '\\',
            (byte)'\n' => 'n',
            (byte)'\r' => 'r',
            (byte)'\t' => 't',
            (byte)'\a' => 'a',
            (byte)'\b' => 'b',
            _ => '\0',
        };
        if (letter == '\0')
        {
            output.AddHexadecimal(value);
            return;
        }

        output.Add((byte)'\\');
        output.Add((byte)letter);
    }

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
