using System.CommandLine;
using HybridReplica.Cli;
using HybridReplica.Cli.Archive;
using HybridReplica.Cli.Follow;
using HybridReplica.Cli.Inspect;

using var fileSizeLimit = FileSizeLimit.Survive();

var root = new RootCommand("Joins a Redis or Valkey master as a replica.")
{
    BackupCommand.Create(),
    FollowCommand.Create(),
    ArchiveCommand.Create(),
    RestoreCommand.Create(),
    VerifyCommand.Create(),
    PruneCommand.Create(),
    InspectCommand.Create(),
    ReplayCommand.Create(),
    DemoCommand.Create(),
};

var parsed = root.Parse(args);
if (Complaint.About(parsed) is { } complaint)
{
    Console.Error.WriteLine(TerminalText.Line($"hybrid-replica: {complaint}; see hybrid-replica --help."));
    return ExitCode.Usage;
}

using var terminal = new TerminalClosing();
return await parsed.InvokeAsync(
    new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // Time for the temporary file to go, and for the connection to be closed.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
    },
    terminal.Closed
);
