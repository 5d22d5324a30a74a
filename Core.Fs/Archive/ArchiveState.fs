namespace HybridReplica.Core

/// A change of an archive that is under way.
type ArchiveChange =
    {
        /// What is being done, and what is still to be done.
        Steps: ArchiveCommand list
        /// What the manifest lists when all of it is done.
        Archive: Archive
    }

/// Whether a base is being fetched beside the stream.
[<RequireQualifiedAccess>]
type BaseFetch =
    /// None is. None is asked for in so many seconds.
    | Resting of seconds: int
    /// The one with this number is.
    | UnderWay of sequence: int64
    /// It is there, and not listed yet.
    | Fetched of fetched: ArchiveBase

/// A snapshot that was taken, and is not listed yet.
type ArrivedBase =
    {
        /// The number of the base that it becomes.
        Sequence: int64
        /// Where it stands, and the database in which the stream behind it begins.
        Position: Position
        /// What it amounts to. None: that is being found out.
        Facts: BaseFacts voption
    }

/// What a replica knows of the archive it writes.
type ArchiveState =
    {
        /// What its manifest lists.
        Archive: Archive
        /// The segment of it that is written.
        Active: ArchiveSegment voption
        /// What is being changed. Nothing is appended meanwhile.
        Change: ArchiveChange voption
        /// The end of the last whole command that was written. None: nothing was.
        Written: Position voption
        /// The sync that is under way reaches so far.
        Syncing: Position voption
        /// So much is on disk.
        Synced: Offset voption
        /// Seconds since the open segment was opened.
        Age: int
        /// Syncs since then. Each leaves an entry in the index.
        Syncs: int
        /// Whether there is something in it behind its last whole command that comes again in another form.
        IsTorn: bool
        /// The number of the base that the next snapshot becomes.
        Target: int64
        /// The snapshot that was taken and is not listed yet. Nothing is appended meanwhile.
        Arrived: ArrivedBase voption
        /// The base that is fetched beside the stream.
        Fetch: BaseFetch
        /// The seconds of unix time.
        Now: int64
    }

    /// An archive of which nothing is known.
    static member Initial: ArchiveState =
        {
            Archive = Archive.Empty
            Active = ValueNone
            Change = ValueNone
            Written = ValueNone
            Syncing = ValueNone
            Synced = ValueNone
            Age = 0
            Syncs = 0
            IsTorn = false
            Target = 0L
            Arrived = ValueNone
            Fetch = BaseFetch.Resting 0
            Now = 0L
        }

    /// The same, with a manifest that lists another archive.
    member internal this.Listing(archive: Archive) : ArchiveState =
        { this with
            Archive = archive
            Active = ValueOption.ofOption archive.Active
        }

    /// The number of the next base. Some numbers are taken before they are listed.
    member internal this.NextBase: int64 =
        let listed =
            match this.Change with
            | ValueSome underWay -> ArchivePlan.nextBase underWay.Archive
            | ValueNone -> 0L

        let arrived =
            match this.Arrived with
            | ValueSome arrived -> arrived.Sequence + 1L
            | ValueNone -> 0L

        let beside =
            match this.Fetch with
            | BaseFetch.UnderWay sequence -> sequence + 1L
            | BaseFetch.Fetched fetched -> fetched.Sequence + 1L
            | BaseFetch.Resting _ -> 0L

        List.max [ ArchivePlan.nextBase this.Archive; listed; arrived; beside ]

    /// Whether what the master says next has to wait, because there is no segment yet that it belongs to.
    member internal this.IsBusy: bool = this.Change.IsSome || this.Arrived.IsSome

    /// Bytes of the stream in the open segment.
    member internal this.ActiveSize: int64 =
        match this.Active, this.Written with
        | ValueSome active, ValueSome written -> written.Offset.Bytes - active.Start.Offset.Bytes
        | _ -> 0L

    /// Whether the open segment has grown large or old enough.
    member internal this.IsFull(settings: ArchiveSettings) : bool =
        this.ActiveSize >= settings.SegmentSize
        || this.Syncs >= Limits.SegmentSyncs
        || this.ActiveSize > 0L
           && settings.SegmentAge |> ValueOption.exists (fun most -> this.Age >= most)

    /// Whether the base that was fetched lies inside of the open segment.
    member internal this.HasBaseInside: bool =
        match this.Fetch, this.Active, this.Written with
        | BaseFetch.Fetched fetched, ValueSome active, ValueSome written ->
            active.Start.Offset < fetched.Position.Offset
            && fetched.Position.Offset <= written.Offset
        | _ -> false

    /// Whether the open segment is to be sealed where the next command ends outside of transactions.
    member internal this.WantsBoundary(settings: ArchiveSettings) : bool =
        this.IsFull settings || this.HasBaseInside
