using System.CommandLine;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The verb <c>archive list</c>: what is in an archive.</summary>
static class ListCommand
{
    public static Command Create()
    {
        var folder = new FolderOptions();
        var output = new OutputOptions("Print one JSON object");
        var command = new Command("list", "Show what is in an archive: files, moments, gaps and replication ids.");
        command.Validators.Add(Complaint.RefuseBefore);
        folder.AddTo(command);
        output.AddTo(command);
        command.SetAction(
            (parsed, _) =>
            {
                var how = output.Read(parsed);
                return how.RunAsync(
                    Console.Out,
                    () => ListAsync(folder.Read(parsed), how),
                    target: folder.Folder(parsed)
                );
            }
        );
        return command;
    }

    static async Task<int> ListAsync(ReplicaArchive archive, Output how)
    {
        var contents = archive.Read();
        await StandardOutput.PrintAsync(
            how.Json ? [ListJson.Of(archive, contents)] : new ListText(archive, contents).Lines()
        );
        return ExitCode.Done;
    }
}
