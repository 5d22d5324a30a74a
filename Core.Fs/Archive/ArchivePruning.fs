namespace HybridReplica.Core

/// What of an archive is not kept any more.
[<RequireQualifiedAccess>]
module ArchivePruning =

    /// The archive that is left, and the files that go; their indexes go with them. The newest base is always kept, and
    /// so is the stream behind it. `now` are seconds of unix time.
    [<CompiledName "Plan">]
    let plan (retention: Retention) (now: int64) (archive: Archive) : struct (Archive * string list) =
        ArchivePlan.retain retention now archive
