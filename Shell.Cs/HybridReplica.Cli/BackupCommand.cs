using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace HybridReplica.Cli;

/// <summary>The verb <c>backup</c>: the snapshot of a master, in a file or on standard output.</summary>
static class BackupCommand
{
    const string StandardOutput = "-";

    public static Command Create()
    {
        var master = new MasterOptions();
        var output = new OutputOptions();
        var target = new Option<string>("--output", "-o")
        {
            Description = "The file to write, replaced only by a whole and checked snapshot; - is standard output",
            HelpName = "FILE|-",
            Required = true,
        };
        var transcript = new Option<string>("--transcript")
        {
            Description = "Record the conversation with the master, without data and passwords, in this file",
            HelpName = "FILE",
        };

        var command = new Command("backup", "Bring home the snapshot of a master, checked, in one command.");
        master.AddTo(command);
        command.Add(target);
        command.Add(transcript);
        output.AddTo(command);
        command.SetAction(
            (parsed, cancellation) =>
            {
                var how = output.Read(parsed);
                var where = Resolve(parsed.GetValue(target)!);
                // What goes to standard output is the snapshot, and nothing else.
                var json = where == StandardOutput ? Console.Error : Console.Out;
                ReplicaOptions? options = null;
                return how.RunAsync(
                    json,
                    async () =>
                    {
                        options = master.Read(parsed);
                        var record = parsed.GetValue(transcript);
                        Check(where, record);
                        var snapshot = await BackupAsync(options, where, record, how, cancellation);
                        if (how.Json)
                            await json.WriteLineAsync(Summary.Json(snapshot));
                        else if (how.ShowsProgress)
                            await Console.Error.WriteLineAsync(Summary.Line(snapshot));
                        return ExitCode.Done;
                    },
                    master: () => options is null ? null : MasterOptions.Show(options.Master),
                    target: where == StandardOutput ? Failure.StandardOutput : where
                );
            }
        );
        return command;
    }

    // A link that the system keeps, which no file must replace.
    static string Resolve(string target) => target == "/dev/stdout" ? StandardOutput : target;

    static void Check(string where, string? transcript)
    {
        if (where.Length == 0)
            throw new UsageException("The name of the target is empty");
        if (where == StandardOutput && !Console.IsOutputRedirected)
            throw new UsageException("A snapshot is nothing for a terminal: redirect standard output, or name a file");
        if (transcript?.Length == 0)
            throw new UsageException("The name of the transcript is empty");
        if (transcript is not null && Path.GetFullPath(transcript) == Path.GetFullPath(where))
            throw new UsageException("The transcript cannot go to the file that the snapshot goes to");
    }

    static async Task<SnapshotInfo> BackupAsync(
        ReplicaOptions options,
        string where,
        string? transcript,
        Output how,
        CancellationToken cancellation
    )
    {
        using var logging = how.Logging();
        // Options that cannot be used are found here, before a transcript takes the place of an older one.
        await using var replica = Join(options, logging);
        using var recording = transcript is null ? null : new TranscriptFile(transcript);
        options.Observer = recording;
        return how.ShowsProgress
            ? await ProgressDisplay.RunAsync(progress => FetchAsync(replica, where, progress, cancellation))
            : await FetchAsync(replica, where, progress: null, cancellation);
    }

    /// <summary>A client with these options, which the library looks at when it is given them.</summary>
    /// <exception cref="UsageException">They cannot be used.</exception>
    public static ReplicaClient Join(ReplicaOptions options, ILoggerFactory logging)
    {
        try
        {
            return new(options, logging);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    static async Task<SnapshotInfo> FetchAsync(
        ReplicaClient replica,
        string where,
        IProgress<SnapshotProgress>? progress,
        CancellationToken cancellation
    )
    {
        if (where != StandardOutput)
            return await replica.FetchSnapshotAsync(where, progress, cancellation);

        await using var pipe = OutputPipe.Open();
        return await replica.FetchSnapshotAsync(pipe, progress, cancellation);
    }
}
