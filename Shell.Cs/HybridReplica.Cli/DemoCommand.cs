using System.CommandLine;

namespace HybridReplica.Cli;

/// <summary>The verb <c>demo</c>: a master of our own on loopback, joined, and the conversation shown.</summary>
static class DemoCommand
{
    public static Command Create()
    {
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show stack traces" };
        var command = new Command("demo", "Join a small master on loopback, and show the conversation.") { verbose };
        command.SetAction(
            (parsed, cancellation) =>
                new Output(Json: false, Quiet: false, parsed.GetValue(verbose)).RunAsync(
                    Console.Out,
                    () => DemonstrateAsync(cancellation)
                )
        );
        return command;
    }

    static async Task<int> DemonstrateAsync(CancellationToken cancellation)
    {
        await using var master = new DemoMaster();
        var folder = Directory.CreateTempSubdirectory("hybrid-replica-demo-");
        try
        {
            Console.WriteLine($"A master listens at {master.Address}, and a replica joins it.");
            Console.WriteLine("< the master   > the replica   + the world   * to do   ! the log   = the end");
            Console.WriteLine();
            var options = new ReplicaOptions { Master = master.Address, Observer = new Narrator() };
            await using var replica = new ReplicaClient(options);
            var snapshot = await replica.FetchSnapshotAsync(
                Path.Combine(folder.FullName, "dump.rdb"),
                progress: null,
                cancellation
            );
            Console.WriteLine();
            Console.WriteLine(Summary.Line(snapshot));
            return ExitCode.Done;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
