namespace HybridReplica.Core

/// What a snapshot on its way into an archive amounts to.
type BaseFacts =
    {
        /// When it was received whole, in milliseconds of unix time.
        ReceivedAt: int64
        /// Its size in bytes.
        Size: int64
        /// The CRC-64 of all its bytes but the last eight, where formats since version 5 carry their own checksum:
        /// with these it would be zero for every snapshot that is right.
        Checksum: uint64
    }

/// What the shell can report of the folder of the archive.
[<RequireQualifiedAccess>]
type ArchiveEvent =
    /// The step that was commanded last is done.
    | Done
    /// It could not be done, or something else could not.
    | Failed of step: ArchiveStep * trouble: FileTrouble
    /// Somebody else archives into the folder now.
    | InUse
    /// There is no manifest in the folder, but other files.
    | NotAnArchive
    /// The manifest lists a file that is not there.
    | FileMissing of file: string
    /// No command ends at the offset outside of transactions, so the segment cannot be divided there.
    | NotBetweenCommands of offset: Offset
    /// This is the manifest, one character for each byte, and the seconds of unix time now. None: the folder is empty.
    | ManifestRead of text: string voption * now: int64
    /// The segment that was written last is whole up to there, and `cut` bytes behind it are gone.
    | SegmentRecovered of position: Position * cut: int64
    /// The bytes are written. Behind them, the last whole command outside of transactions ends there.
    | Appended of safe: Position
    /// What was written up to there is on disk.
    | Synced of safe: Position
    /// This is what the snapshot taken last amounts to.
    | BaseDescribed of facts: BaseFacts
    /// The snapshot that was asked for is in its file and on disk. Its position names its database.
    | BaseFetched of position: Position * facts: BaseFacts
    /// It could not be fetched, and its file is gone. The reason is for people.
    | BaseNotFetched of reason: string
