using HybridReplica.Core;

namespace HybridReplica.Cli.Archive;

/// <summary>What was restored, exactly, and how to start a server on it, for people and for programs.</summary>
/// <param name="result">What was restored.</param>
/// <param name="found">The command that was looked for. Null: none was.</param>
/// <param name="folder">The full path of the folder that a server is started in.</param>
sealed class RestoreReport(RestoreResult result, ArchivedCommand? found, string folder)
{
    string Start => $"{ServerSupport.Program(result.BaseVersion)} --dir {Quoted(folder)} --appendonly yes";

    string Next =>
        result switch
        {
            { Next: { } next } => NextOf(next),
            { NextFault: { } fault } => $"cannot be read: {ArchiveFaultWording.Fault(fault)}",
            _ => "nothing: the archive holds no more behind it",
        };

    /// <summary>The lines.</summary>
    public IEnumerable<string> Lines()
    {
        var table = new Table();
        table.Add(
            "Moment",
            $"offset {result.Offset} of {result.Id}, database {result.Database}{Received(result.Time)}"
        );
        if (found is { InTransaction: true })
            table.Add(
                "Command",
                $"{CommandsReport.Show(found)} at offset {found.Offset} is in a transaction, all of which is left out"
            );
        table.Add("Next", Next);
        foreach (var fault in result.PassedOver)
            table.Add("Passed over", ArchiveFaultWording.Fault(fault));
        if (result.Rewritten > 0)
            table.Add("Rewritten", $"{result.Rewritten} commands that say for how long a key lives, to say until when");
        var segments = ArchiveWords.Counted(result.Segments, "segment");
        table.Add("Files", $"{Summary.Bytes(result.Bytes)}: {result.Base.File} and {segments}, in {result.Folder}");
        table.Add("Loaded by", result.Servers);
        table.Add("Start", Start);
        return table.Lines();
    }

    /// <summary>The JSON object.</summary>
    public string Json() =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", "done");
            json.WriteString("folder", result.Folder);
            json.WriteString("replicationId", result.Id.Text);
            json.WriteNumber("offset", result.Offset);
            json.WriteNumber("db", result.Database);
            json.WriteTime("time", result.Time);
            if (result.Next is { } next)
            {
                json.WriteStartObject("next");
                CommandsReport.Write(json, next);
                json.WriteEndObject();
            }
            else
            {
                json.WriteNull("next");
            }

            json.WriteString("nextFault", result.NextFault is { } fault ? ArchiveFaultWording.Fault(fault) : null);
            json.WriteString("base", result.Base.File);
            json.WriteString("rdbVersion", result.BaseVersion.ToString());
            json.WriteString("servers", result.Servers);
            json.WriteNumber("segments", result.Segments);
            json.WriteNumber("bytes", result.Bytes);
            json.WriteNumber("rewritten", result.Rewritten);
            json.WriteStrings("passedOver", result.PassedOver.Select(ArchiveFaultWording.Fault));
            json.WriteString("start", Start);
        });

    static string NextOf(ArchivedCommand next) =>
        $"{CommandsReport.Show(next)} in database {next.Database}{Received(next.Time)}, left out";

    static string Received(DateTimeOffset? time) => time is null ? "" : $", received {ArchiveWords.Time(time)}";

    // As a shell takes it for one word.
    static string Quoted(string path) =>
        path.All(character => char.IsAsciiLetterOrDigit(character) || "/._-+:@%,=".Contains(character))
            ? path
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
