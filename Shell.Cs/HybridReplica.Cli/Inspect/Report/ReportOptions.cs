namespace HybridReplica.Cli.Inspect.Report;

/// <summary>What a report is about.</summary>
/// <param name="Now">The time that keys have expired at, or have not.</param>
sealed record ReportOptions(DateTimeOffset Now)
{
    /// <summary>What divides keys where nothing else is said.</summary>
    public const string UsualSeparators = ":";

    /// <summary>The most characters that may divide keys.</summary>
    public const int MostSeparators = 4;

    /// <summary>How many of the largest keys are named.</summary>
    public int Largest { get; init; } = 10;

    /// <summary>The ASCII characters that divide keys into parts, <see cref="MostSeparators"/> at most.</summary>
    public string Separators { get; init; } = UsualSeparators;

    /// <summary>Whether these characters can divide keys.</summary>
    public static bool AreSeparators(string separators) =>
        separators.Length is > 0 and <= MostSeparators && separators.All(separator => separator is >= ' ' and <= '~');
}
