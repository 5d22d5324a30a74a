using System.Globalization;
using HybridReplica.Core;

namespace HybridReplica.Cli.Archive;

/// <summary>How a run of <c>archive</c> ended, as one line for people or as one JSON object for programs.</summary>
/// <param name="Plan">What was asked for.</param>
/// <param name="Last">How it stood at the end. Null: nothing was known yet.</param>
/// <param name="Duration">How long it took.</param>
sealed record RecordSummary(RecordPlan Plan, ArchiveStatus? Last, TimeSpan Duration)
{
    /// <summary>The JSON object.</summary>
    public string Json() =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", "interrupted");
            json.WriteString("replicationId", Last?.Written?.Id.Text);
            json.WriteNumberOrNull("offset", Last?.Written?.Offset.Bytes);
            json.WriteNumberOrNull("db", Last?.Written?.Database is { IsValueSome: true, Value: var db } ? db : null);
            json.WriteNumberOrNull("syncedOffset", Last?.SyncedOffset);
            json.WriteNumber("bytesWritten", Last?.BytesWritten ?? 0);
            json.WriteNumber("bases", Last?.Bases ?? 0);
            json.WriteNumber("segments", Last?.Segments ?? 0);
            json.WriteNumber("bytes", Last?.Bytes ?? 0);
            json.WriteNumber("seconds", Math.Round(Duration.TotalSeconds, 3));
            json.WriteString("folder", Plan.Folder);
        });

    /// <summary>What was written, for whoever watched.</summary>
    public string Line()
    {
        var duration = Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var contents = Last is null ? "" : $", {RecordStatus.Contents(Last)}";
        return $"{Summary.Bytes(Last?.BytesWritten ?? 0)} of the stream in {duration} s{contents}: {Plan.Folder}";
    }

    /// <summary>Somebody interrupted it, as it is meant to end.</summary>
    public Failure Interrupted() =>
        new(
            ExitCode.Interrupted,
            "Interrupted",
            Last?.Written is { } written ? $"Interrupted at {written}" : "Interrupted before there was a position",
            Last?.Written is not null ? "everything up to there is in the archive" : "nothing was added to the archive"
        );
}
