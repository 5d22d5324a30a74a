namespace HybridReplica.Core

/// What was being done to a file of an archive, or of what is restored from it.
[<RequireQualifiedAccess>]
type ArchiveAccess =
    /// Finding out which files there are.
    | List
    /// Reading it.
    | Read
    /// Seeing to it that nobody else changes the archive.
    | Lock
    /// Creating it.
    | Create
    /// Writing to it.
    | Write
    /// Making sure that it is on disk.
    | Sync
    /// Giving it its name.
    | Rename
    /// Removing it.
    | Remove

/// What is wrong with a base.
[<RequireQualifiedAccess>]
type BaseDamage =
    /// The file is not there.
    | Missing
    /// It has not the size that the manifest says.
    | WrongSize of expected: int64 * found: int64
    /// Its bytes have not the checksum that the manifest says.
    | WrongChecksum of expected: uint64 * found: uint64
    /// It is not a snapshot, or not the one that was sent.
    | NotVerified of verdict: RdbVerdict
    /// It cannot be read to its end.
    | Unreadable of fault: RdbFault

/// What is wrong with an index.
[<RequireQualifiedAccess>]
type IndexDamage =
    /// The file is not there.
    | Missing
    /// What is there from that byte on is no entry, or not the one that was written.
    | Broken
    /// It does not reach to the end of its segment, which is complete.
    | Short

/// What is wrong with a segment.
[<RequireQualifiedAccess>]
type SegmentDamage =
    /// The file is not there.
    | Missing
    /// It ends in front of the offset at which the manifest says it ends.
    | EndsEarly of expected: Offset
    /// Bytes follow the offset at which the manifest says it ends.
    | GoesOn of expected: Offset
    /// It ends inside of a command, or of a transaction.
    | EndsInside
    /// The bytes up to here have not the checksum that its index says. Those up to `good` have.
    | WrongChecksum of good: int64
    /// The index says that a command outside of transactions begins here, and none does, or at another offset.
    | Displaced
    /// What is behind that byte cannot be in a segment.
    | Malformed of trouble: SegmentTrouble

/// Why an archive cannot be read, verified, pruned or restored: one case for each cause, sorted by whose doing it is.
[<RequireQualifiedAccess>]
type ArchiveFault =
    // The folder.

    /// The folder cannot be used as an archive, or its manifest cannot.
    | Refused of trouble: ArchiveTrouble
    /// A file could not be handled.
    | File of access: ArchiveAccess * trouble: FileTrouble * file: string
    /// Something is already where the restored files are to be.
    | OutputExists of folder: string

    // The files.

    /// A base is not what was archived.
    | BaseDamaged of file: string * damage: BaseDamage
    /// A segment is not what was archived, at that byte of the file.
    | SegmentDamaged of file: string * byte: int64 * damage: SegmentDamage
    /// An index is not what was written, at that byte. The segment can be read without it.
    | IndexDamaged of file: string * byte: int64 * damage: IndexDamage

    // The moment.

    /// There is no base in the archive yet, and so no moment.
    | NothingArchived
    /// The moment is before the oldest, or after the newest: of the newest history, if it is an offset without an id.
    | MomentOutside of asked: Moment * oldest: ArchivePoint * newest: ArchivePoint
    /// The stream is missing there. These are the last moment before and the first one after.
    | MomentInGap of asked: Moment * before: ArchivePoint * after: ArchivePoint
    /// Nothing in the archive belongs to that history.
    | UnknownHistory of id: ReplicationId
    /// The offset lies between MULTI and EXEC. These are the nearest at which it can be cut.
    | InsideTransaction of offset: int64 * before: int64 * after: int64
    /// The offset lies inside of a command. These are the nearest at which it can be cut.
    | NotOnABoundary of offset: int64 * before: int64 * after: int64
    /// No command in the archive, or not so many, is like that.
    | NothingMatches of wanted: string
    /// No base of that name is in the archive, or it does not lead to the moment.
    | NoSuchBase of file: string
    /// The server does not know the format of the base. It needs to be one of those.
    | ServerTooOld of server: string * version: RdbVersion * needed: string

    /// Whether a file that is listed is not there. It may just have been removed by whoever archives or prunes.
    member this.IsAbsence =
        match this with
        | Refused(ArchiveTrouble.FileMissing _)
        | BaseDamaged(_, BaseDamage.Missing)
        | SegmentDamaged(_, _, SegmentDamage.Missing) -> true
        | _ -> false

/// What is to be known of such a fault besides its case.
[<RequireQualifiedAccess>]
module ArchiveFaultTable =

    let private blameOfTrouble trouble =
        match trouble with
        | ArchiveTrouble.InUse
        | ArchiveTrouble.NotAnArchive -> Blame.Disk
        | ArchiveTrouble.ManifestBroken _
        | ArchiveTrouble.NotOurs _
        | ArchiveTrouble.NotContiguous _
        | ArchiveTrouble.FileMissing _ -> Blame.Corrupt

    /// Whose doing the fault is: the disk's, of whoever damaged the data, or of nobody (the moment is not there).
    [<CompiledName "Blame">]
    let blame (fault: ArchiveFault) : Blame =
        match fault with
        | ArchiveFault.Refused trouble -> blameOfTrouble trouble
        | ArchiveFault.File _
        | ArchiveFault.OutputExists _ -> Blame.Disk
        | ArchiveFault.BaseDamaged _
        | ArchiveFault.SegmentDamaged _
        | ArchiveFault.IndexDamaged _ -> Blame.Corrupt
        | ArchiveFault.NothingArchived
        | ArchiveFault.MomentOutside _
        | ArchiveFault.MomentInGap _
        | ArchiveFault.UnknownHistory _
        | ArchiveFault.InsideTransaction _
        | ArchiveFault.NotOnABoundary _
        | ArchiveFault.NothingMatches _
        | ArchiveFault.NoSuchBase _
        | ArchiveFault.ServerTooOld _ -> Blame.History
