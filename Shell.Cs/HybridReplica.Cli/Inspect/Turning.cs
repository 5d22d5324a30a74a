namespace HybridReplica.Cli.Inspect;

/// <summary>
/// The characters in UTF-8 that turn the direction of writing, and show nothing themselves: U+200E, U+200F, U+202A to
/// U+202E and U+2066 to U+2069.
/// </summary>
static class Turning
{
    /// <summary>How many bytes each of them takes.</summary>
    public const int Length = 3;

    /// <summary>Where the first of them is, in valid UTF-8. Negative: there is none.</summary>
    public static int IndexIn(ReadOnlySpan<byte> text)
    {
        var start = 0;
        while (text[start..].IndexOf((byte)0xE2) is >= 0 and var found)
        {
            start += found;
            if (IsAt(text[start..]))
                return start;

            start += Length;
        }

        return -1;
    }

    /// <summary>The one that a text begins with, as JSON escapes it.</summary>
    public static ReadOnlySpan<byte> Escape(ReadOnlySpan<byte> text) =>
        (text[1], text[2]) switch
        {
            (0x80, 0x8E) => "\\u200e"u8,
            (0x80, 0x8F) => "\\u200f"u8,
            (0x80, 0xAA) => "\\u202a"u8,
            (0x80, 0xAB) => "\\u202b"u8,
            (0x80, 0xAC) => "\\u202c"u8,
            (0x80, 0xAD) => "\\u202d"u8,
            (0x80, 0xAE) => "\\u202e"u8,
            (0x81, 0xA6) => "\\u2066"u8,
            (0x81, 0xA7) => "\\u2067"u8,
            (0x81, 0xA8) => "\\u2068"u8,
            _ => "\\u2069"u8,
        };

    static bool IsAt(ReadOnlySpan<byte> text) =>
        (text[1], text[2]) is (0x80, 0x8E or 0x8F or (>= 0xAA and <= 0xAE)) or (0x81, >= 0xA6 and <= 0xA9);
}
