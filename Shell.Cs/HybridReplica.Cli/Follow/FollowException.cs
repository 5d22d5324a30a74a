namespace HybridReplica.Cli.Follow;

/// <summary>Following ended in a way that neither the master nor the library knows of.</summary>
/// <param name="failure">What to tell.</param>
sealed class FollowException(Failure failure) : FailureException(failure)
{
    /// <summary>What was written would no longer lead to the data that the master has.</summary>
    public static FollowException Gap(FullResync resync) =>
        new(
            new(
                ExitCode.Gap,
                "History",
                $"The master would send everything anew ({resync.Reason}), and commands cannot say so",
                "begin anew with another output and another state, and --snapshot for the data before it"
            )
        );

    /// <summary>Half a command was handed out, and comes again.</summary>
    public static FollowException BrokenOff() =>
        new(
            new(
                ExitCode.Network,
                "Network",
                "The connection was lost in the middle of a large command, half of which cannot be taken back",
                "start again from the last position"
            )
        );

    /// <summary>The output is not the one that the state was stored with.</summary>
    public static FollowException Shorter(FollowOutput output, long stored, string state) =>
        new(
            new(
                ExitCode.Corrupt,
                "Corrupt",
                $"The output {output.Name} has {output.Length} bytes, and {stored} belong to the state {state}",
                "restore it, or remove both to start with a new snapshot"
            )
        );
}
