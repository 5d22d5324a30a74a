namespace HybridReplica.Cli.Inspect.Report;

/// <summary>A table of groups of keys.</summary>
sealed record ReportTable(string Title, IReadOnlyList<ReportLine> Lines);

/// <summary>The tables of a report: each of them shares out the same keys in another way.</summary>
sealed class ReportTables(SnapshotTally tally)
{
    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<ReportTable> All =>
        [
            new("Databases", Largest(tally.Databases, DatabaseName)),
            new("Types", Largest(tally.Types(), type => type)),
            new("Encodings", Largest(tally.Encodings, pair => $"{pair.Type} {pair.Encoding}")),
            new("Prefixes", [.. Prefixes(PrefixRow.Of(tally.Prefixes), "")]),
            new("Expiry", Expiry()),
        ];

    static List<ReportLine> Largest<T>(IReadOnlyDictionary<T, Tally> tallies, Func<T, string> name) =>
        [
            .. tallies
                .Select(pair => LineOf(name(pair.Key), pair.Value))
                .OrderByDescending(line => line.Bytes)
                .ThenBy(line => line.Label, StringComparer.Ordinal),
        ];

    static string DatabaseName(int database) => database == SnapshotTally.OtherDatabases ? "others" : $"db {database}";

    static IEnumerable<ReportLine> Prefixes(PrefixRow above, string indent)
    {
        foreach (var row in above.Children)
        {
            yield return LineOf(indent + ReportWords.Shown(row.Name, false), row.Tally);
            foreach (var line in Prefixes(row, indent + "  "))
                yield return line;
        }

        if (above.Children.Count > 0 && above.Others.Keys > 0)
            yield return new(indent + "(others)", above.Others.Keys, above.Others.Bytes);
    }

    List<ReportLine> Expiry() =>
        [
            .. Enum.GetValues<ExpiryClass>()
                .Select(expiry => LineOf(ReportWords.Expiry(expiry), tally.Expiry[expiry]))
                .Where(line => line.Keys > 0),
        ];

    static ReportLine LineOf(string label, Tally tally) => new(label, tally.Keys, tally.Bytes);
}
