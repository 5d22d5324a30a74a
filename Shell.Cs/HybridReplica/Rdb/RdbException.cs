using HybridReplica.Core;

namespace HybridReplica;

/// <summary>An RDB could not be read to its end. What was read before is what the RDB says.</summary>
/// <remarks>The message says what is wrong, where, and what was still good.</remarks>
/// <param name="fault">The cause.</param>
public sealed class RdbException(RdbFault fault) : Exception(RdbWording.Fault(fault))
{
    /// <summary>The cause, to branch on.</summary>
    public RdbFault Fault { get; } = fault;

    /// <summary>What to try, beginning in lower case and without a full stop.</summary>
    public string Advice { get; } = RdbWording.Advice(fault.Trouble);
}
