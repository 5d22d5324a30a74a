using System.Globalization;

namespace HybridReplica.Cli.Inspect.Report;

/// <summary>A line of a table: a group of keys.</summary>
/// <param name="Label">What they are.</param>
/// <param name="Keys">How many.</param>
/// <param name="Bytes">Their bytes in the snapshot.</param>
readonly record struct ReportLine(string Label, long Keys, long Bytes);

/// <summary>The columns of all tables of a report: what, keys, their share, bytes, their share, and a bar.</summary>
sealed class ReportLayout
{
    const int Indent = 2;
    const int Gap = 2;
    const int ShareWidth = 6;
    const int ShortestLabel = 16;
    const int ShortestBar = 4;
    const int LongestBar = 20;

    readonly Tally _all;
    readonly char _bar;
    readonly int _keys;
    readonly int _bytes;
    readonly int _label;
    readonly int _barWidth;

    /// <summary>Columns that all these lines fit into.</summary>
    /// <param name="lines">The lines of all tables.</param>
    /// <param name="all">What shares are shares of.</param>
    /// <param name="style">How wide it may be.</param>
    public ReportLayout(IReadOnlyCollection<ReportLine> lines, Tally all, ReportStyle style)
    {
        _all = all;
        _bar = style.Bar;
        _keys = Math.Max("keys".Length, lines.Max(line => ReportWords.Number(line.Keys).Length));
        _bytes = Math.Max("bytes".Length, lines.Max(line => Summary.Bytes(line.Bytes).Length));
        var room = style.Width - Indent - (4 * Gap) - _keys - _bytes - (2 * ShareWidth);
        _label = Math.Min(lines.Max(line => line.Label.Length), Math.Max(ShortestLabel, room));
        var left = Math.Min(LongestBar, room - _label - Gap);
        _barWidth = left < ShortestBar ? 0 : left;
    }

    /// <summary>The line above a table.</summary>
    public string Heading(string title) =>
        ReportWords.Fit(title, Indent + _label).PadRight(Indent + _label)
        + Column("keys", _keys)
        + Column("", ShareWidth)
        + Column("bytes", _bytes);

    /// <summary>A line of a table, without the bar.</summary>
    public string Line(ReportLine line) =>
        new string(' ', Indent)
        + ReportWords.Fit(line.Label, _label).PadRight(_label)
        + Column(ReportWords.Number(line.Keys), _keys)
        + Column(Share(line.Keys, _all.Keys), ShareWidth)
        + Column(Summary.Bytes(line.Bytes), _bytes)
        + Column(Share(line.Bytes, _all.Bytes), ShareWidth);

    /// <summary>The bar behind it: the share of the bytes. Empty: there is none, or no room for it.</summary>
    public string Bar(ReportLine line)
    {
        var length = (int)Math.Round(_barWidth * Part(line.Bytes, _all.Bytes), MidpointRounding.AwayFromZero);
        return length == 0 ? "" : new string(' ', Gap) + new string(_bar, length);
    }

    static string Column(string text, int width) => new string(' ', Gap) + text.PadLeft(width);

    static string Share(long part, long all) =>
        Part(part, all).ToString("0.0%", CultureInfo.InvariantCulture).PadLeft(ShareWidth);

    static double Part(long part, long all) => all == 0 ? 0 : (double)part / all;
}
