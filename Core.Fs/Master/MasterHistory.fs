namespace HybridReplica.Core

/// A history that went on under another id.
type FormerHistory =
    {
        Id: ReplicationId
        /// Up to here the two are the same.
        Until: Offset
    }

/// What a master has replicated, and what it has to offer to a replica that wants to resume. All connections of a
/// master share it, and it outlives each of them.
type MasterHistory =
    {
        Id: ReplicationId
        /// How far it goes.
        Offset: Offset
        /// What it was called before (`master_replid2`, since 4.0).
        Former: FormerHistory voption
        /// The database selected last (`slaveseldb`). None: the next command has to select its own.
        Selected: int voption
        /// The last bytes of it, one character each (`repl_backlog`).
        Backlog: string
        /// Most bytes that are kept (`repl-backlog-size`).
        BacklogSize: int
    }

    /// The number of the first byte that is still kept.
    member this.BacklogFrom: int64 = this.Offset.Bytes - int64 this.Backlog.Length + 1L

    /// All bytes behind an offset, one character each. None: not all of them are kept, or there is no such offset.
    member this.Behind(Offset bytes) : string voption =
        if bytes + 1L < this.BacklogFrom || bytes > this.Offset.Bytes then
            ValueNone
        else
            ValueSome(this.Backlog.Substring(int (bytes + 1L - this.BacklogFrom)))

    /// A history of which nothing is kept but its end, and of whose future a mebibyte will be, as Redis does unless it
    /// is told otherwise.
    static member Without(id: ReplicationId, offset: Offset) : MasterHistory =
        {
            Id = id
            Offset = offset
            Former = ValueNone
            Selected = ValueNone
            Backlog = ""
            BacklogSize = 1048576
        }
