using System.CommandLine;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The options that say what becomes of a moment: files that a server starts from, or a look at it.</summary>
sealed class RestoreTarget
{
    const int UsualCommands = 20;

    readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The folder that a server is started in; appendonlydir is created in it",
        HelpName = "OUTDIR",
    };

    readonly Option<string> _server = new("--server")
    {
        Description = "Refuse a base that this server cannot load: 7.0.15, valkey-8.1",
        HelpName = "VERSION",
    };

    readonly Option<string> _base = new("--base")
    {
        Description = "Begin with this base, one of those that archive list shows, and not with the nearest",
        HelpName = "FILE",
    };

    readonly Option<string> _rewriteExpiry = new("--rewrite-expiry")
    {
        Description = "Rewrite EXPIRE and the like to say until when; without it, for masters up to 6.2",
        HelpName = "yes|no",
    };

    readonly Option<int?> _listCommands = new("--list-commands")
    {
        Description = $"Only show the so many commands around the moment ({UsualCommands} without a number)",
        HelpName = "N",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = given =>
            given.Tokens is [var count] ? (int)Complaint.ReadNumber(given, count, 1, 10_000) : UsualCommands,
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_output);
        command.Add(_server);
        command.Add(_base);
        command.Add(_rewriteExpiry);
        command.Add(_listCommands);
    }

    /// <summary>How many commands to show. Null: none, the moment is to be restored.</summary>
    /// <exception cref="UsageException">Both is asked for.</exception>
    public int? Commands(ParseResult parsed)
    {
        if (parsed.GetResult(_listCommands) is not { Implicit: false })
            return null;

        Option[] useless = [_output, _server, _base, _rewriteExpiry];
        if (useless.FirstOrDefault(option => parsed.GetResult(option) is not null) is { } given)
            throw new UsageException($"--list-commands restores nothing, so {given.Name} has no use");
        return parsed.GetValue(_listCommands) ?? UsualCommands;
    }

    /// <summary>The folder to restore to.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public string Folder(ParseResult parsed) =>
        parsed.GetValue(_output) switch
        {
            null => throw new UsageException("restore needs -o OUTDIR, or --list-commands"),
            "" => throw new UsageException("The name of the output folder is empty"),
            "-" => throw new UsageException("A folder cannot go to standard output: name it with -o"),
            { } folder => folder,
        };

    /// <summary>How to restore it.</summary>
    /// <exception cref="UsageException">There is no such server, or no such answer.</exception>
    public RestoreOptions Options(ParseResult parsed) =>
        new()
        {
            ServerVersion = Server(parsed),
            Base = parsed.GetValue(_base),
            RewriteExpiry = parsed.GetValue(_rewriteExpiry) switch
            {
                null => null,
                "yes" => true,
                "no" => false,
                { } other => throw new UsageException($"--rewrite-expiry takes yes or no, and not {other}"),
            },
        };

    string? Server(ParseResult parsed) =>
        parsed.GetValue(_server) is { } text && ServerVersion.TryParse(text).IsNone
            ? throw new UsageException($"--server takes a version such as 7.0.15 or valkey-8.1, and {text} is none")
            : parsed.GetValue(_server);
}
