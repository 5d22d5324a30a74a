using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A replica's session with its master failed, and nothing is left behind.</summary>
/// <remarks>The message says what happened. It never holds a password, nor the address of the master.</remarks>
/// <param name="fault">The cause.</param>
public sealed class ReplicaException(Fault fault) : Exception(Wording.Fault(fault))
{
    /// <summary>The cause, to branch on.</summary>
    public Fault Fault { get; } = fault;

    /// <summary>Whose doing it is.</summary>
    public Blame Blame { get; } = FaultTable.Blame(fault);

    /// <summary>What to try, beginning in lower case and without a full stop.</summary>
    public string Advice { get; } = Wording.Advice(fault);
}
