namespace HybridReplica.Cli.Inspect.Report;

/// <summary>How a report is shown.</summary>
/// <param name="Width">How many characters fit on a line.</param>
/// <param name="HasColour">Whether there are colours, as terminals know them.</param>
/// <param name="Bar">What bars are made of.</param>
sealed record ReportStyle(int Width, bool HasColour, char Bar)
{
    const int UsualWidth = 100;
    const int Narrowest = 40;
    const int Widest = 120;
    const int Utf8 = 65001;

    /// <summary>
    /// What suits standard output: colours on a terminal only, and never if NO_COLOR is set or the terminal is said to
    /// be dumb.
    /// </summary>
    public static ReportStyle OfStandardOutput()
    {
        var isTerminal = !Console.IsOutputRedirected;
        var width = isTerminal ? Console.WindowWidth : 0;
        var wantsNone =
            !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || Environment.GetEnvironmentVariable("TERM") is "dumb";
        return new(
            width > 0 ? Math.Clamp(width, Narrowest, Widest) : UsualWidth,
            isTerminal && !wantsNone,
            Console.OutputEncoding.CodePage == Utf8 ? '█' : '#'
        );
    }
}
