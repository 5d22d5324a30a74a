namespace HybridReplica.Core

/// Which moment of an archive is meant.
[<RequireQualifiedAccess>]
type Moment =
    /// The last one there is.
    | Newest
    /// The one at a replication offset. The id says in which history; without one it is the newest.
    | ToOffset of id: ReplicationId voption * offset: int64
    /// The one at which everything had been received that came up to then, in milliseconds of unix time.
    | ToTime of milliseconds: int64

    /// As people write it: `newest`, `<offset>`, `<id>:<offset>`, or the time in UTC.
    override this.ToString() =
        match this with
        | Newest -> "newest"
        | ToOffset(ValueNone, offset) -> string offset
        | ToOffset(ValueSome id, offset) -> $"{id}:{offset}"
        | ToTime milliseconds -> UnixTime.text milliseconds

/// A moment that an archive holds.
type ArchivePoint =
    {
        /// The history it belongs to.
        Id: ReplicationId
        /// The replication offset.
        Offset: Offset
        /// When that had been received, in milliseconds of unix time. None: it is not known.
        Time: int64 voption
    }

    /// `offset <n>`, and the time in UTC if it is known.
    override this.ToString() =
        match this.Time with
        | ValueSome time -> $"offset {this.Offset} ({UnixTime.text time})"
        | ValueNone -> $"offset {this.Offset}"
