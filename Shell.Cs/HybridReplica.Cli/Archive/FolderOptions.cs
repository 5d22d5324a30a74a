using System.CommandLine;
using Command = System.CommandLine.Command;

namespace HybridReplica.Cli.Archive;

/// <summary>The argument and the option that say which archive a verb is about.</summary>
sealed class FolderOptions
{
    readonly Argument<string> _folder = new("DIR") { Description = "The folder of the archive" };

    readonly NameOption _name = new();

    /// <summary>Adds the argument and the option to a verb.</summary>
    public void AddTo(Command command)
    {
        _folder.Validators.Add(Complaint.RefuseOptions);
        command.Add(_folder);
        _name.AddTo(command);
    }

    /// <summary>The folder as it was named.</summary>
    public string Folder(ParseResult parsed) => parsed.GetValue(_folder)!;

    /// <summary>The archive.</summary>
    /// <exception cref="UsageException">There can be none of that name.</exception>
    public ReplicaArchive Read(ParseResult parsed) => new(Check(Folder(parsed)), _name.Read(parsed));

    /// <summary>The folder, if it can be one.</summary>
    /// <exception cref="UsageException">It has no name.</exception>
    public static string Check(string folder) =>
        folder.Length > 0 ? folder : throw new UsageException("The name of the folder is empty");
}
