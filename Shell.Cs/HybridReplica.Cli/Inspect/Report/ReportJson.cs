using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect.Report;

/// <summary>Writes a report as data. Whatever is counted is exact.</summary>
sealed class ReportJson(SnapshotReport report, Utf8JsonWriter json)
{
    readonly SnapshotTally _tally = report.Tally;

    /// <summary>Writes its properties into the object that is open.</summary>
    public void Write()
    {
        WriteHead();
        json.WriteNumber("keys", _tally.Total.Keys);
        json.WriteNumber("keyBytes", _tally.Total.Bytes);
        json.WriteNumber("expiringFields", report.ExpiringFields);
        WriteArray("databases", _tally.Databases, pair => WriteDatabase(pair.Key));
        WriteArray("types", _tally.Types(), pair => WriteType(pair.Key, pair.Value));
        WriteArray("encodings", _tally.Encodings, pair => WriteEncoding(pair.Key, pair.Value));
        json.WriteStartObject("prefixes");
        WritePrefix(PrefixRow.Of(_tally.Prefixes), "");
        json.WriteEndObject();
        WriteExpiry();
        WriteKeys("mostBytes", _tally.MostBytes.Keys);
        WriteKeys("mostElements", _tally.MostElements.Keys);
    }

    void WriteHead()
    {
        var head = report.Head;
        if (report.Fault is { } fault)
            json.WriteString("message", RdbWording.Fault(fault));
        json.WriteString("version", head.Version?.ToString());
        json.WriteString("checksum", ReportWords.ChecksumName(head.Verdict));
        json.WriteNumber("bytes", report.Bytes);
        json.WriteStartArray("fields");
        foreach (var field in head.Fields)
        {
            json.WriteStartObject();
            WriteBytes("name", Encoding.Latin1.GetBytes(field.Name));
            WriteBytes("value", Encoding.Latin1.GetBytes(field.Value));
            WriteCut(field.IsCut);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("functions", head.Functions);
        json.WriteNumber("scripts", head.Scripts);
        json.WriteStartArray("modules");
        foreach (var module in head.Modules)
            json.WriteStringValue(module);
        json.WriteEndArray();
        json.WriteNumber("slots", head.Slots);
    }

    // The largest first, as in the text.
    void WriteArray<T>(string name, IReadOnlyDictionary<T, Tally> tallies, Action<KeyValuePair<T, Tally>> write)
    {
        json.WriteStartArray(name);
        foreach (var pair in tallies.OrderByDescending(pair => pair.Value.Bytes).ThenBy(pair => $"{pair.Key}"))
        {
            json.WriteStartObject();
            write(pair);
            WriteTally(pair.Value.Keys, pair.Value.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    void WriteDatabase(int database)
    {
        if (database == SnapshotTally.OtherDatabases)
            json.WriteNull("db");
        else
            json.WriteNumber("db", database);
    }

    void WriteType(string type, Tally tally)
    {
        json.WriteString("type", type);
        json.WriteNumber("elements", tally.Elements);
    }

    void WriteEncoding((string Type, string Encoding) pair, Tally tally)
    {
        WriteType(pair.Type, tally);
        json.WriteString("encoding", pair.Encoding);
    }

    void WriteTally(long keys, long bytes)
    {
        json.WriteNumber("keys", keys);
        json.WriteNumber("bytes", bytes);
    }

    void WritePrefix(PrefixRow row, string above)
    {
        var prefix = above + row.Name;
        WriteBytes("prefix", Encoding.Latin1.GetBytes(prefix));
        WriteTally(row.Tally.Keys, row.Tally.Bytes);
        json.WriteStartArray("children");
        foreach (var child in row.Children)
        {
            json.WriteStartObject();
            WritePrefix(child, prefix);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("others");
        WriteTally(row.Others.Keys, row.Others.Bytes);
        json.WriteEndObject();
    }

    void WriteExpiry()
    {
        json.WriteStartObject("expiry");
        json.WriteString("now", _tally.Expiry.Now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        foreach (var expiry in Enum.GetValues<ExpiryClass>())
        {
            json.WriteStartObject(expiry.ToString().ToLowerInvariant());
            WriteTally(_tally.Expiry[expiry].Keys, _tally.Expiry[expiry].Bytes);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    void WriteKeys(string name, IReadOnlyList<LargeKey> keys)
    {
        json.WriteStartArray(name);
        foreach (var (key, isCut, facts) in keys)
        {
            json.WriteStartObject();
            json.WriteNumber("db", facts.Database);
            WriteBytes("key", key);
            WriteCut(isCut);
            json.WriteString("type", facts.Type);
            json.WriteString("encoding", facts.Encoding);
            if (facts.Elements is { } elements)
                json.WriteNumber("elements", elements);
            else
                json.WriteNull("elements");
            json.WriteNumber("bytes", facts.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    void WriteCut(bool isCut)
    {
        if (isCut)
            json.WriteBoolean("isCut", true);
    }

    // What is not UTF-8 cannot be a JSON string.
    void WriteBytes(string name, byte[] bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            json.WriteString(name, bytes);
            return;
        }

        json.WriteStartObject(name);
        json.WriteBase64String("base64", bytes);
        json.WriteEndObject();
    }
}
