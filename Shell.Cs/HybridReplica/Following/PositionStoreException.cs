namespace HybridReplica;

/// <summary>What is wrong with a position file.</summary>
public enum PositionStoreProblem
{
    /// <summary>It is not what was stored: cut off, changed, or no position file at all.</summary>
    Damaged,

    /// <summary>A newer version wrote it, in a form that is not known here.</summary>
    Newer,
}

/// <summary>A position file cannot be used. The file is left as it is.</summary>
public sealed class PositionStoreException : Exception
{
    internal PositionStoreException(PositionStoreProblem problem, string message)
        : base(message) => Problem = problem;

    /// <summary>What is wrong, to branch on.</summary>
    public PositionStoreProblem Problem { get; }

    /// <summary>What to try, beginning in lower case and without a full stop.</summary>
    public string Advice =>
        Problem == PositionStoreProblem.Newer
            ? "use the version that wrote it, or a later one"
            : "restore it, or remove it to start with a new snapshot";
}
