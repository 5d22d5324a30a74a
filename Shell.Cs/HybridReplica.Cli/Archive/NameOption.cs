using System.CommandLine;
using HybridReplica.Core;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The option that says what the names of an archive's files begin with (<c>appendfilename</c>).</summary>
sealed class NameOption
{
    readonly Option<string> _name = new("--name")
    {
        Description = "What the names of its files begin with",
        HelpName = "NAME",
        DefaultValueFactory = _ => ArchiveSettings.Default.Name,
    };

    /// <summary>Adds the option to a verb.</summary>
    public void AddTo(Command command) => command.Add(_name);

    /// <summary>The name.</summary>
    /// <exception cref="UsageException">No file can have it.</exception>
    public string Read(ParseResult parsed)
    {
        var name = parsed.GetValue(_name)!;
        return ArchiveNames.IsName(name)
            ? name
            : throw new UsageException($"{SettingsTrouble.NewBadArchiveName(name)}");
    }
}
