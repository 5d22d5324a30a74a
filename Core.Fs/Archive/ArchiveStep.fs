namespace HybridReplica.Core

/// What was being done to an archive.
[<RequireQualifiedAccess>]
type ArchiveStep =
    /// Seeing to it that nobody else archives into the folder.
    | Lock
    /// Reading the manifest, or a file that it lists.
    | Read
    /// Cutting the segment that was written last behind its last whole command.
    | Recover
    /// Appending to the open segment.
    | Append
    /// Making sure that what was appended is on disk.
    | Sync
    /// Completing a segment.
    | Seal
    /// Creating a segment.
    | Open
    /// Creating a segment out of the end of another.
    | Split
    /// Replacing the manifest.
    | Publish
    /// Removing what is not listed any more.
    | Remove

    /// The word used in transcripts.
    override this.ToString() =
        match this with
        | Lock -> "lock"
        | Read -> "read"
        | Recover -> "recover"
        | Append -> "append"
        | Sync -> "sync"
        | Seal -> "seal"
        | Open -> "open"
        | Split -> "split"
        | Publish -> "publish"
        | Remove -> "remove"

    static member internal All =
        [ Lock; Read; Recover; Append; Sync; Seal; Open; Split; Publish; Remove ]
