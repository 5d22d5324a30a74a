using System.CommandLine;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Follow;

/// <summary>The options that say where to begin, what to write, and when to end.</summary>
sealed class FollowOptions
{
    readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to append to; - is standard output",
        HelpName = "FILE|-",
        DefaultValueFactory = _ => "-",
    };

    readonly Option<string> _format = new("--format")
    {
        Description = "jsonl: an object on each line; resp: for redis-cli --pipe; text: for people",
        HelpName = "jsonl|resp|text",
        DefaultValueFactory = _ => "jsonl",
    };

    readonly Option<string> _state = new("--state")
    {
        Description = "Keep the position in this file, and go on from there; with -o FILE, every command exactly once",
        HelpName = "FILE",
    };

    readonly Option<string> _from = new("--from")
    {
        Description = "Where to begin when the state holds no position yet",
        HelpName = "ID:OFFSET[:DB]",
    };

    readonly Option<bool> _fromNow = new("--from-now")
    {
        Description = "Ask for no data set where there is no position yet (masters from 7.0 on)",
    };

    readonly Option<bool> _requirePartial = new("--require-partial")
    {
        Description = "Go on from the position, or end with exit code 9; never copy the data set",
    };

    readonly Option<string> _snapshot = new("--snapshot")
    {
        Description = "Keep the snapshot, if one has to be taken, in this file",
        HelpName = "FILE",
    };

    readonly Option<string[]> _match = new("--match")
    {
        Description = "Only commands with a key that fits, as in KEYS; may be given more than once",
        HelpName = "PATTERN",
    };

    readonly Option<string[]> _command = new("--command")
    {
        Description = "Only these commands; may be given more than once",
        HelpName = "NAME,…",
    };

    readonly Option<int[]> _db = new("--db")
    {
        Description = "Only what applies to this database; may be given more than once",
        HelpName = "N",
        CustomParser = given =>
            [.. given.Tokens.Select(token => (int)Complaint.ReadNumber(given, token, 0, int.MaxValue))],
    };

    readonly Option<long?> _limit = new("--limit")
    {
        Description = "End after so many commands, and the rest of the transaction they end in",
        HelpName = "N",
        CustomParser = given => Complaint.ReadNumber(given, given.Tokens[0], 1, long.MaxValue),
    };

    readonly Option<long?> _untilOffset = new("--until-offset")
    {
        Description = "End when this offset is reached",
        HelpName = "N",
        CustomParser = given => Complaint.ReadNumber(given, given.Tokens[0], 0, long.MaxValue),
    };

    readonly Option<long?> _for = new("--for")
    {
        Description = "End after so much time",
        HelpName = "SECONDS",
        CustomParser = given => Complaint.ReadNumber(given, given.Tokens[0], 1, int.MaxValue / 1000),
    };

    readonly Option<string> _spoolSize = new("--spool-size")
    {
        Description = "How much of the stream to keep in a file while the output is slower; with K, M, G (4G)",
        HelpName = "BYTES",
    };

    readonly Option<string> _spoolFolder = new("--spool-folder")
    {
        Description = "The folder of that file; without it, the folder of the state, or that for temporary files",
        HelpName = "FOLDER",
    };

    readonly Option<string> _transcript = new("--transcript")
    {
        Description = "Record the conversation with the master, without data and passwords, in this file",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        Option[] options =
        [
            _output,
            _format,
            _state,
            _from,
            _fromNow,
            _requirePartial,
            _snapshot,
            _match,
            _command,
            _db,
            _limit,
            _untilOffset,
            _for,
            _spoolSize,
            _spoolFolder,
            _transcript,
        ];
        foreach (var option in options)
            command.Add(option);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">It cannot be done as asked.</exception>
    public FollowPlan Read(ParseResult parsed)
    {
        var plan = new FollowPlan
        {
            Output = parsed.GetValue(_output)!,
            Format = parsed.GetValue(_format)!,
            State = parsed.GetValue(_state),
            FromText = parsed.GetValue(_from),
            FromNow = parsed.GetValue(_fromNow),
            RequirePartial = parsed.GetValue(_requirePartial),
            Snapshot = parsed.GetValue(_snapshot),
            Filter = new(
                parsed.GetValue(_match) ?? [],
                (parsed.GetValue(_command) ?? []).SelectMany(names => names.Split(',')),
                parsed.GetValue(_db) ?? []
            ),
            Limits = new(
                parsed.GetValue(_limit),
                parsed.GetValue(_untilOffset),
                parsed.GetValue(_for) is { } seconds ? TimeSpan.FromSeconds(seconds) : null
            ),
            SpoolSizeText = parsed.GetValue(_spoolSize),
            SpoolFolder = parsed.GetValue(_spoolFolder),
            Transcript = parsed.GetValue(_transcript),
        };
        plan.Check();
        return plan;
    }

    /// <summary>Whether the stream goes to standard output, whatever else is wrong.</summary>
    public bool GoesToStandardOutput(ParseResult parsed) => parsed.GetValue(_output) is "-" or "/dev/stdout";

    /// <summary>What people call the output.</summary>
    public string Target(ParseResult parsed) =>
        GoesToStandardOutput(parsed) ? Failure.StandardOutput : parsed.GetValue(_output)!;
}
