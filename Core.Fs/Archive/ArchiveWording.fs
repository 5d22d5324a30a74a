namespace HybridReplica.Core

/// What is wrong with an archive, in words for people: what and where, and what to try. Nothing branches on these.
[<RequireQualifiedAccess>]
module ArchiveWording =

    /// More of a name than this is of no use in a sentence.
    [<Literal>]
    let private LongestName = 255

    // So that nothing in it acts on a terminal.
    let private shown (text: string) =
        Printable.escape (text.Substring(0, min LongestName text.Length))

    let private manifestTrouble trouble =
        match trouble with
        | ManifestTrouble.Empty -> "there is not a single line in it"
        | ManifestTrouble.LineTooLong -> "a line has at most 1024 bytes, and a line end behind them"
        | ManifestTrouble.BlankLine -> "no line may be blank"
        | ManifestTrouble.NotPairs -> "a line is three pairs of words or more, and closes its quotes"
        | ManifestTrouble.Missing key -> $"the pair \"{shown key}\" is missing"
        | ManifestTrouble.NameIsPath name -> $"\"{shown name}\" is not the name of a file beside it"
        | ManifestTrouble.BadSequence text -> $"\"{shown text}\" is not the number of a file, which is 1 or more"
        | ManifestTrouble.BadType text -> $"\"{shown text}\" is no type: a type is b, h or i"
        | ManifestTrouble.BadOffset text -> $"\"{shown text}\" is no offset"
        | ManifestTrouble.SecondBase -> "there is a base already"
        | ManifestTrouble.SequenceNotRising sequence ->
            $"the number {sequence} is not higher than that of the incremental file before"
        | ManifestTrouble.ChecksumMismatch(stored, computed) ->
            $"it says the checksum {stored:x16}, and what is in front of it has {computed:x16}"
        | ManifestTrouble.ChecksumMissing -> "the line of the checksum is not there, and so more may be missing"

    /// Which rule a manifest breaks and in which line, without a full stop.
    [<CompiledName "ManifestFault">]
    let manifestFault (fault: ManifestFault) : string =
        $"Line {fault.Line} of the manifest breaks a rule: {manifestTrouble fault.Trouble}"

    let private streamTrouble (trouble: StreamTrouble) =
        match trouble with
        | StreamTrouble.NotACommand text -> $"\"{shown text}\" begins no command that a server loads from a file"
        | StreamTrouble.BadCount line -> $"\"{shown line}\" is not the number of words of a command"
        | StreamTrouble.BadLength line -> $"\"{shown line}\" is not the length of a word"
        | StreamTrouble.BadEnd bytes -> $"a word is longer than it says, and goes on with \"{shown bytes}\""
        | StreamTrouble.BadDatabase text -> $"SELECT \"{shown text}\" names no database"

    /// What cannot be in a segment, beginning in lower case and without a full stop.
    [<CompiledName "SegmentTrouble">]
    let segmentTrouble (trouble: SegmentTrouble) : string =
        match trouble with
        | SegmentTrouble.NoSelect -> "it does not begin with SELECT"
        | SegmentTrouble.OtherDatabase expected -> $"it does not begin with the SELECT of db {expected}"
        | SegmentTrouble.AnnotationFirst -> "it begins with an annotation"
        | SegmentTrouble.AnnotationInTransaction -> "an annotation is between MULTI and EXEC"
        | SegmentTrouble.AnnotationTooLong -> "an annotation is longer than servers read at once"
        | SegmentTrouble.BadAnnotation line -> $"the annotation \"{shown line}\" holds no time"
        | SegmentTrouble.Stream trouble -> streamTrouble trouble

    /// Why a folder cannot be used as an archive, without a full stop.
    [<CompiledName "Trouble">]
    let trouble (trouble: ArchiveTrouble) : string =
        match trouble with
        | ArchiveTrouble.InUse -> "Somebody else is using the archive"
        | ArchiveTrouble.NotAnArchive -> "The folder is not an archive: there is no manifest in it"
        | ArchiveTrouble.ManifestBroken fault -> manifestFault fault
        | ArchiveTrouble.NotOurs file ->
            $"The manifest is not that of an archive: what an archive says of \"{shown file}\" is not there, or makes "
            + "no sense"
        | ArchiveTrouble.NotContiguous file ->
            $"The manifest lists what does not fit together: \"{shown file}\" does not begin where the file before ends"
        | ArchiveTrouble.FileMissing file -> $"The manifest lists \"{shown file}\", and there is no such file"

    /// What to try, beginning in lower case and without a full stop.
    [<CompiledName "Advice">]
    let advice (trouble: ArchiveTrouble) : string =
        match trouble with
        | ArchiveTrouble.InUse -> "wait until the other is done, or use another folder"
        | ArchiveTrouble.NotAnArchive -> "name the folder of an archive, or an empty one to begin another"
        | ArchiveTrouble.ManifestBroken {
                                            Trouble = ManifestTrouble.ChecksumMismatch _
                                        } ->
            "take it from a copy of the archive; if it was changed on purpose, remove the line of the checksum: then "
            + "it can be restored from, though not be archived into"
        | ArchiveTrouble.ManifestBroken {
                                            Trouble = ManifestTrouble.ChecksumMissing
                                        } ->
            "take the manifest from a copy of the archive, restore from this one, or archive into another folder"
        | ArchiveTrouble.ManifestBroken _ -> "correct that line, or take the manifest from a copy of the archive"
        | ArchiveTrouble.NotOurs _ -> "archive into another folder than that of a server"
        | ArchiveTrouble.NotContiguous _
        | ArchiveTrouble.FileMissing _ -> "take the folder from a copy of the archive, or begin another"
