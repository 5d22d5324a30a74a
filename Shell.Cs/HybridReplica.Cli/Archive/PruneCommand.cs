using System.CommandLine;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The verb <c>prune</c>: removes from an archive what is not to be kept.</summary>
static class PruneCommand
{
    public static Command Create()
    {
        var folder = new FolderOptions();
        var retention = new RetentionOptions();
        var output = new OutputOptions("Print one JSON object");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be removed" };
        var command = new Command("prune", "Remove from an archive what is not to be kept.");
        folder.AddTo(command);
        retention.AddTo(command);
        command.Add(dryRun);
        output.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
            {
                var how = output.Read(parsed);
                return how.RunAsync(
                    Console.Out,
                    () =>
                        PruneAsync(
                            folder.Read(parsed),
                            retention.Read(parsed)
                                ?? throw new UsageException("prune needs --keep N or --keep-for DURATION"),
                            parsed.GetValue(dryRun),
                            how,
                            stop
                        ),
                    target: folder.Folder(parsed)
                );
            }
        );
        return command;
    }

    static async Task<int> PruneAsync(
        ReplicaArchive archive,
        Retention keep,
        bool dryRun,
        Output how,
        CancellationToken stop
    )
    {
        var pruned = await Task.Run(() => archive.Prune(keep, dryRun), stop);
        if (how.Json)
            await StandardOutput.PrintAsync(Json(archive, pruned, dryRun));
        else if (!how.Quiet)
            await StandardOutput.PrintAsync(Lines(archive, pruned, dryRun));
        return ExitCode.Done;
    }

    static IEnumerable<string> Lines(ReplicaArchive archive, PruneResult pruned, bool dryRun)
    {
        foreach (var file in pruned.Removed)
            yield return TerminalText.Line($"{(dryRun ? "would remove" : "removed")}  {file}");
        var files = ArchiveWords.Counted(pruned.Removed.Count, "file");
        var bases = ArchiveWords.Counted(pruned.Kept.Generations.Length, "base");
        var gone =
            dryRun ? "would go"
            : pruned.Removed.Count == 1 ? "is gone"
            : "are gone";
        yield return TerminalText.Line(
            $"{files} of {Summary.Bytes(pruned.Bytes)} {gone}, {bases} kept: {archive.Folder}"
        );
    }

    static string Json(ReplicaArchive archive, PruneResult pruned, bool dryRun) =>
        Summary.Object(json =>
        {
            json.WriteString("outcome", "done");
            json.WriteBoolean("dryRun", dryRun);
            json.WriteString("folder", archive.Folder);
            json.WriteStrings("removed", pruned.Removed);
            json.WriteNumber("bytes", pruned.Bytes);
            json.WriteNumber("bases", pruned.Kept.Generations.Length);
            json.WriteNumber("segments", pruned.Kept.Generations.Sum(generation => generation.Segments.Length));
        });
}
