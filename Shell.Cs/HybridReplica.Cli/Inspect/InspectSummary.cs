using System.Globalization;
using System.Text.Json;
using HybridReplica.Cli.Inspect.Report;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect;

/// <summary>How a run of <c>inspect</c> ended, as one line for people or as one JSON object for programs.</summary>
static class InspectSummary
{
    /// <summary>The line on a snapshot with which nothing is wrong.</summary>
    public static string Sound(RdbResult result, string source) =>
        TerminalText.Line(
            $"{source} is sound: {About(result)}, {Keys(result.Entries)}, {Number(result.Bytes)} bytes{Behind(result)}"
        );

    /// <summary>The JSON object on such a snapshot.</summary>
    public static string Json(RdbResult result, string source) =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", "done");
            json.WriteString("source", source);
            WriteResult(json, result);
        });

    /// <summary>The line on keys that were written.</summary>
    public static string Line(RdbResult? result, long written, long bytes, InspectPlan plan)
    {
        var target = plan.Output ?? "standard output";
        var (all, about) = result is null ? ("", "") : ($" of {Number(result.Entries)}", $"; {About(result)}");
        return TerminalText.Line($"{Keys(written)}{all} written to {target}, {Summary.Bytes(bytes)}{about}");
    }

    /// <summary>The JSON object on keys that were written.</summary>
    public static string Json(RdbResult? result, long written, long bytes, string source, InspectPlan plan) =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", "done");
            json.WriteString("source", source);
            WriteResult(json, result);
            json.WriteNumber("keysWritten", written);
            json.WriteNumber("bytesWritten", bytes);
            json.WriteString("format", plan.Format);
            json.WriteString("file", plan.Output);
        });

    // What was not read to its end has nothing to say of the whole.
    static void WriteResult(Utf8JsonWriter json, RdbResult? result)
    {
        if (result is null)
            return;

        json.WriteString("version", result.Version?.ToString());
        json.WriteString("checksum", ReportWords.ChecksumName(result.Verdict));
        json.WriteNumber("keys", result.Entries);
        json.WriteNumber("bytes", result.Bytes);
        if (result.TrailingBytes is { } trailing)
            json.WriteNumber("trailingBytes", trailing);
    }

    static string About(RdbResult result) => result.Verdict is { } verdict ? Wording.Verdict(verdict) : "unchecked";

    static string Behind(RdbResult result) =>
        result.TrailingBytes is > 0 and { } trailing ? $"; {Number(trailing)} bytes follow it" : "";

    static string Keys(long count) => count == 1 ? "1 key" : $"{Number(count)} keys";

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
