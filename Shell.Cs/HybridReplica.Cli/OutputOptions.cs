using System.CommandLine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HybridReplica.Cli;

/// <summary>The options that say how much a verb talks, and in which form.</summary>
sealed class OutputOptions
{
    readonly Option<bool> _json;

    readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say nothing but errors" };

    readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Log every step to standard error, and show stack traces",
    };

    /// <summary>The options of a verb.</summary>
    /// <param name="json">What is printed as JSON, and where.</param>
    public OutputOptions(
        string json = "Print one JSON object at the end on standard output (on standard error with -o -)"
    ) => _json = new("--json") { Description = json };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_json);
        command.Add(_quiet);
        command.Add(_verbose);
    }

    /// <summary>What was asked for.</summary>
    public Output Read(ParseResult parsed) =>
        new(parsed.GetValue(_json), parsed.GetValue(_quiet), parsed.GetValue(_verbose));
}

/// <summary>How much to say, and where.</summary>
/// <param name="Json">One JSON object at the end.</param>
/// <param name="Quiet">Nothing but errors.</param>
/// <param name="Verbose">Every step, and stack traces.</param>
sealed record Output(bool Json, bool Quiet, bool Verbose)
{
    /// <summary>Whether somebody is watching who would like to see progress.</summary>
    public bool ShowsProgress => !Quiet && !Verbose && !Console.IsErrorRedirected;

    /// <summary>Where the log goes.</summary>
    public ILoggerFactory Logging() => Verbose ? new ErrorLogging() : NullLoggerFactory.Instance;

    /// <summary>Runs a verb to its exit code. Whatever goes wrong ends in one line.</summary>
    /// <param name="json">Where the JSON object goes.</param>
    /// <param name="verb">The verb; it gives its own exit code.</param>
    /// <param name="master">Tells the master it is about, if one is known by then, without a password.</param>
    /// <param name="target">The file it is about, if any.</param>
    public async Task<int> RunAsync(
        TextWriter json,
        Func<Task<int>> verb,
        Func<string?>? master = null,
        string? target = null
    )
    {
        try
        {
            return await verb();
        }
        catch (Exception exception)
        {
            var failure = Failure.Of(exception, master?.Invoke(), target);
            await TryWriteAsync(
                Console.Error,
                Verbose ? $"{failure.Line}\n{TerminalText.Lines($"{exception}")}" : failure.Line
            );
            if (Json)
                await TryWriteAsync(json, Summary.Json(failure));
            return failure.ExitCode;
        }
    }

    // Where even this cannot be told (the disk is full), the exit code still tells it.
    static async Task TryWriteAsync(TextWriter writer, string line)
    {
        try
        {
            await writer.WriteLineAsync(line);
        }
        catch (IOException) { }
    }
}
