using System.Buffers;
using System.Text;

namespace HybridReplica.Cli.Inspect.Report;

/// <summary>
/// Takes keys apart, and names the parts. What is an id rather than a name is <c>*</c> from the start: a part with
/// digits and no letters, one made of sixteen or more hexadecimal digits, and one longer than <see cref="Longest"/>.
/// </summary>
sealed class PrefixNames(string separators)
{
    /// <summary>The longest name, in bytes.</summary>
    public const int Longest = 64;

    /// <summary>How many hexadecimal digits nobody calls a thing by.</summary>
    const int DigitsOfId = 16;

    /// <summary>How many letters make a word.</summary>
    const int ShortestWord = 3;

    const byte Star = (byte)'*';
    static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);
    static readonly SearchValues<byte> HexadecimalOrDash = SearchValues.Create("-0123456789abcdefABCDEF"u8);

    // ASCII that is no letter. What is not ASCII may be one.
    static readonly SearchValues<byte> Unlettered = SearchValues.Create([
        .. Enumerable.Range(0, 128).Select(value => (byte)value).Where(value => !char.IsAsciiLetter((char)value)),
    ]);

    readonly SearchValues<byte> _separators = SearchValues.Create(Encoding.ASCII.GetBytes(separators));

    /// <summary>The first part of what is left of a key, with the separator it ends in.</summary>
    public ReadOnlySpan<byte> FirstPart(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAny(_separators);
        return end < 0 ? rest : rest[..(end + 1)];
    }

    /// <summary>The name of a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="room">Where a name is made that does not stand in the key.</param>
    public ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> part, Span<byte> room) =>
        part.Length > Longest || IsId(Inner(part)) ? Any(part, room) : part;

    /// <summary>The name of a part whose name has no place of its own.</summary>
    public ReadOnlySpan<byte> Less(ReadOnlySpan<byte> name, PrefixDetail detail, Span<byte> room) =>
        detail switch
        {
            PrefixDetail.Name => name,
            PrefixDetail.Shape => Shape(name, room),
            _ => Any(name, room),
        };

    ReadOnlySpan<byte> Inner(ReadOnlySpan<byte> part) => EndsInSeparator(part) ? part[..^1] : part;

    bool EndsInSeparator(ReadOnlySpan<byte> part) => !part.IsEmpty && _separators.Contains(part[^1]);

    // The separator stays: it tells keys that end there from those that go on.
    ReadOnlySpan<byte> Any(ReadOnlySpan<byte> part, Span<byte> room)
    {
        room[0] = Star;
        if (!EndsInSeparator(part))
            return room[..1];
        room[1] = part[^1];
        return room[..2];
    }

    // Numbers between single letters are none: they are part of something that no word stands for.
    ReadOnlySpan<byte> Shape(ReadOnlySpan<byte> name, Span<byte> room)
    {
        var shape = WithoutNumbers(name, room);
        return shape.Count(Star) > 1 && !HasWord(shape) ? Any(name, room) : shape;
    }

    static bool HasWord(ReadOnlySpan<byte> name)
    {
        while (name.IndexOfAnyExcept(Unlettered) is >= 0 and var first)
        {
            name = name[first..];
            var end = name.IndexOfAny(Unlettered);
            if (end < 0)
                return name.Length >= ShortestWord;
            if (end >= ShortestWord)
                return true;
            name = name[end..];
        }

        return false;
    }

    static ReadOnlySpan<byte> WithoutNumbers(ReadOnlySpan<byte> name, Span<byte> room)
    {
        var length = 0;
        while (name.IndexOfAny(Digits) is >= 0 and var first)
        {
            name[..first].CopyTo(room[length..]);
            room[length + first] = Star;
            length += first + 1;
            name = name[first..];
            var digits = name.IndexOfAnyExcept(Digits);
            name = digits < 0 ? [] : name[digits..];
        }

        name.CopyTo(room[length..]);
        return room[..(length + name.Length)];
    }

    static bool IsId(ReadOnlySpan<byte> part)
    {
        // Most names have no digit, which is found out at once.
        if (!part.ContainsAny(Digits))
            return false;
        if (!part.ContainsAnyExcept(Unlettered))
            return true;

        var others = part.Count((byte)'-');
        return part.Length - others >= DigitsOfId && !part.ContainsAnyExcept(HexadecimalOrDash);
    }
}
