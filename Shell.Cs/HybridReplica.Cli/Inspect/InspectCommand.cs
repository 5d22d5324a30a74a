using System.CommandLine;

namespace HybridReplica.Cli.Inspect;

/// <summary>The verb <c>inspect</c>: what is in a snapshot.</summary>
static class InspectCommand
{
    const string StandardInput = "-";

    public static Command Create()
    {
        var source = new Argument<string>("FILE|URI|-")
        {
            Description =
                "The snapshot: a file, or a master (redis://[user@]host[:port], rediss://…, unix:///path); "
                + "- is standard input",
        };
        var master = new MasterOptions(source);
        var inspect = new InspectOptions();
        var output = new OutputOptions(
            "Print the report as one JSON object; for other formats one at the end (with -o - on standard error)"
        );
        var command = new Command("inspect", "Show what is in a snapshot, or write it in another form.");
        inspect.AddTo(command);
        output.AddTo(command);
        master.AddTo(command);
        command.SetAction(
            (parsed, cancellation) =>
            {
                var how = output.Read(parsed);
                // What goes to standard output is what was asked for, and nothing else.
                var json = inspect.WritesToStandardOutput(parsed) ? Console.Error : Console.Out;
                SnapshotSource? found = null;
                return how.RunAsync(
                    json,
                    async () =>
                    {
                        var plan = inspect.Read(parsed);
                        using var logging = how.Logging();
                        found = Find(parsed.GetValue(source)!, () => new MasterSource(master.Read(parsed), logging));
                        Check(plan, found, master.Given(parsed));
                        return await new InspectRun(plan, found, how).RunAsync(cancellation);
                    },
                    master: () => found?.Name,
                    target: inspect.WritesToStandardOutput(parsed) ? Failure.StandardOutput : inspect.Target(parsed)
                );
            }
        );
        return command;
    }

    static SnapshotSource Find(string source, Func<MasterSource> master) =>
        source switch
        {
            "" => throw new UsageException("The name of the snapshot is empty"),
            StandardInput or "/dev/stdin" => new InputSource(),
            _ when source.Contains("://", StringComparison.Ordinal) => master(),
            _ => new FileSource(source),
        };

    static void Check(InspectPlan plan, SnapshotSource source, Option? forMasters)
    {
        if (source is not MasterSource && forMasters is not null)
            throw new UsageException($"{forMasters.Name} is for masters, and {source.Name} is none");
        if (source is InputSource && !Console.IsInputRedirected)
            throw new UsageException("Nobody types a snapshot: redirect standard input, or name a file or a master");
        if (source is FileSource && plan.Output is { } path && Path.GetFullPath(path) == Path.GetFullPath(source.Name))
            throw new UsageException("The output cannot go to the file that is read");
    }
}
