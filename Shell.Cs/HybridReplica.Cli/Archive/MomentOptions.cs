using System.CommandLine;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The options that name a moment of an archive.</summary>
sealed class MomentOptions
{
    readonly Option<string> _offset = new("--to-offset")
    {
        Description = "Up to this offset of the newest history, or of the one with this replication id",
        HelpName = "N|ID:N",
    };

    readonly Option<string> _time = new("--to-time")
    {
        Description = "What was received up to this time: 2026-11-22T12:00:00Z; without a zone it is local time",
        HelpName = "ISO8601",
    };

    readonly Option<string> _command = new("--before-command")
    {
        Description = "Up to the last such command, without it: a name, or a name and its first arguments",
        HelpName = "'FLUSHALL'",
    };

    readonly Option<int?> _nth = new("--nth")
    {
        Description = "The N-th such command from the end; 1 is the last",
        HelpName = "N",
        CustomParser = given => (int)Complaint.ReadNumber(given, given.Tokens[0], 1, int.MaxValue),
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_offset);
        command.Add(_time);
        command.Add(_command);
        command.Add(_nth);
    }

    /// <summary>The moment. Without any of the options it is the newest.</summary>
    /// <exception cref="UsageException">There is no such moment.</exception>
    public WantedMoment Read(ParseResult parsed)
    {
        Option[] moments = [_offset, _time, _command];
        if (
            moments.Where(option => parsed.GetResult(option) is { Implicit: false }).ToList()
            is [var one, var other, ..]
        )
            throw new UsageException($"{one.Name} and {other.Name} contradict each other: give one of them");
        if (parsed.GetValue(_nth) is not null && parsed.GetValue(_command) is null)
            throw new UsageException("--nth counts commands, so it needs --before-command");

        return (parsed.GetValue(_offset), parsed.GetValue(_time), parsed.GetValue(_command)) switch
        {
            ({ } offset, _, _) => new WantedMoment.At(WantedMoment.ReadOffset(offset, _offset.Name)),
            (_, { } time, _) => new WantedMoment.At(Moment.NewToTime(ReadTime(time))),
            (_, _, { } command) when CommandPattern.TryParse(command).IsNone => throw new UsageException(
                $"--before-command takes a command as on the line of redis-cli, and {command} is none"
            ),
            (_, _, { } command) => new WantedMoment.Before(command, parsed.GetValue(_nth) ?? 1),
            _ => new WantedMoment.At(Moment.Newest),
        };
    }

    long ReadTime(string text) => Instant.Read(text, _time.Name, TimeZoneInfo.Local).ToUnixTimeMilliseconds();
}
