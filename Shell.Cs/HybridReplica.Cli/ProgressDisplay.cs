using Spectre.Console;

namespace HybridReplica.Cli;

/// <summary>Progress on the terminal at standard error: state, bytes, share and rate.</summary>
static class ProgressDisplay
{
    /// <summary>The terminal at standard error.</summary>
    public static IAnsiConsole Terminal() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Runs the work with a display that follows it.</summary>
    public static Task<T> RunAsync<T>(Func<IProgress<SnapshotProgress>, Task<T>> work)
    {
        return Terminal()
            .Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn()
            )
            .StartAsync(context => work(new Follower(context.AddTask("Starting", maxValue: 1))));
    }

    sealed class Follower(ProgressTask task) : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value)
        {
            var attempt = value.Attempt > 1 ? $", attempt {value.Attempt}" : "";
            task.Description = Markup.Escape(value.ReplState + attempt);
            task.IsIndeterminate = value.BytesTotal is null;
            task.MaxValue = value.BytesTotal ?? Math.Max(1, value.BytesReceived);
            task.Value = value.BytesReceived;
        }
    }
}
