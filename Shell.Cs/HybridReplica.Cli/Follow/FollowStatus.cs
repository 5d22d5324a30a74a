using System.Globalization;
using Spectre.Console;

namespace HybridReplica.Cli.Follow;

/// <summary>The line on the terminal at standard error: state, offset, lag and rate.</summary>
static class FollowStatus
{
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs the work with a line that shows how it stands.</summary>
    public static Task<T> RunAsync<T>(
        IAnsiConsole terminal,
        FollowTally tally,
        ReplicaClient replica,
        Func<Task<T>> work
    ) =>
        terminal
            .Status()
            .StartAsync(
                Line(tally, replica, rate: 0),
                async context =>
                {
                    using var ended = new CancellationTokenSource();
                    var showing = ShowAsync(context, tally, replica, ended.Token);
                    try
                    {
                        return await work();
                    }
                    finally
                    {
                        await ended.CancelAsync();
                        await showing;
                    }
                }
            );

    static async Task ShowAsync(
        StatusContext context,
        FollowTally tally,
        ReplicaClient replica,
        CancellationToken ended
    )
    {
        using var timer = new PeriodicTimer(Period);
        var before = tally.Commands;
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                var now = tally.Commands;
                context.Status(Line(tally, replica, (now - before) / Period.TotalSeconds));
                before = now;
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }

    static string Line(FollowTally tally, ReplicaClient replica, double rate)
    {
        var status = replica.GetStatus();
        var bytes = Summary.Bytes(status?.LagBytes ?? 0);
        var seconds = status?.LagTime.TotalSeconds ?? 0;
        var place = string.Create(CultureInfo.InvariantCulture, $"{tally.State}, offset {tally.Offset}");
        var lag = string.Create(CultureInfo.InvariantCulture, $"lag {bytes} and {seconds:0.0} s");
        return Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{place}, {lag}, {rate:#,0} commands/s"));
    }
}
