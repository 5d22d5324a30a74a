using System.CommandLine;
using HybridReplica.Core;
using Microsoft.FSharp.Core;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The verb <c>restore</c>: a moment of an archive, as files that a server starts from.</summary>
static class RestoreCommand
{
    public static Command Create()
    {
        var folder = new FolderOptions();
        var moment = new MomentOptions();
        var target = new RestoreTarget();
        var output = new OutputOptions("Print one JSON object");
        var command = new Command("restore", "Restore any moment of an archive, for a server to start from.");
        folder.AddTo(command);
        moment.AddTo(command);
        target.AddTo(command);
        output.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
            {
                var how = output.Read(parsed);
                return how.RunAsync(
                    Console.Out,
                    () =>
                    {
                        var archive = folder.Read(parsed);
                        var wanted = moment.Read(parsed);
                        if (target.Commands(parsed) is { } count)
                            return ListAsync(archive, wanted, count, how, stop);

                        return RestoreAsync(archive, wanted, target.Folder(parsed), target.Options(parsed), how, stop);
                    },
                    target: folder.Folder(parsed)
                );
            }
        );
        return command;
    }

    static async Task<int> RestoreAsync(
        ReplicaArchive archive,
        WantedMoment wanted,
        string folder,
        RestoreOptions options,
        Output how,
        CancellationToken stop
    )
    {
        var found = await FindAsync(archive, wanted, stop);
        var moment = MomentOf(wanted, found);
        var result = how.ShowsProgress
            ? await ProgressDisplay.RunAsync<RestoreProgress, RestoreResult>(Show, Restore)
            : await Restore(progress: null);

        var report = new RestoreReport(result, found, Path.GetFullPath(folder));
        if (how.Json)
            await StandardOutput.PrintAsync(report.Json());
        else if (!how.Quiet)
            await StandardOutput.PrintAsync(report.Lines());
        return ExitCode.Done;

        Task<RestoreResult> Restore(IProgress<RestoreProgress>? progress) =>
            archive.RestoreAsync(folder, moment, options, progress, stop);
    }

    static async Task<int> ListAsync(
        ReplicaArchive archive,
        WantedMoment wanted,
        int count,
        Output how,
        CancellationToken stop
    )
    {
        var moment = MomentOf(wanted, await FindAsync(archive, wanted, stop));
        var around = await archive.CommandsAsync(moment, count, stop);
        await StandardOutput.PrintAsync(how.Json ? [CommandsReport.Json(around)] : CommandsReport.Lines(around));
        return ExitCode.Done;
    }

    // Null: no command is looked for.
    static async Task<ArchivedCommand?> FindAsync(
        ReplicaArchive archive,
        WantedMoment wanted,
        CancellationToken stop
    ) => wanted is WantedMoment.Before before ? await archive.FindCommandAsync(before.Command, before.Nth, stop) : null;

    static Moment MomentOf(WantedMoment wanted, ArchivedCommand? found) =>
        found is null
            ? ((WantedMoment.At)wanted).Moment
            : Moment.NewToOffset(FSharpValueOption<ReplicationId>.Some(found.Id), found.CutOffset);

    static void Show(ProgressTask task, RestoreProgress progress)
    {
        task.Description = "Restoring";
        task.MaxValue = Math.Max(1, progress.BytesTotal);
        task.Value = progress.BytesRead;
    }
}
