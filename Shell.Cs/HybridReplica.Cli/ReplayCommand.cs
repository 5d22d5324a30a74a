using System.CommandLine;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli;

/// <summary>The verb <c>replay</c>: a transcript through the model, without any server.</summary>
static class ReplayCommand
{
    const int MostErrors = 10;
    const int LongestError = 300;

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The transcript; - is standard input" };
        file.Validators.Add(Complaint.RefuseOptions);
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
            await TellAsync(file, [.. read.ErrorValue]);
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

    // A file that is no transcript at all has a mistake in every line, and may hold anything.
    static async Task TellAsync(string file, TranscriptError[] errors)
    {
        foreach (var error in errors.Take(MostErrors))
        {
            var text = Printable.Escape(error.ToString());
            var shown = text.Length > LongestError ? text[..LongestError] + "…" : text;
            await Console.Error.WriteLineAsync($"hybrid-replica: {file}, {shown}");
        }

        if (errors.Length > MostErrors)
            await Console.Error.WriteLineAsync(
                $"hybrid-replica: {file} has {errors.Length - MostErrors} more such lines; is it a transcript?"
            );
    }
}
