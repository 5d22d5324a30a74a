namespace HybridReplica.Cli.Inspect.Report;

/// <summary>Writes a report for people.</summary>
sealed class ReportText(SnapshotReport report, TextWriter output, ReportStyle style)
{
    const string Bold = "\e[1m";
    const string Dim = "\e[2m";
    const string Plain = "\e[0m";

    readonly SnapshotTally _tally = report.Tally;

    /// <summary>Writes all of it.</summary>
    public void Write()
    {
        WriteHead();
        if (_tally.Total.Keys == 0)
            return;

        var tables = new ReportTables(_tally).All;
        var layout = new ReportLayout([.. tables.SelectMany(table => table.Lines)], _tally.Total, style);
        foreach (var table in tables)
            WriteTable(table, layout);
        WriteKeys("Most bytes", _tally.MostBytes.Keys);
        WriteKeys("Most elements", _tally.MostElements.Keys);
    }

    void WriteHead()
    {
        var head = report.Head;
        var lines = new List<(string Name, string Value)>
        {
            ("Snapshot", $"{head.Version?.ToString() ?? "nothing"}, {Ending()}"),
            ("Size", Summary.Bytes(report.Bytes)),
            ("Keys", Keys()),
        };
        if (_tally.Total.Keys > 0)
            lines.Add(("Seen at", ReportWords.Time(_tally.Expiry.Now)));
        if (report.ExpiringFields > 0)
            lines.Add(("Expiring fields", ReportWords.Number(report.ExpiringFields)));
        if (head.Functions > 0)
            lines.Add(("Function libraries", ReportWords.Number(head.Functions)));
        if (head.Scripts > 0)
            lines.Add(("Scripts", ReportWords.Number(head.Scripts)));
        if (head.Modules.Count > 0)
            lines.Add(("Modules", string.Join(", ", head.Modules)));
        if (head.Slots > 0)
            lines.Add(("Slots", ReportWords.Number(head.Slots)));
        lines.AddRange(head.Fields.Select(field => (ReportWords.Shown(field.Name, false), Value(field))));

        var width = Math.Min(style.Width / 3, lines.Max(line => line.Name.Length));
        foreach (var (name, value) in lines)
            output.WriteLine(ReportWords.Fit($"{ReportWords.Fit(name, width).PadRight(width)}  {value}", style.Width));
    }

    // All of the damage has no room on a line; standard error has it.
    string Ending() =>
        report is { Fault: { } fault, Head.Verdict: null }
            ? $"damaged at byte {fault.Offset}, not read to its end"
            : ReportWords.Checksum(report.Head.Verdict);

    string Keys()
    {
        var databases = _tally.Databases.Count;
        var where = databases > 1 ? $" in {ReportWords.Number(databases)} databases" : "";
        return $"{ReportWords.Number(_tally.Total.Keys)}{where}, {Summary.Bytes(_tally.Total.Bytes)}";
    }

    static string Value(SnapshotField field) =>
        ReportWords.Shown(field.Value, field.IsCut)
        + (ReportWords.Meaning(field) is { } meaning ? $" ({meaning})" : "");

    void WriteTable(ReportTable table, ReportLayout layout)
    {
        output.WriteLine();
        output.WriteLine(Styled(layout.Heading(table.Title), Bold));
        foreach (var line in table.Lines)
            output.WriteLine(layout.Line(line) + Styled(layout.Bar(line), Dim));
    }

    void WriteKeys(string title, IReadOnlyList<LargeKey> keys)
    {
        if (keys.Count == 0)
            return;

        output.WriteLine();
        var layout = new KeysLayout(title, keys, style.Width);
        output.WriteLine(Styled(layout.Heading, Bold));
        foreach (var key in keys)
            output.WriteLine(layout.Line(key));
    }

    string Styled(string text, string attribute) =>
        style.HasColour && text.Length > 0 ? attribute + text + Plain : text;
}
