namespace HybridReplica.Core

/// Something that is not in an archive as it was written.
type ArchiveFinding =
    {
        /// What it is, and in which file.
        Fault: ArchiveFault
        /// The file.
        File: string
        /// Where the bytes begin, in the file, that are not to be trusted.
        FromByte: int64
        /// Where they end.
        ToByte: int64
        /// The offset at which they begin in the master's history. None: it is not known, or there is none.
        FromOffset: Offset voption
        /// The offset at which they end. None: it is not known, or there is none.
        ToOffset: Offset voption
    }

/// Something about an archive that is worth saying, and no damage.
[<RequireQualifiedAccess>]
type ArchiveRemark =
    /// The manifest does not end in a checksum: nobody can tell whether lines are missing at its end.
    | ManifestUnchecked
    /// The file is not listed. Its name is that of a file of the archive: somebody archives right now, or a crash left
    /// it, and then it goes when somebody archives or prunes.
    | Leftover of file: string
    /// The file is not listed, and nothing of the archive has such a name.
    | Stranger of file: string
    /// The base is what was archived, and this program does not know its format well enough to read it.
    | NotReadable of file: string * fault: RdbFault

/// What was found in an archive, in words for people.
[<RequireQualifiedAccess>]
module ArchiveFindingWording =

    let private place (finding: ArchiveFinding) =
        match finding.FromOffset, finding.ToOffset with
        | ValueSome first, ValueSome last ->
            $" (bytes {finding.FromByte} to {finding.ToByte}, offsets {first} to {last})"
        | ValueSome first, ValueNone -> $" (bytes {finding.FromByte} to {finding.ToByte}, from offset {first} on)"
        | ValueNone, _ -> ""

    /// What was found and where, in one line and without a full stop.
    [<CompiledName "Finding">]
    let finding (finding: ArchiveFinding) : string =
        ArchiveFaultWording.fault finding.Fault + place finding

    /// What is worth saying, in one line and without a full stop.
    [<CompiledName "Remark">]
    let remark (remark: ArchiveRemark) : string =
        match remark with
        | ArchiveRemark.ManifestUnchecked ->
            "The manifest does not end in a checksum, so that lines may be missing there; files that are not listed may"
            + " be those that they named"
        | ArchiveRemark.Leftover file ->
            $"{Printable.escape file} is not listed in the manifest: it is being made or removed, or a crash left it"
            + " and it goes with the next change"
        | ArchiveRemark.Stranger file -> $"{Printable.escape file} does not belong to the archive"
        | ArchiveRemark.NotReadable(file, fault) ->
            $"The base {Printable.escape file} is what was archived, and cannot be read here: {RdbWording.fault fault}"
