using System.CommandLine;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The options that say what is kept of an archive.</summary>
sealed class RetentionOptions
{
    readonly Option<int?> _keep = new("--keep")
    {
        Description = "Keep the newest so many bases, and all of the stream behind the oldest of them",
        HelpName = "N",
        CustomParser = given => (int)Complaint.ReadNumber(given, given.Tokens[0], 1, int.MaxValue),
    };

    readonly Option<string> _keepFor = new("--keep-for")
    {
        Description = "Keep what is needed for every moment of that long: 90s, 15m, 24h, 7d",
        HelpName = "DURATION",
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_keep);
        command.Add(_keepFor);
    }

    /// <summary>What was asked for. Null: nothing was.</summary>
    /// <exception cref="UsageException">It cannot be done as asked.</exception>
    public Retention? Read(ParseResult parsed) =>
        (parsed.GetValue(_keep), parsed.GetValue(_keepFor)) switch
        {
            ({ }, { }) => throw new UsageException("--keep and --keep-for contradict each other: give one of them"),
            ({ } bases, null) => Retention.NewBases(bases),
            (null, { } text) => Retention.NewSeconds((long)Duration.Read(text, _keepFor.Name).TotalSeconds),
            _ => null,
        };
}
