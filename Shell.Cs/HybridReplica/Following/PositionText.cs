using System.Globalization;
using System.Text;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// A position file as text: a line that names the version, the position, the length of the output if there is one, and
/// a checksum of the lines before it.
/// </summary>
static class PositionText
{
    const string Title = "hybrid-replica position ";
    const string Version = "1";
    const string PositionName = "position ";
    const string OutputName = "output ";
    const string ChecksumName = "checksum ";
    const string NoPosition = "none";

    /// <summary>The most bytes that a file can have.</summary>
    public const int MostBytes = 512;

    public static byte[] Print(StoredPosition stored)
    {
        var position = stored.Position is { } known ? known.ToString() : NoPosition;
        var text = $"{Title}{Version}\n{PositionName}{position}\n";
        if (stored.OutputLength is { } length)
            text += string.Create(CultureInfo.InvariantCulture, $"{OutputName}{length}\n");
        return Encoding.ASCII.GetBytes(text + ChecksumLine(text));
    }

    /// <summary>Reads what <see cref="Print"/> writes, and nothing else.</summary>
    /// <returns>What was stored, or what is wrong.</returns>
    public static (StoredPosition? Stored, PositionStoreProblem Problem) Parse(ReadOnlySpan<byte> bytes)
    {
        // Each byte as one character: a damaged byte must not become a sound one.
        var text = Encoding.Latin1.GetString(bytes);
        if (IsNewer(text))
            return (null, PositionStoreProblem.Newer);

        var end = text.LastIndexOf(ChecksumName, StringComparison.Ordinal);
        return end >= 0 && text[end..] == ChecksumLine(text[..end]) && ParseLines(text[..end].Split('\n')) is { } stored
            ? (stored, default)
            : (null, PositionStoreProblem.Damaged);
    }

    // What a newer version writes after the first line, nobody knows yet.
    static bool IsNewer(string text) =>
        text.StartsWith(Title, StringComparison.Ordinal)
        && text.IndexOf('\n') is var end and > 0
        && ParseNumber(text[Title.Length..end]) is > 1;

    static StoredPosition? ParseLines(string[] lines) =>
        lines switch
        {
            [Title + Version, var position, ""] => ParsePosition(position),
            [Title + Version, var position, var output, ""] when ParseOutput(output) is { } length => ParsePosition(
                position,
                length
            ),
            _ => null,
        };

    static StoredPosition? ParsePosition(string line, long? length = null)
    {
        if (line == PositionName + NoPosition)
            return new(null, length);

        return
            line.StartsWith(PositionName, StringComparison.Ordinal)
            && Position.TryParse(line[PositionName.Length..]) is { IsValueSome: true, Value: var position }
            ? new(position, length)
            : null;
    }

    static long? ParseOutput(string line) =>
        line.StartsWith(OutputName, StringComparison.Ordinal) ? ParseNumber(line[OutputName.Length..]) : null;

    static long? ParseNumber(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static string ChecksumLine(string text)
    {
        var checksum = Crc64.update(0, Encoding.Latin1.GetBytes(text));
        return string.Create(CultureInfo.InvariantCulture, $"{ChecksumName}{checksum:x16}\n");
    }
}
