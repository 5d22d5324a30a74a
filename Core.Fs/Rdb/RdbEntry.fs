namespace HybridReplica.Core

/// A field of a hash.
type HashField =
    {
        Field: byte[]
        Value: byte[]
        /// When it expires, in milliseconds since 1970.
        Expiry: int64 voption
    }

/// A member of a sorted set.
type ScoredMember = { Member: byte[]; Score: float }

/// An entry of a stream.
type StreamEntry =
    {
        Id: StreamId
        /// Its fields and their values, by turns.
        Fields: byte[][]
    }

/// An entry of a stream that a group has delivered and nobody has acknowledged.
type PendingEntry =
    {
        Id: StreamId
        /// When it was delivered last, in milliseconds since 1970.
        DeliveryTime: int64
        DeliveryCount: int64
    }

/// A consumer of a group.
type StreamConsumer =
    {
        Name: byte[]
        /// In milliseconds since 1970.
        SeenTime: int64
        /// In milliseconds since 1970. None: never, or from before Redis 7.2.
        ActiveTime: int64 voption
        /// The ids that are pending for it.
        Pending: StreamId[]
    }

/// A consumer group.
type StreamGroup =
    {
        Name: byte[]
        LastId: StreamId
        /// None: nobody knows, or from before Redis 7.0.
        EntriesRead: int64 voption
        Pending: PendingEntry[]
        Consumers: StreamConsumer[]
        /// The pending ids that consumers gave back (Redis 8.8).
        Nacked: StreamId[]
    }

/// An entry of a stream as the producer that added it called it.
type ProducedEntry = { Name: byte[]; Id: StreamId }

/// A producer whose entries are added once (Redis 8.6).
type StreamProducer =
    {
        Name: byte[]
        Entries: ProducedEntry[]
    }

/// What a stream remembers of its producers (Redis 8.6).
type StreamIdempotence =
    {
        /// For how many seconds.
        Duration: int64
        /// How many entries of each at most.
        MaximumEntries: int64
        Producers: StreamProducer[]
        Added: int64
        Duplicates: int64
    }

/// What a stream says of itself behind its entries.
type StreamDetails =
    {
        Length: int64
        LastId: StreamId
        /// None: from before Redis 7.0; and so of the next two.
        FirstId: StreamId voption
        MaximumDeletedId: StreamId voption
        EntriesAdded: int64 voption
        Groups: StreamGroup[]
        Idempotence: StreamIdempotence voption
    }

/// A value of an array (Redis 8.8).
[<RequireQualifiedAccess>]
type ArrayValue =
    | Integer of number: int64
    | Float of number: float
    | Text of bytes: byte[]

/// One thing a module has saved.
[<RequireQualifiedAccess>]
type ModuleItem =
    | Signed of number: int64
    | Unsigned of number: uint64
    | Float of number: float32
    | Double of number: float
    | Text of bytes: byte[]

/// The value of an entry, or a part of it.
[<RequireQualifiedAccess>]
type RdbValue =
    | String of bytes: byte[]
    /// From the left to the right.
    | List of elements: byte[][]
    | Set of members: byte[][]
    | SortedSet of members: ScoredMember[]
    | Hash of fields: HashField[]
    /// The details come with the last part.
    | Stream of entries: StreamEntry[] * details: StreamDetails voption
    /// Indices and values, and where the next element is inserted.
    | Array of elements: struct (uint64 * ArrayValue)[] * insertAt: uint64 voption
    /// What the module calls itself, the version of its encoding, and what it saved.
    | Module of name: string * version: int * items: ModuleItem[]

/// An entry of an RDB, or a part of one that is large.
[<NoComparison>]
type RdbEntry =
    {
        Database: int
        Key: byte[]
        Type: RdbValueType
        /// How it is stored, in the words of `OBJECT ENCODING`.
        Encoding: string
        /// When it expires, in milliseconds since 1970.
        Expiry: int64 voption
        /// For how many seconds nobody had used it (LRU).
        Idle: int64 voption
        /// How often it is used, from 0 to 255 on a logarithmic scale (LFU).
        Frequency: int voption
        Value: RdbValue
        /// Which part of the entry this is, from 0 on.
        Part: int
        /// Whether nothing of the entry follows.
        IsLast: bool
    }
