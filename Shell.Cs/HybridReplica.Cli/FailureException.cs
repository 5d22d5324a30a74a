namespace HybridReplica.Cli;

/// <summary>A verb ended in a way that neither the master nor the library knows of.</summary>
/// <param name="failure">What to tell.</param>
class FailureException(Failure failure) : Exception(failure.Message)
{
    /// <summary>What to tell.</summary>
    public Failure Failure { get; } = failure;

    /// <summary>Nobody takes what is written.</summary>
    public static FailureException BrokenPipe(string output) =>
        new(
            new(
                ExitCode.Disk,
                "Disk",
                $"The output cannot be written: nobody reads the pipe any more ({output})",
                "look at the program behind the pipe"
            )
        );
}
