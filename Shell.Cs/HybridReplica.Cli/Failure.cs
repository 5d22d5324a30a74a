using HybridReplica.Core;

namespace HybridReplica.Cli;

/// <summary>An end that is not the one that was wanted: its number, and what to say about it.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Name">A stable name for scripts.</param>
/// <param name="Message">What happened and whose doing it was, without a full stop.</param>
/// <param name="Advice">What to try, without a full stop.</param>
sealed record Failure(int ExitCode, string Name, string Message, string Advice)
{
    /// <summary>The target that is no file: what it was given stays given.</summary>
    public const string StandardOutput = "standard output";

    /// <summary>The one line.</summary>
    public string Line => TerminalText.Line($"hybrid-replica: {Message}; {Advice}.");

    /// <summary>What an exception means to the person at the terminal.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="master">The master, or the snapshot, it may be about, without a password.</param>
    /// <param name="target">The target it may be about: a file, or <see cref="StandardOutput"/>.</param>
    public static Failure Of(Exception exception, string? master = null, string? target = null) =>
        exception switch
        {
            ReplicaException replica => new Failure(
                Cli.ExitCode.Of(replica.Blame),
                replica.Blame.ToString(),
                replica.Message + Subject(replica.Blame.IsDisk || replica.Fault.IsArchiveRefused ? target : master),
                replica.Advice
            ),
            ArchiveException archive => new Failure(
                Cli.ExitCode.Of(archive.Blame),
                archive.Blame.ToString(),
                archive.Message + Subject(NamesItsPlace(archive.Fault) ? null : target),
                archive.Advice
            ),
            FailureException known => known.Failure,
            RdbException damaged => new Failure(
                Cli.ExitCode.Corrupt,
                "Corrupt",
                RdbWording.Fault(damaged.Fault) + Subject(master),
                RdbWording.Advice(damaged.Fault.Trouble)
            ),
            PositionStoreException stored => new Failure(
                Cli.ExitCode.Corrupt,
                "Corrupt",
                stored.Message,
                stored.Advice
            ),
            OperationCanceledException => new Failure(
                Cli.ExitCode.Interrupted,
                "Interrupted",
                "Interrupted before the end",
                target == StandardOutput ? "what standard output got is not all of it" : "nothing was left behind"
            ),
            IOException or UnauthorizedAccessException => new Failure(
                Cli.ExitCode.Disk,
                "Disk",
                exception.Message.TrimEnd('.'),
                "check the file and its folder"
            ),
            UsageException => new Failure(
                Cli.ExitCode.Usage,
                "Usage",
                exception.Message.TrimEnd('.'),
                "see hybrid-replica --help"
            ),
            _ => new Failure(
                Cli.ExitCode.Bug,
                "Bug",
                $"This is a bug of ours: {exception.GetType().Name}: {exception.Message.TrimEnd('.')}",
                "please report it with what --verbose prints"
            ),
        };

    // What is restored goes elsewhere, and is named by its whole path. To name the archive as well would mislead.
    static bool NamesItsPlace(ArchiveFault fault) =>
        fault is ArchiveFault.OutputExists || fault is ArchiveFault.File { file: var file } && Path.IsPathRooted(file);

    static string Subject(string? name) => name is null ? "" : $" ({name})";
}
