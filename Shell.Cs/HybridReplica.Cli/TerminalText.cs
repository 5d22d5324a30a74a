using System.Globalization;
using System.Text;

namespace HybridReplica.Cli;

/// <summary>
/// Lines for people, made of names that may hold anything. Unlike what <see cref="Core.Printable.Escape"/> makes of
/// bytes, they keep letters of all languages, and cannot be read back: what is escaped by then stays as it is.
/// </summary>
static class TerminalText
{
    /// <summary>The same on one line: no character does anything to a terminal or turns what follows.</summary>
    public static string Line(string text)
    {
        if (!text.Any(Acts))
            return text;

        var shown = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (Acts(character))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                shown.Append(character);
        }

        return shown.ToString();
    }

    /// <summary>The same for a text of several lines.</summary>
    public static string Lines(string text) => string.Join('\n', text.Split('\n').Select(Line));

    static bool Acts(char character) =>
        char.GetUnicodeCategory(character)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}
