using System.CommandLine;
using System.Diagnostics;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The verb <c>archive</c>: a master's snapshots and its stream, to restore any moment.</summary>
static class ArchiveCommand
{
    public static Command Create()
    {
        var record = new RecordOptions();
        var output = new OutputOptions("Print one JSON object at the end on standard output");
        var command = new Command("archive", "Archive a master continuously, to restore any moment of it.");
        record.AddTo(command);
        output.AddTo(command);
        command.Add(ListCommand.Create());
        command.SetAction(
            (parsed, cancellation) =>
            {
                var how = output.Read(parsed);
                ReplicaOptions? options = null;
                return how.RunAsync(
                    Console.Out,
                    () =>
                    {
                        var plan = record.Read(parsed);
                        options = record.Master.Read(parsed);
                        return RunAsync(plan, options, how, cancellation);
                    },
                    master: () => options is null ? null : MasterOptions.Show(options.Master),
                    target: record.Folder(parsed)
                );
            }
        );
        return command;
    }

    static async Task<int> RunAsync(RecordPlan plan, ReplicaOptions options, Output how, CancellationToken stop)
    {
        using var logging = how.Logging();
        // Options that cannot be used are found here, before anything is touched.
        await using (BackupCommand.Join(options, logging)) { }
        if (options.Dialect != Dialect.Redis6)
            throw new UsageException("An archive needs positions, and no other dialect than redis6 hears of them");

        using var recording = plan.Transcript is null ? null : new TranscriptFile(plan.Transcript);
        options.Observer = recording;

        var archive = new ReplicaArchive(plan.Folder, plan.Name);
        var status = new RecordStatus();
        var clock = Stopwatch.StartNew();
        var terminal = how.ShowsProgress ? ProgressDisplay.Terminal() : null;
        if (terminal is null)
            await Record();
        else
            await status.RunAsync(terminal, Record);
        return await TellAsync(new(plan, status.Last, clock.Elapsed), how);

        async Task<bool> Record()
        {
            await archive.RecordAsync(options, plan.Options, status, logging, stop);
            return true;
        }
    }

    static async Task<int> TellAsync(RecordSummary summary, Output how)
    {
        await Console.Error.WriteLineAsync(summary.Interrupted().Line);
        if (how.Json)
            await Console.Out.WriteLineAsync(summary.Json());
        else if (how.ShowsProgress)
            await Console.Error.WriteLineAsync(TerminalText.Line(summary.Line()));
        return ExitCode.Interrupted;
    }
}
