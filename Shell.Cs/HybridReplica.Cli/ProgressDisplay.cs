using Spectre.Console;

namespace HybridReplica.Cli;

/// <summary>Progress on the terminal at standard error: state, bytes, share and rate.</summary>
static class ProgressDisplay
{
    /// <summary>The terminal at standard error.</summary>
    public static IAnsiConsole Terminal() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Runs the work with a display that follows the snapshot that comes.</summary>
    public static Task<T> RunAsync<T>(Func<IProgress<SnapshotProgress>, Task<T>> work) => RunAsync(Show, work);

    /// <summary>Runs the work with a display that follows it.</summary>
    /// <param name="show">Shows how far it is.</param>
    /// <param name="work">The work.</param>
    public static Task<T> RunAsync<TProgress, T>(
        Action<ProgressTask, TProgress> show,
        Func<IProgress<TProgress>, Task<T>> work
    ) =>
        Terminal()
            .Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn()
            )
            .StartAsync(context => work(new Follower<TProgress>(context.AddTask("Starting", maxValue: 1), show)));

    static void Show(ProgressTask task, SnapshotProgress progress)
    {
        var attempt = progress.Attempt > 1 ? $", attempt {progress.Attempt}" : "";
        task.Description = Markup.Escape(progress.ReplState + attempt);
        task.IsIndeterminate = progress.BytesTotal is null;
        task.MaxValue = progress.BytesTotal ?? Math.Max(1, progress.BytesReceived);
        task.Value = progress.BytesReceived;
    }

    sealed class Follower<TProgress>(ProgressTask task, Action<ProgressTask, TProgress> show) : IProgress<TProgress>
    {
        public void Report(TProgress value) => show(task, value);
    }
}
