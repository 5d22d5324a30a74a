using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace HybridReplica.Cli.Archive;

/// <summary>Commands around a moment, for people and for programs.</summary>
static class CommandsReport
{
    /// <summary>As much of a word is shown to people, and as many words.</summary>
    const int MostBytes = 40;
    const int MostWords = 12;

    /// <summary>A line for each command, and one where the archive would be cut.</summary>
    public static IEnumerable<string> Lines(ArchivedCommands around)
    {
        // Those in a transaction have a bar in front of them.
        var table = new Table(0, 2);
        table.Add("Offset", "Received", "Db", "", "Command");
        foreach (var command in around.Before)
            Add(table, command);
        table.Add(Mark(around));
        foreach (var command in around.After)
            Add(table, command);
        return table.Lines();
    }

    /// <summary>The JSON object.</summary>
    public static string Json(ArchivedCommands around) =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", "done");
            json.WriteString("replicationId", around.Id.Text);
            json.WriteNumber("offset", around.Offset);
            json.WriteObjects("before", around.Before, Write);
            json.WriteObjects("after", around.After, Write);
        });

    /// <summary>A command as MONITOR shows it, and not more of it than fits on a line.</summary>
    public static string Show(ArchivedCommand command)
    {
        var output = new OutputBuffer();
        foreach (var word in command.Words.Take(MostWords))
        {
            if (output.Length > 0)
                output.Add((byte)' ');
            output.Add((byte)'"');
            output.AddEscaped(word.Bytes.Span[..Math.Min(word.Bytes.Length, MostBytes)]);
            output.Add((byte)'"');
            if (word.Length > MostBytes)
                output.Add("..."u8);
        }

        var left = command.WordCount - Math.Min(command.Words.Count, MostWords);
        var shown = Encoding.ASCII.GetString(output.Written.Span);
        return left > 0 ? $"{shown} and {left} more words" : shown;
    }

    /// <summary>Writes what is known of a command into an object.</summary>
    public static void Write(Utf8JsonWriter json, ArchivedCommand command)
    {
        json.WriteNumber("offset", command.Offset);
        json.WriteNumber("endOffset", command.EndOffset);
        json.WriteNumber("cutOffset", command.CutOffset);
        json.WriteTime("time", command.Time);
        json.WriteNumber("db", command.Database);
        json.WriteBoolean("inTransaction", command.InTransaction);
        json.WriteNumber("wordCount", command.WordCount);
        json.WriteStartArray("words");
        foreach (var word in command.Words)
            Write(json, word);
        json.WriteEndArray();
    }

    // As follow does: what is no text, or not all of it, stands in an object.
    static void Write(Utf8JsonWriter json, ArchivedWord word)
    {
        if (word.Length == word.Bytes.Length && Utf8.IsValid(word.Bytes.Span))
        {
            json.WriteStringValue(word.Bytes.Span);
            return;
        }

        json.WriteStartObject();
        json.WriteBase64String("base64", word.Bytes.Span);
        json.WriteNumber("length", word.Length);
        json.WriteEndObject();
    }

    static void Add(Table table, ArchivedCommand command) =>
        table.Add(
            ArchiveWords.Number(command.Offset),
            ArchiveWords.Time(command.Time),
            ArchiveWords.Number(command.Database),
            command.InTransaction ? "|" : "",
            Show(command)
        );

    static string Mark(ArchivedCommands around) =>
        around.After is [var next, ..] && next.CutOffset != around.Offset
            ? $"-- offset {around.Offset} is no place to cut; the nearest before it is {next.CutOffset}"
            : $"-- cut at offset {around.Offset}: what is above is restored, what is below is not";
}
