using System.Globalization;
using Spectre.Console;

namespace HybridReplica.Cli.Follow;

/// <summary>The line on the terminal at standard error: state, offset, lag and rate.</summary>
static class FollowStatus
{
    /// <summary>Runs the work with a line that shows how it stands.</summary>
    public static Task<T> RunAsync<T>(
        IAnsiConsole terminal,
        FollowTally tally,
        ReplicaClient replica,
        Func<Task<T>> work
    )
    {
        var rate = new Rate();
        return StatusLine.RunAsync(terminal, () => Line(tally, replica, rate.Of(tally.Commands)), work);
    }

    static string Line(FollowTally tally, ReplicaClient replica, double rate)
    {
        var status = replica.GetStatus();
        var bytes = Summary.Bytes(status?.LagBytes ?? 0);
        var seconds = status?.LagTime.TotalSeconds ?? 0;
        var place = string.Create(CultureInfo.InvariantCulture, $"{tally.State}, offset {tally.Offset}");
        var lag = string.Create(CultureInfo.InvariantCulture, $"lag {bytes} and {seconds:0.0} s");
        return string.Create(CultureInfo.InvariantCulture, $"{place}, {lag}, {rate:#,0} commands/s");
    }
}
