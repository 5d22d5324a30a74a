using System.Text.Json;

namespace HybridReplica.Cli.Archive;

/// <summary>What is in an archive, as one JSON object.</summary>
static class ListJson
{
    /// <summary>The object.</summary>
    public static string Of(ReplicaArchive archive, ArchiveContents contents) =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", "done");
            json.WriteString("folder", archive.Folder);
            json.WriteString("name", archive.Name);
            json.WriteNumber("bytes", contents.Bytes);
            json.WritePoint("oldest", contents.Oldest);
            json.WritePoint("newest", contents.Newest);
            json.WriteObjects("bases", contents.Generations.Select(each => each.Base), Write);
            json.WriteObjects("segments", contents.Generations.SelectMany(each => each.Segments), Write);
            json.WriteRanges("ranges", contents.Ranges);
            json.WriteObjects(
                "gaps",
                contents.Gaps,
                (json, gap) =>
                {
                    json.WritePoint("before", gap.Before);
                    json.WritePoint("after", gap.After);
                    json.WriteBoolean("otherHistory", gap.IsOtherHistory);
                }
            );
            json.WriteObjects(
                "histories",
                contents.Chain,
                (json, link) =>
                {
                    json.WriteString("replicationId", link.Id.Text);
                    json.WriteNumber("offset", link.Start.Bytes);
                    json.WriteBoolean("goesOn", link.GoesOn);
                }
            );
        });

    static void Write(Utf8JsonWriter json, ArchivedBase first)
    {
        json.WriteString("file", first.File);
        json.WriteString("replicationId", first.Position.Id.Text);
        json.WriteNumber("offset", first.Position.Offset.Bytes);
        json.WriteTime("receivedAt", first.ReceivedAt);
        json.WriteNumber("bytes", first.Size);
        json.WriteString("rdbVersion", first.Version?.ToString());
    }

    static void Write(Utf8JsonWriter json, ArchivedSegment segment)
    {
        json.WriteString("file", segment.File);
        json.WriteString("replicationId", segment.Start.Id.Text);
        json.WriteNumber("startOffset", segment.Start.Offset.Bytes);
        json.WriteNumber("endOffset", segment.End);
        json.WriteBoolean("sealed", segment.IsSealed);
        json.WriteNumber("bytes", segment.Size);
        json.WriteNumber("indexBytes", segment.IndexSize);
        json.WriteTime("firstTime", segment.First);
        json.WriteTime("lastTime", segment.Last);
    }
}
