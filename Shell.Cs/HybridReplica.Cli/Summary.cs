using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace HybridReplica.Cli;

/// <summary>How a run ended, as one line for people or as one JSON object for programs.</summary>
static class Summary
{
    /// <summary>The JSON object of a backup that worked.</summary>
    public static string Json(SnapshotInfo snapshot) =>
        Object(json =>
        {
            json.WriteString("outcome", "done");
            json.WriteNumber("bytes", snapshot.Bytes);
            json.WriteString("checksum", snapshot.Checksum == SnapshotChecksum.Verified ? "verified" : "absent");
            json.WriteString("rdbVersion", snapshot.RdbVersion);
            json.WriteString("replicationId", snapshot.ReplicationId);
            json.WriteNumberOrNull("offset", snapshot.Offset);
            json.WriteString("dialect", snapshot.Dialect);
            json.WriteString("payload", snapshot.Payload == SnapshotPayload.Counted ? "counted" : "eof");
            json.WriteNumber("seconds", Math.Round(snapshot.Duration.TotalSeconds, 3));
            json.WriteString("file", snapshot.Path);
        });

    /// <summary>The JSON object of a run that did not.</summary>
    public static string Json(Failure failure) =>
        Object(json =>
        {
            json.WriteString("outcome", failure.ExitCode == ExitCode.Interrupted ? "interrupted" : "failed");
            json.WriteNumber("exitCode", failure.ExitCode);
            json.WriteString("fault", failure.Name);
            json.WriteString("message", failure.Message);
            json.WriteString("advice", failure.Advice);
        });

    /// <summary>The line for people.</summary>
    public static string Line(SnapshotInfo snapshot)
    {
        var checksum =
            snapshot.Checksum == SnapshotChecksum.Verified ? "checksum verified" : "it carries no checksum to verify";
        var place = snapshot.ReplicationId is null ? "" : $" at {snapshot.ReplicationId}:{snapshot.Offset}";
        var duration = snapshot.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var target = snapshot.Path ?? "standard output";
        return $"{Bytes(snapshot.Bytes)} in {duration} s, {snapshot.RdbVersion}, {checksum}{place}: {target}";
    }

    /// <summary>A size as people read it.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        var size = (double)bytes;
        var unit = 0;
        for (; size >= 1024 && unit < units.Length - 1; unit++)
            size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {units[unit]}");
    }

    /// <summary>A JSON object, on one line.</summary>
    public static string Object(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        // The object is read by programs and people, never put into a page.
        var readable = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, readable))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
