using HybridReplica.Core;

namespace HybridReplica.Cli.Follow;

/// <summary>What a run of <c>follow</c> is asked to do.</summary>
sealed class FollowPlan
{
    const string StandardOutput = "-";

    /// <summary>Commands larger than this, in bytes, are written while they come.</summary>
    const long LargeCommand = 16 * 1024 * 1024;

    public required string Output { get; init; }
    public required string Format { get; init; }
    public string? State { get; init; }
    public string? FromText { get; init; }
    public bool FromNow { get; init; }
    public bool RequirePartial { get; init; }
    public string? Snapshot { get; init; }
    public required CommandFilter Filter { get; init; }
    public required FollowLimits Limits { get; init; }
    public string? SpoolSizeText { get; init; }
    public string? SpoolFolder { get; init; }
    public string? Transcript { get; init; }

    /// <summary>Whether the stream goes to standard output, and with it nothing else.</summary>
    public bool IsToStandardOutput => Output is StandardOutput or "/dev/stdout";

    /// <summary>Where to begin when the state holds no position. Null: not given.</summary>
    public Position? From { get; private set; }

    /// <summary>Finds what cannot be done as asked, before anything is touched.</summary>
    /// <exception cref="UsageException">There is such a thing.</exception>
    public void Check()
    {
        CheckNames();
        if (Format is not ("jsonl" or "resp" or "text"))
            throw new UsageException($"There is no format {Format}; there are jsonl, resp and text");
        if (FromText is not null)
            From = ReadPosition(FromText);
        if (From is not null && FromNow)
            throw new UsageException("--from and --from-now contradict each other");
        if (FromNow && Snapshot is not null)
            throw new UsageException("--from-now asks for no data set, so --snapshot would keep none");
        if (FromNow && RequirePartial)
            throw new UsageException("--from-now begins without a position, and --require-partial needs one");
        if (RequirePartial && State is null && From is null)
            throw new UsageException("--require-partial needs a position: give --state or --from");
    }

    /// <summary>The position to begin at, once the state is known.</summary>
    /// <exception cref="UsageException">A position is needed, and there is none.</exception>
    public Position? Start(Position? stored)
    {
        var start = stored ?? From;
        if (RequirePartial && start is null)
            throw new UsageException(
                $"--require-partial needs a position, and the state {State} holds none; give --from"
            );
        if (Format == "resp" && start is { Database.IsValueNone: true } position)
            throw new UsageException($"The position {position} does not name the database, and resp needs it");
        return start;
    }

    /// <summary>Tells the library.</summary>
    public void Apply(ReplicaOptions options)
    {
        options.LargeCommand = LargeCommand;
        options.FromNow = FromNow;
        options.SnapshotPath = Snapshot is null ? null : Path.GetFullPath(Snapshot);
        if (RequirePartial)
            options.Resume = ResumePolicy.PartialOnly;
        // Beside the state there is room that somebody has thought of; the folder for temporary files may be memory.
        options.SpoolFolder = SpoolFolder ?? (State is null ? null : Path.GetDirectoryName(Path.GetFullPath(State)));
        if (SpoolSizeText is not null)
            options.SpoolSize = ByteSize.Read(SpoolSizeText);
    }

    /// <summary>Opens the output.</summary>
    public FollowOutput Open()
    {
        if (IsToStandardOutput)
            return new OutputStream("standard output", OutputPipe.Open());

        // A named pipe, or a device: it keeps nothing that could be cut off.
        var stream = new FileStream(
            Output,
            FileMode.OpenOrCreate,
            FileAccess.Write,
            FileShare.ReadWrite,
            bufferSize: 0
        );
        if (!stream.CanSeek)
            return new OutputStream(Output, stream);

        stream.Dispose();
        return OutputFile.Open(Output);
    }

    void CheckNames()
    {
        (string Option, string? Path)[] files =
        [
            ("--output", IsToStandardOutput ? null : Output),
            ("--state", State),
            ("--snapshot", Snapshot),
            ("--transcript", Transcript),
        ];
        foreach (var (option, path) in files)
        {
            if (path?.Length == 0)
                throw new UsageException($"The name of the file of {option} is empty");
        }

        var given = files.Where(file => file.Path is not null).ToLookup(file => Path.GetFullPath(file.Path!));
        if (given.FirstOrDefault(same => same.Count() > 1) is { } shared)
            throw new UsageException($"{string.Join(" and ", shared.Select(file => file.Option))} name the same file");
    }

    static Position ReadPosition(string text) =>
        Position.TryParse(text) is { IsValueSome: true, Value: var position }
            ? position
            : throw new UsageException($"{text} is no position; it looks like <40 characters>:1432:0");
}
