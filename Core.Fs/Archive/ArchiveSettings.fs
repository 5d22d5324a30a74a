namespace HybridReplica.Core

/// When what is written to an archive is synced to disk (`appendfsync`).
[<RequireQualifiedAccess>]
type FsyncPolicy =
    /// Before it is acknowledged.
    | Always
    /// Once a second. What is acknowledged is written, and what is acknowledged as being on disk is.
    | EverySecond
    /// When the operating system does it, and at the end of a segment. Nothing is acknowledged as being on disk.
    | No

    /// The name people type: `always`, `everysec` or `no`.
    member this.Name =
        match this with
        | Always -> "always"
        | EverySecond -> "everysec"
        | No -> "no"

    override this.ToString() = this.Name

    /// All policies, the default first.
    static member All = [ EverySecond; Always; No ]

/// What is kept of an archive when a new base is there.
[<RequireQualifiedAccess>]
type Retention =
    /// Everything.
    | Everything
    /// So many bases, at least 1, and the stream behind them.
    | Bases of count: int
    /// What is needed for every moment of the last so many seconds.
    | Seconds of seconds: int64

/// How a master is archived. All times are whole seconds.
type ArchiveSettings =
    {
        /// What the names of the files begin with (`appendfilename`).
        Name: string
        /// The size from which on a segment is sealed at the next opportunity, in bytes of the stream.
        SegmentSize: int64
        /// The age at which it is. None: any.
        SegmentAge: int voption
        /// When what is written is synced.
        Fsync: FsyncPolicy
        /// What is kept.
        Keep: Retention
        /// The age of the newest base at which another one is fetched. None: any.
        BaseEvery: int voption
    }

    /// As Redis names and syncs it, in segments of 256 MiB or six hours, and everything is kept. The index of a segment
    /// has some ten entries a second, and is read as a whole.
    static member Default: ArchiveSettings =
        {
            Name = "appendonly.aof"
            SegmentSize = 256L <<< 20
            SegmentAge = ValueSome 21600
            Fsync = FsyncPolicy.EverySecond
            Keep = Retention.Everything
            BaseEvery = ValueNone
        }
