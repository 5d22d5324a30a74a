using System.Text;
using HybridReplica.Cli.Inspect.Report;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>The report on all entries that pass, written when there are no more.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="source">What the report is about.</param>
/// <param name="options">What it counts.</param>
/// <param name="style">How it is shown. Null: as data.</param>
sealed class SummaryReport(OutputBuffer output, string source, ReportOptions options, ReportStyle? style)
    : EntryFormat(output)
{
    readonly SnapshotReport _report = new(options);

    public override RdbLook Begin(RdbEvent entry)
    {
        _report.Visit(entry);
        return entry.Look;
    }

    public override void Add(RdbEvent found) => _report.Visit(found);

    public override void End(RdbEvent entry) => _report.Visit(entry);

    public override void AddBeside(RdbEvent found) => _report.Visit(found);

    public override void Break(RdbFault fault) => _report.Break(fault);

    public override void Finish()
    {
        var text = new StringWriter { NewLine = "\n" };
        if (style is not null)
            _report.WriteText(text, style);
        else
            text.WriteLine(
                Summary.Object(json =>
                {
                    json.WriteString("outcome", _report.Fault is null ? "done" : "partial");
                    json.WriteString("source", source);
                    _report.WriteJson(json);
                })
            );
        Output.Add(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
