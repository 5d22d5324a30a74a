using HybridReplica.Cli.Inspect.Report;

namespace HybridReplica.Cli.Inspect;

/// <summary>What a run of <c>inspect</c> is asked to do.</summary>
sealed class InspectPlan
{
    /// <summary>The format that is a report.</summary>
    public const string Summary = "summary";

    /// <summary>The format that has an object for each key.</summary>
    public const string JsonLines = "jsonl";

    /// <summary>The format that has commands.</summary>
    public const string Resp = "resp";

    /// <summary>The format that has a key on each line.</summary>
    public const string Keys = "keys";

    /// <summary>What stands for a format where nothing is written.</summary>
    public const string Check = "check";

    /// <summary>All formats.</summary>
    public static readonly string[] Formats = [Summary, JsonLines, Resp, Keys];

    public required string Format { get; init; }

    /// <summary>The file to write. Null: standard output.</summary>
    public string? Output { get; init; }

    /// <summary>Whether to keep what came before the damage.</summary>
    public bool KeepPartial { get; init; }

    public required EntryFilter Filter { get; init; }

    /// <summary>How many keys to write at most.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>The characters that divide keys, for the report.</summary>
    public string Separators { get; init; } = ReportOptions.UsualSeparators;

    /// <summary>Whether only to look whether it is sound.</summary>
    public bool IsCheck => Format == Check;

    /// <summary>Whether the result is a report.</summary>
    public bool IsSummary => Format == Summary;

    /// <summary>Finds what cannot be done as asked, before anything is touched.</summary>
    /// <exception cref="UsageException">There is such a thing.</exception>
    public void Validate()
    {
        if (!IsCheck && !Formats.Contains(Format))
            throw new UsageException($"There is no format {Format}; there are {string.Join(", ", Formats)}");
        if (!IsSummary && Separators != ReportOptions.UsualSeparators)
            throw new UsageException("--separators is for the format summary");
        if (!ReportOptions.AreSeparators(Separators))
            throw new UsageException(
                $"--separators takes one to {ReportOptions.MostSeparators} printable ASCII characters"
            );
        if (Output?.Length == 0)
            throw new UsageException("The name of the file of --output is empty");
        if (KeepPartial && Output is null)
            throw new UsageException("--keep-partial is for a file, and --output names none");
        if (Format == Resp && Output is null && !Console.IsOutputRedirected)
            throw new UsageException("Commands are nothing for a terminal: redirect standard output, or name a file");
    }
}
