using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Sees every step of a replica's conversation with its master, in order.</summary>
public interface IReplicaObserver
{
    /// <summary>
    /// One step was decided: called after the decision and before its commands are carried out, on the loop itself,
    /// which goes on when the call returns. An exception ends the session, with nothing left behind.
    /// </summary>
    /// <param name="happened">What happened.</param>
    /// <param name="state">The state that followed.</param>
    /// <param name="commands">What is done about it.</param>
    void Observe(Event happened, State state, IReadOnlyList<Command> commands);
}
