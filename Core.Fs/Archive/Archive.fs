namespace HybridReplica.Core

/// A snapshot in an archive: `<name>.<seq>.base.rdb`.
type ArchiveBase =
    {
        /// Its name in the folder of the archive.
        File: string
        /// Its number; that of the next is one higher.
        Sequence: int64
        /// Where it stands in the master's history, and the database in which the stream behind it begins.
        Position: Position
        /// When it was received whole, in milliseconds of unix time.
        ReceivedAt: int64
        /// Its size in bytes.
        Size: int64
        /// The CRC-64 of all its bytes but the last eight, where formats since version 5 carry their own checksum:
        /// with these it would be zero for every snapshot that is right.
        Checksum: uint64
    }

/// A piece of the stream in an archive: `<name>.<seq>.incr.aof`. All of it has one replication id.
type ArchiveSegment =
    {
        /// Its name in the folder of the archive.
        File: string
        /// Its number. Every other number is left free, for the part that is split off when a new base lies inside.
        Sequence: int64
        /// Where it begins, and the database that its first line selects.
        Start: Position
        /// The offset at which it ends. None: it is still written.
        End: Offset voption
    }

    /// Whether nothing more is written to it.
    member this.IsSealed = this.End.IsSome

/// A base, and the stream behind it, up to the next one: all that is needed for the moments in between.
type Generation =
    {
        Base: ArchiveBase
        /// Without gaps, the first at the position of the base.
        Segments: ArchiveSegment list
    }

    /// Where its stream ends. None: it is still written.
    member this.End: Offset voption =
        match List.tryLast this.Segments with
        | Some last -> last.End
        | None -> ValueSome this.Base.Position.Offset

/// Everything in the folder of an archive, as its manifest lists it. The last generation is what a server would load;
/// the others are history to it.
type Archive =
    {
        /// The oldest first.
        Generations: Generation list
    }

    /// An archive of nothing.
    static member Empty: Archive = { Generations = [] }

    /// The generation that is written, or was last.
    member this.Newest = List.tryLast this.Generations

    /// The segment that is written, if there is one.
    member this.Active: ArchiveSegment option =
        this.Newest
        |> Option.bind (fun generation -> List.tryLast generation.Segments)
        |> Option.filter (fun segment -> not segment.IsSealed)

    /// Every segment, the oldest first.
    member this.Segments =
        this.Generations |> List.collect (fun generation -> generation.Segments)

    /// The names of all files that are listed, without their indexes.
    member this.Files: string list =
        this.Generations
        |> List.collect (fun generation ->
            generation.Base.File
            :: (generation.Segments |> List.map (fun segment -> segment.File)))

/// Why a folder cannot be used as an archive.
[<RequireQualifiedAccess>]
type ArchiveTrouble =
    /// Somebody else archives into it now.
    | InUse
    /// There is no manifest in it, but other files: it is not an archive.
    | NotAnArchive
    /// Its manifest breaks a rule.
    | ManifestBroken of fault: ManifestFault
    /// Its manifest is that of a server: what an archive says of the file is not there, or makes no sense.
    | NotOurs of file: string
    /// Its manifest lists what does not fit together: the file does not begin where the one before ends.
    | NotContiguous of file: string
    /// Its manifest lists a file that is not there.
    | FileMissing of file: string
