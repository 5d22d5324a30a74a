using System.CommandLine;
using HybridReplica.Cli;

using var fileSizeLimit = FileSizeLimit.Survive();

var root = new RootCommand("Joins a Redis or Valkey master as a replica.")
{
    BackupCommand.Create(),
    ReplayCommand.Create(),
    DemoCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        Console.Error.WriteLine($"hybrid-replica: {error.Message.TrimEnd('.')}; see hybrid-replica --help.");
    return ExitCode.Usage;
}

return await parsed.InvokeAsync(
    new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // Time for the temporary file to go, and for the connection to be closed.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
    }
);
