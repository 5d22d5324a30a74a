using HybridReplica.Core;

namespace HybridReplica;

/// <summary>An archive cannot be read, verified, pruned or restored.</summary>
/// <remarks>
/// The message says what happened, and to which file. Reading, verifying and restoring have changed nothing then. What
/// was pruned or rebuilt before it stays so, and the archive is whole.
/// </remarks>
/// <param name="fault">The cause.</param>
public sealed class ArchiveException(ArchiveFault fault) : Exception(ArchiveFaultWording.Fault(fault))
{
    /// <summary>The cause, to branch on.</summary>
    public ArchiveFault Fault { get; } = fault;

    /// <summary>
    /// Whose doing it is: the disk's, of whoever damaged the data, or nobody's, because the moment is not there
    /// (<see cref="Blame.History"/>).
    /// </summary>
    public Blame Blame { get; } = ArchiveFaultTable.Blame(fault);

    /// <summary>What to try, beginning in lower case and without a full stop.</summary>
    public string Advice { get; } = ArchiveFaultWording.Advice(fault);
}
