namespace HybridReplica.Cli;

/// <summary>
/// A pattern as KEYS takes it: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[a-z]</c>, <c>[^a]</c>, and a backslash before what
/// is meant as it stands (<c>stringmatchlen</c>, 7.0.15). Bytes, not characters, and case matters.
/// </summary>
static class Glob
{
    /// <summary>Whether the pattern fits the whole text.</summary>
    /// <remarks>The time it takes grows with the product of both lengths, and no faster.</remarks>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        var here = 0;
        var behindStar = -1;
        var starEnd = 0;
        var index = 0;
        while (index < text.Length)
        {
            if (here < pattern.Length && pattern[here] == '*')
            {
                behindStar = ++here;
                starEnd = index;
            }
            else if (here < pattern.Length && MatchesOne(pattern[here..], text[index], out var used))
            {
                here += used;
                index++;
            }
            else if (behindStar >= 0)
            {
                // The last star takes one byte more: what an earlier one takes need not change for that.
                here = behindStar;
                index = ++starEnd;
            }
            else
            {
                return false;
            }
        }

        return pattern[here..].TrimStart((byte)'*').IsEmpty;
    }

    // Whether the front of the pattern, which is no star, fits this byte; and how long that front is.
    static bool MatchesOne(ReadOnlySpan<byte> pattern, byte value, out int used)
    {
        switch (pattern[0])
        {
            case (byte)'?':
                used = 1;
                return true;
            case (byte)'[':
                return MatchesClass(pattern, value, out used);
            case (byte)'\\' when pattern.Length > 1:
                used = 2;
                return pattern[1] == value;
            default:
                used = 1;
                return pattern[0] == value;
        }
    }

    // A class that is not closed ends with the pattern.
    static bool MatchesClass(ReadOnlySpan<byte> pattern, byte value, out int used)
    {
        var isNegated = pattern.Length > 1 && pattern[1] == '^';
        var index = isNegated ? 2 : 1;
        var isFound = false;
        for (; index < pattern.Length && pattern[index] != ']'; index++)
        {
            if (pattern[index] == '\\' && index + 1 < pattern.Length)
            {
                index++;
                isFound |= pattern[index] == value;
            }
            else if (index + 2 < pattern.Length && pattern[index + 1] == '-')
            {
                var (first, last) = (pattern[index], pattern[index + 2]);
                isFound |= Math.Min(first, last) <= value && value <= Math.Max(first, last);
                index += 2;
            }
            else
            {
                isFound |= pattern[index] == value;
            }
        }

        used = Math.Min(index + 1, pattern.Length);
        return isFound != isNegated;
    }
}
