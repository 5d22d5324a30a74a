namespace HybridReplica.Core

/// What whoever consumes the stream is told, in its place between the commands.
[<RequireQualifiedAccess>]
type Notice =
    /// Everything is copied: what was handed over so far is history.
    | FullResync of reason: FullResyncReason
    /// The snapshot is announced.
    | SnapshotStarted of framing: Remainder
    /// The snapshot is whole, checked and in its place. The stream begins at the position.
    | SnapshotReceived of snapshot: Snapshot * position: Position
    /// The stream goes on. `isRewound` says that what was handed over behind the position is void and comes again;
    /// otherwise it goes on exactly where it was.
    | Resumed of position: Position * isRewound: bool
    /// The connection is gone; the next is tried in so many seconds.
    | Disconnected of fault: Fault * seconds: int
    /// Nothing is received until some of what waits was taken. None: there is as much of it as there may be.
    | SpoolFilled of trouble: FileTrouble voption
