namespace HybridReplica.Tests.Simulation.Following

open HybridReplica.Core

/// What happens in a conversation, but for the conversation itself.
[<RequireQualifiedAccess>]
type Happening =
    /// The master writes commands, over so many databases, with values of at most so many bytes.
    | Written of commands: int * databases: int * longest: int
    /// The same, all in one transaction.
    | Transacted of commands: int * databases: int * longest: int
    /// The master asks how much was applied.
    | Asked
    /// The connection is lost.
    | Dropped of trouble: NetworkTrouble
    /// The master says nothing for so many seconds, and then all of it.
    | Frozen of seconds: int
    /// A replica of the master becomes the master, that lacks its last so many changes.
    | FailedOver of behind: int
    /// The master forgets its backlog.
    | Forgotten
    /// The master begins a new history.
    | StartedOver
    /// The master writes nonsense into its history.
    | Nonsense of bytes: string
    /// Between two commands, something is on the wire that nobody sent.
    | Garbage of bytes: string
    /// Nobody can connect for so many seconds.
    | Unreachable of seconds: int
    /// The master does not serve for so many seconds.
    | Unwilling of condition: MasterCondition * seconds: int
    /// A bit turns over in each of the next snapshots; it is the same one if `isSame`.
    | Damaged of snapshots: int * isSame: bool
    /// The consumer does nothing for so many seconds.
    | Overslept of seconds: int
    /// The replica's process dies, and is there again after so many seconds.
    | Died of seconds: int
