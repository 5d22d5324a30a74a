namespace HybridReplica.Core

open System.Globalization

/// What is wrong with an archive, in words for people: what happened, and what to try. Nothing branches on these.
[<RequireQualifiedAccess>]
module ArchiveFaultWording =

    let private counted (number: int64) =
        number.ToString("N0", CultureInfo.InvariantCulture)

    // A name from a manifest or a command line, so that nothing in it acts on a terminal.
    let private named (text: string) = Printable.escape text

    let private access access =
        match access with
        | ArchiveAccess.List -> "cannot be looked into"
        | ArchiveAccess.Read -> "cannot be read"
        | ArchiveAccess.Lock -> "cannot be locked"
        | ArchiveAccess.Create -> "cannot be created"
        | ArchiveAccess.Write -> "cannot be written"
        | ArchiveAccess.Sync -> "cannot be synced to disk"
        | ArchiveAccess.Rename -> "cannot be put in its place"
        | ArchiveAccess.Remove -> "cannot be removed"

    /// What is wrong with a base, without a full stop.
    [<CompiledName "BaseDamage">]
    let baseDamage (damage: BaseDamage) : string =
        match damage with
        | BaseDamage.Missing -> "it is not there"
        | BaseDamage.WrongSize(expected, found) ->
            $"it has {counted found} bytes, and the manifest says {counted expected}"
        | BaseDamage.WrongChecksum(expected, found) ->
            $"its bytes have the checksum {found:x16}, and the manifest says {expected:x16}"
        | BaseDamage.NotVerified verdict -> Wording.verdict verdict
        | BaseDamage.Unreadable fault -> RdbWording.fault fault

    /// What is wrong with an index, without a full stop.
    [<CompiledName "IndexDamage">]
    let indexDamage (damage: IndexDamage) : string =
        match damage with
        | IndexDamage.Missing -> "it is not there"
        | IndexDamage.Broken -> "what is there from that byte on is not what was written"
        | IndexDamage.Short -> "it does not reach to the end of its segment"

    /// What is wrong with a segment, without a full stop.
    [<CompiledName "SegmentDamage">]
    let segmentDamage (damage: SegmentDamage) : string =
        match damage with
        | SegmentDamage.Missing -> "it is not there"
        | SegmentDamage.EndsEarly expected -> $"it ends there, in front of offset {expected}, where its end should be"
        | SegmentDamage.GoesOn expected -> $"it goes on behind offset {expected}, where its end should be"
        | SegmentDamage.EndsInside -> "it ends inside of a command or a transaction"
        | SegmentDamage.WrongChecksum good ->
            $"its bytes up to there have not the checksum of its index; those up to byte {counted good} have"
        | SegmentDamage.Displaced -> "its index says that a command begins there at another offset"
        | SegmentDamage.Malformed trouble -> ArchiveWording.segmentTrouble trouble

    let private moment (asked: Moment) =
        match asked with
        | Moment.Newest -> "The newest moment"
        | Moment.ToOffset _ -> $"Offset {asked}"
        | Moment.ToTime _ -> $"The time {asked}"

    let private neighbours (before: int64) (after: int64) =
        $"the nearest at which it can be cut are {before} and {after}"

    /// What happened, without a full stop.
    [<CompiledName "Fault">]
    let fault (fault: ArchiveFault) : string =
        match fault with
        | ArchiveFault.Refused trouble -> ArchiveWording.trouble trouble
        | ArchiveFault.File(step, trouble, file) -> $"{named file} {access step}: {Wording.fileTrouble trouble}"
        | ArchiveFault.OutputExists folder -> $"There is something at {named folder} already"
        | ArchiveFault.BaseDamaged(file, BaseDamage.Missing) -> $"The base {named file} is not there"
        | ArchiveFault.SegmentDamaged(file, _, SegmentDamage.Missing) -> $"The segment {named file} is not there"
        | ArchiveFault.IndexDamaged(file, _, IndexDamage.Missing) -> $"The index {named file} is not there"
        | ArchiveFault.BaseDamaged(file, damage) -> $"The base {named file} is damaged: {baseDamage damage}"
        | ArchiveFault.SegmentDamaged(file, byte, damage) ->
            $"The segment {named file} is damaged at byte {counted byte}: {segmentDamage damage}"
        | ArchiveFault.IndexDamaged(file, byte, damage) ->
            $"The index {named file} is damaged at byte {counted byte}: {indexDamage damage}"
        | ArchiveFault.NothingArchived -> "There is no base in the archive yet, and so nothing to restore"
        | ArchiveFault.MomentOutside(Moment.ToOffset(ValueNone, _) as asked, oldest, newest) ->
            $"{moment asked} is not in the newest history of the archive, which reaches from {oldest} to {newest}"
        | ArchiveFault.MomentOutside(asked, oldest, newest) ->
            $"{moment asked} is not in the archive, which reaches from {oldest} to {newest}"
        | ArchiveFault.MomentInGap(asked, before, after) ->
            $"{moment asked} lies in a gap of the archive, between {before} and {after}"
        | ArchiveFault.UnknownHistory id -> $"Nothing in the archive belongs to the history {id}"
        | ArchiveFault.InsideTransaction(offset, before, after) ->
            $"Offset {offset} lies inside of a transaction; {neighbours before after}"
        | ArchiveFault.NotOnABoundary(offset, before, after) ->
            $"Offset {offset} lies inside of a command; {neighbours before after}"
        | ArchiveFault.NothingMatches wanted -> $"The archive holds no such command, or not so many: {named wanted}"
        | ArchiveFault.NoSuchBase file -> $"No base {named file} in the archive leads to the moment"
        | ArchiveFault.ServerTooOld(server, version, needed) ->
            $"{named server} cannot load the base, which is a {version}: that needs {needed}"

    let private fileAdvice trouble =
        match trouble with
        | FileTrouble.NotFound -> "check the name"
        | FileTrouble.Denied -> "check the permissions, or run as the user who archives"
        | FileTrouble.Full -> "make room on the disk"
        | FileTrouble.ReadOnly -> "write to another file system"
        | FileTrouble.Exists -> "remove it, or name another one"
        | FileTrouble.IsFolder
        | FileTrouble.NotAFile -> "see what is there under this name"
        | FileTrouble.TooLarge -> "write to a file system, or under a limit, that allows larger files"
        | FileTrouble.BrokenPipe
        | FileTrouble.Other _ -> "check the disk"

    let private beforeIt =
        "restore what lies before it, and put the file back from a copy"

    /// What to try, beginning in lower case and without a full stop.
    [<CompiledName "Advice">]
    let advice (fault: ArchiveFault) : string =
        match fault with
        | ArchiveFault.Refused trouble -> ArchiveWording.advice trouble
        | ArchiveFault.File(_, trouble, _) -> fileAdvice trouble
        | ArchiveFault.OutputExists _ -> "name another folder"
        | ArchiveFault.BaseDamaged _ -> "restore from another base, or put the file back from a copy"
        | ArchiveFault.SegmentDamaged _ -> beforeIt
        | ArchiveFault.IndexDamaged _ ->
            "rebuild it with verify --rebuild-indexes, or archive on if its segment is the one that is still written"
        | ArchiveFault.NothingArchived -> "let archiving run until its first base is there"
        | ArchiveFault.MomentOutside(Moment.ToOffset(ValueNone, offset), _, _) ->
            $"name an offset in that range, or ID:{offset} with the id of an older history that archive list shows"
        | ArchiveFault.MomentOutside _ -> "name a moment in that range"
        | ArchiveFault.MomentInGap _ -> "name one of these two, or a moment outside of the gap"
        | ArchiveFault.UnknownHistory _ -> "see the replication ids that archive list shows"
        | ArchiveFault.InsideTransaction _
        | ArchiveFault.NotOnABoundary _ -> "name one of these"
        | ArchiveFault.NothingMatches _ -> "see what there is with --list-commands"
        | ArchiveFault.NoSuchBase _ -> "name one that archive list shows in front of the moment, or none"
        | ArchiveFault.ServerTooOld _ -> "restore for a newer server, or from an older base"
