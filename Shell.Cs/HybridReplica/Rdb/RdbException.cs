using HybridReplica.Core;

namespace HybridReplica;

/// <summary>An RDB could not be read to its end. What was read before is what the RDB says.</summary>
/// <param name="fault">Why, and where.</param>
public sealed class RdbException(RdbFault fault) : Exception($"{fault.Trouble} at byte {fault.Offset}")
{
    /// <summary>Why, and where, to branch on.</summary>
    public RdbFault Fault { get; } = fault;
}
