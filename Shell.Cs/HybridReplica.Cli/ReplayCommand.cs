using System.CommandLine;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli;

/// <summary>The verb <c>replay</c>: a transcript through the model, without any server.</summary>
static class ReplayCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The transcript; - is standard input" };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show stack traces" };
        var command = new Command(
            "replay",
            "Run a transcript through the model, and show what it decides at each step."
        )
        {
            file,
            verbose,
        };
        command.SetAction(
            (parsed, cancellation) =>
                new Output(Json: false, Quiet: false, parsed.GetValue(verbose)).RunAsync(
                    Console.Out,
                    () => ReplayAsync(parsed.GetValue(file)!, cancellation)
                )
        );
        return command;
    }

    static async Task<int> ReplayAsync(string file, CancellationToken cancellation)
    {
        var text =
            file == "-"
                ? await Console.In.ReadToEndAsync(cancellation)
                : await File.ReadAllTextAsync(file, cancellation);

        var read = TranscriptParsing.Parse(text);
        if (read.IsError)
        {
            foreach (var error in read.ErrorValue)
                await Console.Error.WriteLineAsync($"hybrid-replica: {file}, {error}");
            return ExitCode.Corrupt;
        }

        var told = read.ResultValue;
        await Console.Out.WriteAsync(TranscriptPrinting.Print(Telling.RetellWithStates(told)));
        if (!told.HasOutputs || Telling.Decisions(told).Equals(Telling.Decisions(Telling.Retell(told))))
            return ExitCode.Done;

        await Console.Error.WriteLineAsync(
            $"hybrid-replica: {file} tells other decisions than the model takes; compare it with what is printed here."
        );
        return ExitCode.Corrupt;
    }
}
