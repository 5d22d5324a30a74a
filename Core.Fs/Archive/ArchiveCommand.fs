namespace HybridReplica.Core

/// What the shell is to do with the folder of the archive. Those that are steps are given one at a time, and answered
/// by `ArchiveEvent.Done` if nothing else is said; whatever fails is answered by `ArchiveEvent.Failed` instead.
[<RequireQualifiedAccess>]
type ArchiveCommand =
    // Opening.

    /// Create the folder if it is not there, and see to it that nobody else archives into it. Answered by `Done`,
    /// `InUse` or `Failed(Lock, …)`.
    | Lock
    /// Read the manifest. Answered by `ManifestRead`, `NotAnArchive` or `Failed(Read, …)`.
    | ReadManifest of name: string
    /// Remove temporary files, and whatever is named as a file of this archive and not listed. Files with other names
    /// stay. A step; answered by `FileMissing` if a file that is listed is not there.
    | RemoveUnlisted of archive: Archive * name: string
    /// Open the segment that was written last, cut what is behind its last whole command outside of transactions, bring
    /// its index up to date, and sync it. Answered by `SegmentRecovered`
    /// or `Failed(Recover, …)`.
    | RecoverSegment of segment: ArchiveSegment

    // Writing.

    /// The first `bytes` of the receive window go to the end of the open segment. Behind them, the last whole command
    /// outside of transactions ends at `safe`. Answered by `Appended`, or by `Failed(Append, …)`; what is commanded
    /// behind that is not done.
    | Append of bytes: int * safe: Position
    /// Start to sync the open segment, while more is appended. Answered later by `Synced` or `Failed(Sync, …)`.
    | Sync of safe: Position
    /// Cut what is behind the end of the open segment, complete its index, sync and close it. A step.
    | SealSegment of segment: ArchiveSegment
    /// Create the segment and its index, and select its database in its first line. A step.
    | OpenSegment of segment: ArchiveSegment
    /// Create the segment out of the end of another that is sealed, from the offset on at which the part starts, with
    /// its index, and sync it. A step; answered by `NotBetweenCommands` if no command ends there.
    | SplitSegment of source: ArchiveSegment * part: ArchiveSegment

    // Publishing.

    /// Write the manifest to a temporary file, and sync that. A step.
    | WriteManifest of archive: Archive * name: string
    /// Rename it over the manifest. A step.
    | RenameManifest of name: string
    /// Sync the folder. A step.
    | SyncFolder
    /// Remove files that are not listed any more, and their indexes. A step.
    | Remove of files: string list

    // Bases.

    /// The next snapshot that is taken goes to this file of the folder. Answered by nothing.
    | TargetBase of file: string
    /// Say what the snapshot taken last amounts to. No step; answered by `BaseDescribed`.
    | DescribeBase
    /// Fetch a snapshot over another connection into this file of the folder. Answered later by `BaseFetched` or
    /// `BaseNotFetched`.
    | FetchBase of file: string

    // The end.

    /// Complete the index of the open segment, sync and close it, and let others archive here. Answered by nothing, and
    /// commanded last.
    | Close
