using System.CommandLine;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The verb <c>verify</c>: whether every byte of an archive is what was written.</summary>
static class VerifyCommand
{
    public static Command Create()
    {
        var folder = new FolderOptions();
        var output = new OutputOptions("Print one JSON object");
        var rebuild = new Option<bool>("--rebuild-indexes")
        {
            Description = "First make indexes that are missing or damaged anew, from their segments",
        };
        var command = new Command(
            "verify",
            "Check every byte of an archive: exit code 8 where one is not what was written, and what can be restored."
        );
        folder.AddTo(command);
        command.Add(rebuild);
        output.AddTo(command);
        command.SetAction(
            (parsed, cancellation) =>
            {
                var how = output.Read(parsed);
                return how.RunAsync(
                    Console.Out,
                    () => VerifyAsync(folder.Read(parsed), parsed.GetValue(rebuild), how, cancellation),
                    target: folder.Folder(parsed)
                );
            }
        );
        return command;
    }

    static async Task<int> VerifyAsync(ReplicaArchive archive, bool rebuilds, Output how, CancellationToken stop)
    {
        var rebuilt = rebuilds ? await Task.Run(() => archive.RebuildIndexes(stop), stop) : [];
        var verification = how.ShowsProgress
            ? await ProgressDisplay.RunAsync<ArchiveProgress, ArchiveVerification>(Show, Verify)
            : await Verify(progress: null);

        var report = new VerifyReport(archive, verification, rebuilt);
        if (how.Json)
            await StandardOutput.PrintAsync(report.Json());
        else if (!how.Quiet)
            await StandardOutput.PrintAsync(report.Lines());
        if (report.Damage is not { } damage)
            return ExitCode.Done;

        await Console.Error.WriteLineAsync(damage.Line);
        return damage.ExitCode;

        Task<ArchiveVerification> Verify(IProgress<ArchiveProgress>? progress) => archive.VerifyAsync(progress, stop);
    }

    /// <summary>Shows how far the reading of an archive is.</summary>
    public static void Show(ProgressTask task, ArchiveProgress progress)
    {
        task.Description = Markup.Escape(TerminalText.Line(progress.File));
        task.MaxValue = Math.Max(1, progress.Total);
        task.Value = progress.Bytes;
    }
}
