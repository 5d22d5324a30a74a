using Spectre.Console;

namespace HybridReplica.Cli;

/// <summary>A line on the terminal that shows how the work stands, for as long as it goes on.</summary>
static class StatusLine
{
    /// <summary>How often it is shown anew.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs the work with such a line.</summary>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="line">Gives the line; it is asked once a period.</param>
    /// <param name="work">The work.</param>
    public static Task<T> RunAsync<T>(IAnsiConsole terminal, Func<string> line, Func<Task<T>> work) =>
        terminal
            .Status()
            .StartAsync(
                Markup.Escape(line()),
                async context =>
                {
                    using var ended = new CancellationTokenSource();
                    var showing = ShowAsync(context, line, ended.Token);
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

    static async Task ShowAsync(StatusContext context, Func<string> line, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Period);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
                context.Status(Markup.Escape(line()));
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }
}
