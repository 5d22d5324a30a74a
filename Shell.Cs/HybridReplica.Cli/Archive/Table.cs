using System.Text;

namespace HybridReplica.Cli.Archive;

/// <summary>Rows of texts in columns that are as wide as they need to be.</summary>
/// <param name="rightAligned">The columns whose texts stand at the right, such as numbers.</param>
sealed class Table(params int[] rightAligned)
{
    const string Gap = "  ";

    readonly List<string[]> _rows = [];

    /// <summary>
    /// Adds a row. It may have fewer texts than others; a text alone in its row may be of any length.
    /// </summary>
    public void Add(params string[] texts) => _rows.Add([.. texts.Select(TerminalText.Line)]);

    /// <summary>The lines, without spaces at their ends.</summary>
    public IEnumerable<string> Lines()
    {
        var widths = new int[_rows.Max(row => row.Length)];
        foreach (var row in _rows.Where(row => row.Length > 1))
        {
            for (var column = 0; column < row.Length; column++)
                widths[column] = Math.Max(widths[column], row[column].Length);
        }

        return _rows.Select(row => Line(row, widths));
    }

    string Line(string[] row, int[] widths)
    {
        var line = new StringBuilder();
        for (var column = 0; column < row.Length; column++)
        {
            if (column > 0)
                line.Append(Gap);
            line.Append(
                rightAligned.Contains(column)
                    ? row[column].PadLeft(widths[column])
                    : row[column].PadRight(widths[column])
            );
        }

        return line.ToString().TrimEnd();
    }
}
