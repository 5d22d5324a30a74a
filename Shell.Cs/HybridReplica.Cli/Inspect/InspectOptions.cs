using System.CommandLine;
using HybridReplica.Cli.Inspect.Report;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Inspect;

/// <summary>The options that say what to look at, and how it is written.</summary>
sealed class InspectOptions
{
    readonly Option<string> _format = new("--format")
    {
        Description =
            "summary: a report; jsonl: an object for each key; resp: for redis-cli --pipe; keys: a key on each line",
        HelpName = string.Join('|', InspectPlan.Formats),
        DefaultValueFactory = _ => InspectPlan.Summary,
    };

    readonly Option<bool> _check = new("--check")
    {
        Description = "Only look whether it is sound, structure and checksum: exit code 8 where it is not",
    };

    readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to write, replaced only once all was written; - is standard output",
        HelpName = "FILE|-",
        DefaultValueFactory = _ => "-",
    };

    readonly Option<bool> _keepPartial = new("--keep-partial")
    {
        Description = "Of a snapshot that is damaged, keep the keys in front of the damage in the file of --output",
    };

    readonly Option<int[]> _db = new("--db")
    {
        Description = "Only keys in this database; may be given more than once",
        HelpName = "N",
        CustomParser = given =>
            [.. given.Tokens.Select(token => (int)Complaint.ReadNumber(given, token, 0, int.MaxValue))],
    };

    readonly Option<string[]> _match = new("--match")
    {
        Description = "Only keys that fit, as in KEYS; may be given more than once",
        HelpName = "PATTERN",
    };

    readonly Option<string[]> _type = new("--type")
    {
        Description = "Only keys of these types: string, list, set, zset, hash, stream, array, module",
        HelpName = "TYPE,…",
    };

    readonly Option<string> _minSize = new("--min-size")
    {
        Description = "Only keys that take at least so many bytes in the snapshot; with K, M, G (64K)",
        HelpName = "BYTES",
    };

    readonly Option<long?> _limit = new("--limit")
    {
        Description = "End after so many keys",
        HelpName = "N",
        CustomParser = given => Complaint.ReadNumber(given, given.Tokens[0], 1, long.MaxValue),
    };

    readonly Option<string> _separators = new("--separators")
    {
        Description = "summary: the characters that divide keys",
        HelpName = "CHARACTERS",
        DefaultValueFactory = _ => ReportOptions.UsualSeparators,
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        Option[] options = [_format, _check, _output, _keepPartial, _db, _match, _type, _minSize, _limit, _separators];
        foreach (var option in options)
            command.Add(option);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">It cannot be done as asked.</exception>
    public InspectPlan Read(ParseResult parsed)
    {
        var check = parsed.GetValue(_check);
        Option[] useless = [_format, _output, _keepPartial, _db, _match, _type, _minSize, _limit, _separators];
        if (check && useless.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
            throw new UsageException($"--check looks at all of it and writes none of it, so {given.Name} has no use");

        var plan = new InspectPlan
        {
            Format = check ? InspectPlan.Check : parsed.GetValue(_format)!,
            Output = Target(parsed),
            KeepPartial = parsed.GetValue(_keepPartial),
            Filter = new(
                parsed.GetValue(_match) ?? [],
                (parsed.GetValue(_type) ?? []).SelectMany(types => types.Split(',')),
                parsed.GetValue(_db) ?? [],
                parsed.GetValue(_minSize) is { } size ? ByteSize.Read(size) : 0
            ),
            Limit = parsed.GetValue(_limit) ?? long.MaxValue,
            Separators = parsed.GetValue(_separators)!,
        };
        plan.Validate();
        return plan;
    }

    /// <summary>The file to write, whatever else is wrong. Null: standard output.</summary>
    public string? Target(ParseResult parsed) =>
        parsed.GetValue(_output) is { } path and not ("-" or "/dev/stdout") ? path : null;

    /// <summary>Whether standard output is for keys, whatever else is wrong.</summary>
    public bool WritesToStandardOutput(ParseResult parsed) =>
        Target(parsed) is null && !parsed.GetValue(_check) && parsed.GetValue(_format) is not InspectPlan.Summary;
}
