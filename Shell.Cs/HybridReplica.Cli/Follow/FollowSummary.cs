using System.Globalization;

namespace HybridReplica.Cli.Follow;

/// <summary>How a run of <c>follow</c> ended, as one line for people or as one JSON object for programs.</summary>
static class FollowSummary
{
    /// <summary>The JSON object.</summary>
    public static string Json(FollowEnd end, FollowTally tally, FollowOutput output, string? state) =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", end.Reason == FollowReason.Interrupted ? "interrupted" : "done");
            json.WriteString("reason", end.Reason.ToString().ToLowerInvariant());
            json.WriteNumber("commands", tally.Commands);
            json.WriteString("replicationId", end.Position?.Id.Text);
            json.WriteNumberOrNull("offset", end.Position?.Offset.Bytes);
            json.WriteNumberOrNull("db", end.Position?.Database is { IsValueSome: true, Value: var db } ? db : null);
            json.WriteNumber("fullResyncs", tally.FullResyncs);
            json.WriteNumber("partialResyncs", tally.PartialResyncs);
            json.WriteNumber("seconds", Math.Round(end.Duration.TotalSeconds, 3));
            json.WriteString("file", output.Path);
            json.WriteString("state", state);
        });

    /// <summary>The line for people.</summary>
    public static string Line(FollowEnd end, FollowTally tally, FollowOutput output)
    {
        var duration = end.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var place = end.Position is { } position ? $", up to {position}" : "";
        return $"{tally.Commands} commands in {duration} s{place}: {output.Name}";
    }

    /// <summary>What there is to say when somebody interrupts it.</summary>
    public static Failure Interrupted(FollowEnd end, bool isStored) =>
        new(
            ExitCode.Interrupted,
            "Interrupted",
            end.Position is { } position ? $"Interrupted at {position}" : "Interrupted before there was a position",
            isStored
                ? "everything up to there is written, and the position is stored"
                : "everything up to there is written"
        );
}
