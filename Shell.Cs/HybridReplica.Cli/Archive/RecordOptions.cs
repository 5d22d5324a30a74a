using System.CommandLine;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The argument and the options that say what to archive, where to, and how.</summary>
sealed class RecordOptions
{
    readonly Argument<string[]> _places = new("[URI] DIR")
    {
        Description =
            "The master (redis://[user@]host[:port], rediss://… for TLS, unix:///path; without one "
            + $"{MasterOptions.Nearby}), and the folder of the archive, which is created",
        Arity = new ArgumentArity(1, 2),
    };

    readonly Option<string> _segmentSize = new("--segment-size")
    {
        Description = "The size of the stream in a file at which the next one is begun; with K, M, G (64mb)",
        HelpName = "SIZE",
        DefaultValueFactory = _ => "256mb",
    };

    readonly Option<string> _segmentAge = new("--segment-age")
    {
        Description = "The age of a file at which the next one is begun: 90s, 15m, 24h, 7d",
        HelpName = "DURATION",
        DefaultValueFactory = _ => "6h",
    };

    readonly Option<string> _fsync = new("--fsync")
    {
        Description = "When what was received is synced to disk, as appendfsync",
        HelpName = string.Join('|', FsyncPolicy.All),
        DefaultValueFactory = _ => ArchiveSettings.Default.Fsync.Name,
    };

    readonly Option<string> _baseEvery = new("--base-every")
    {
        Description = "Take another base when the newest is that old: 90s, 15m, 24h, 7d",
        HelpName = "DURATION",
    };

    readonly Option<string> _transcript = new("--transcript")
    {
        Description = "Record the conversation with the master, without data and passwords, in this file",
        HelpName = "FILE",
    };

    readonly RetentionOptions _retention = new();
    readonly NameOption _name = new();

    /// <summary>The options about the master.</summary>
    public MasterOptions Master { get; }

    public RecordOptions() => Master = new(_places, Uri);

    /// <summary>Adds the argument and the options to a verb.</summary>
    public void AddTo(Command command)
    {
        Master.AddTo(command, withRdbOnly: false);
        command.Add(_segmentSize);
        command.Add(_segmentAge);
        command.Add(_fsync);
        _retention.AddTo(command);
        command.Add(_baseEvery);
        _name.AddTo(command);
        command.Add(_transcript);
    }

    /// <summary>The folder as it was named, whatever else is wrong.</summary>
    public string Folder(ParseResult parsed) => parsed.GetValue(_places)![^1];

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">It cannot be done as asked.</exception>
    public RecordPlan Read(ParseResult parsed)
    {
        var folder = Folder(parsed);
        if (folder.Contains("://", StringComparison.Ordinal))
            throw new UsageException("archive needs DIR, the folder of the archive, behind the URI");

        var transcript = parsed.GetValue(_transcript);
        if (transcript?.Length == 0)
            throw new UsageException("The name of the transcript is empty");

        return new()
        {
            Folder = FolderOptions.Check(folder),
            Name = _name.Read(parsed),
            SegmentSize = ReadSize(parsed.GetValue(_segmentSize)!),
            SegmentAge = ReadDuration(parsed, _segmentAge),
            Fsync = ReadPolicy(parsed.GetValue(_fsync)!),
            Keep = _retention.Read(parsed) ?? Retention.Everything,
            BaseEvery = ReadDuration(parsed, _baseEvery),
            Transcript = transcript,
        };
    }

    string Uri(ParseResult parsed) => parsed.GetValue(_places) is [var uri, _] ? uri : MasterOptions.Nearby;

    static long ReadSize(string text) =>
        ByteSize.Read(text) is > 0 and var size
            ? size
            : throw new UsageException($"--segment-size takes a size above zero, and {text} is none");

    static TimeSpan? ReadDuration(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is { } text ? Duration.Read(text, option.Name) : null;

    static FsyncPolicy ReadPolicy(string name) =>
        FsyncPolicy.All.FirstOrDefault(policy => policy.Name == name)
        ?? throw new UsageException($"There is no policy --fsync {name}; there are always, everysec and no");
}
