using System.Globalization;
using System.Text.Json;
using HybridReplica.Core;

namespace HybridReplica.Cli.Archive;

/// <summary>How moments, times and numbers of an archive are shown, for people and in JSON.</summary>
static class ArchiveWords
{
    /// <summary>So many of something.</summary>
    public static string Counted(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>An offset, as it can be given again.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A time in UTC. Empty: it is not known.</summary>
    public static string Time(DateTimeOffset? time) =>
        time is { } known ? UnixTime.Text(known.ToUnixTimeMilliseconds()) : "";

    /// <summary>Moments that can be restored.</summary>
    public static string Range(RestorableRange range) =>
        range.From.Id.Equals(range.To.Id)
            ? $"{range.From} to {range.To} of {range.To.Id}"
            : $"{range.From} of {range.From.Id} to {range.To} of {range.To.Id}";

    /// <summary>Writes a moment as an object, or null.</summary>
    public static void WritePoint(this Utf8JsonWriter json, string name, ArchivePoint? point)
    {
        if (point is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("replicationId", point.Id.Text);
        json.WriteNumber("offset", point.Offset.Bytes);
        json.WriteString("time", point.Time.IsSome ? UnixTime.Text(point.Time.Value) : null);
        json.WriteEndObject();
    }

    /// <summary>Writes moments that can be restored, as a list of objects.</summary>
    public static void WriteRanges(this Utf8JsonWriter json, string name, IEnumerable<RestorableRange> ranges)
    {
        json.WriteObjects(
            name,
            ranges,
            (json, range) =>
            {
                json.WritePoint("from", range.From);
                json.WritePoint("to", range.To);
            }
        );
    }

    /// <summary>Writes a time, or null.</summary>
    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? time) =>
        json.WriteString(name, time is null ? null : Time(time));
}
