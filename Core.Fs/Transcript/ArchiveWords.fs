namespace HybridReplica.Core

/// What is done with an archive, and what is said of it, in the words of transcripts.
module internal ArchiveWords =

    /// What to do with the folder of the archive.
    let command (command: ArchiveCommand) : string =
        match command with
        | ArchiveCommand.Lock -> "lock"
        | ArchiveCommand.ReadManifest name -> $"read manifest {name}"
        | ArchiveCommand.RemoveUnlisted _ -> "remove unlisted"
        | ArchiveCommand.RecoverSegment segment -> $"recover {segment.File}"
        | ArchiveCommand.Append(bytes, safe) -> $"append {bytes} {safe}"
        | ArchiveCommand.Sync safe -> $"sync {safe}"
        | ArchiveCommand.SealSegment segment -> $"seal {segment.File}"
        | ArchiveCommand.OpenSegment segment -> $"open {segment.File} {segment.Start}"
        | ArchiveCommand.SplitSegment(source, part) -> $"split {source.File} {part.File} {part.Start}"
        | ArchiveCommand.WriteManifest(archive, _) ->
            $"write manifest of {archive.Generations.Length} bases and {archive.Segments.Length} segments"
        | ArchiveCommand.RenameManifest name -> $"rename manifest {name}"
        | ArchiveCommand.SyncFolder -> "sync folder"
        | ArchiveCommand.Remove files -> "remove " + String.concat " " files
        | ArchiveCommand.TargetBase file -> $"target {file}"
        | ArchiveCommand.DescribeBase -> "describe base"
        | ArchiveCommand.FetchBase file -> $"fetch {file}"
        | ArchiveCommand.Close -> "close"

    let private facts (facts: BaseFacts) =
        $"{facts.ReceivedAt} {facts.Size} {facts.Checksum:x16}"

    /// What is said of the folder of the archive, as the line of a transcript.
    let event (event: ArchiveEvent) : string =
        match event with
        | ArchiveEvent.Done -> "+ archive done"
        | ArchiveEvent.Failed(step, trouble) -> $"- archive {step} {trouble}"
        | ArchiveEvent.InUse -> "- archive in use"
        | ArchiveEvent.NotAnArchive -> "- archive not one"
        | ArchiveEvent.FileMissing file -> "- archive missing " + Printable.escape file
        | ArchiveEvent.NotBetweenCommands offset -> $"- archive not between {offset}"
        | ArchiveEvent.ManifestRead(ValueNone, now) -> $"+ archive empty {now}"
        | ArchiveEvent.ManifestRead(ValueSome text, now) -> $"+ archive manifest {now} " + Printable.escape text
        | ArchiveEvent.SegmentRecovered(position, cut) -> $"+ archive recovered {cut} {position}"
        | ArchiveEvent.Appended safe -> $"+ archive appended {safe}"
        | ArchiveEvent.Synced safe -> $"+ archive synced {safe}"
        | ArchiveEvent.BaseDescribed described -> "+ archive base " + facts described
        | ArchiveEvent.BaseFetched(position, fetched) -> $"+ archive fetched {facts fetched} {position}"
        | ArchiveEvent.BaseNotFetched reason -> "- archive fetch " + Printable.escape reason
