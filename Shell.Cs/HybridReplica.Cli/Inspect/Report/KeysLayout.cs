namespace HybridReplica.Cli.Inspect.Report;

/// <summary>The columns of a table of single keys: key, database, type, encoding, elements, bytes.</summary>
sealed class KeysLayout
{
    const int Indent = 2;
    const int Gap = 2;
    const int ShortestKey = 16;

    static readonly string[] Headings = ["", "db", "type", "elements", "bytes"];
    readonly int[] _widths;

    /// <summary>Columns that these keys fit into.</summary>
    /// <param name="title">What they are.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="width">How wide it may be.</param>
    public KeysLayout(string title, IReadOnlyList<LargeKey> keys, int width)
    {
        var cells = keys.Select(Cells).Append(Headings).ToList();
        _widths = [.. Headings.Select((_, column) => cells.Max(row => row[column].Length))];
        var others = _widths.Skip(1).Sum(other => Gap + other);
        _widths[0] = Math.Min(Math.Max(_widths[0], title.Length), Math.Max(ShortestKey, width - Indent - others));
        Heading = title.PadRight(Indent + _widths[0]) + Columns(Headings);
    }

    /// <summary>The line above the table.</summary>
    public string Heading { get; }

    /// <summary>The line of a key.</summary>
    public string Line(LargeKey key)
    {
        var cells = Cells(key);
        return new string(' ', Indent) + ReportWords.Fit(cells[0], _widths[0]).PadRight(_widths[0]) + Columns(cells);
    }

    string Columns(string[] cells) =>
        string.Concat(Enumerable.Range(1, cells.Length - 1).Select(column => Column(cells[column], column)));

    // The type is a word, everything else a number.
    string Column(string text, int column) =>
        new string(' ', Gap)
        + (Headings[column] == "type" ? text.PadRight(_widths[column]) : text.PadLeft(_widths[column]));

    static string[] Cells(LargeKey key) =>
        [
            ReportWords.Shown(key.Key, key.IsCut),
            $"{key.Facts.Database}",
            $"{key.Facts.Type} {key.Facts.Encoding}",
            key.Facts.Elements is { } elements ? ReportWords.Number(elements) : "",
            Summary.Bytes(key.Facts.Bytes),
        ];
}
