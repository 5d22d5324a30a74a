namespace HybridReplica.Core

open System

/// What the files of an archive are called. `name` is what all of them begin with (`appendfilename`).
[<RequireQualifiedAccess>]
module ArchiveNames =

    let private baseEnd = ".base.rdb"

    let private segmentEnd = ".incr.aof"

    let private indexEnd = ".index"

    /// Whether the files of an archive can be named like that: such a name needs no quotes in the manifest, and no
    /// temporary file has it.
    [<CompiledName "IsName">]
    let isName (name: string) : bool =
        let isPlain character =
            Char.IsAsciiLetterOrDigit character || "._-".Contains character

        name.Length > 0
        && name.Length <= 100
        && String.forall isPlain name
        && Char.IsAsciiLetterOrDigit name[0]
        && not (name.StartsWith("temp-", StringComparison.Ordinal))

    /// The file of a base.
    [<CompiledName "Base">]
    let ofBase (name: string) (sequence: int64) : string = $"{name}.{sequence}{baseEnd}"

    /// The file of a segment.
    [<CompiledName "Segment">]
    let ofSegment (name: string) (sequence: int64) : string = $"{name}.{sequence}{segmentEnd}"

    /// The index beside a segment.
    [<CompiledName "Index">]
    let ofIndex (segment: string) : string = segment + indexEnd

    /// The index that is not in its place yet.
    [<CompiledName "TemporaryIndex">]
    let ofTemporaryIndex (segment: string) : string = "temp-" + ofIndex segment

    /// The manifest.
    [<CompiledName "Manifest">]
    let ofManifest (name: string) : string = name + ".manifest"

    /// The manifest that is not in its place yet. No server looks at what begins like that.
    [<CompiledName "TemporaryManifest">]
    let ofTemporaryManifest (name: string) : string = "temp-" + ofManifest name

    /// Whether the file is a base, by its name alone.
    [<CompiledName "IsBase">]
    let isBase (file: string) : bool =
        file.EndsWith(baseEnd, StringComparison.Ordinal)

    let private isNumbered (name: string) (ending: string) (file: string) =
        file.Length > name.Length + 1 + ending.Length
        && file.StartsWith(name + ".", StringComparison.Ordinal)
        && file.EndsWith(ending, StringComparison.Ordinal)
        && file.Substring(name.Length + 1, file.Length - name.Length - 1 - ending.Length)
           |> String.forall Char.IsAsciiDigit

    /// Whether a file of that name is one that an archive makes, listed or not. Temporary files are too.
    [<CompiledName "IsOurs">]
    let isOurs (name: string) (file: string) : bool =
        isNumbered name baseEnd file
        || isNumbered name segmentEnd file
        || isNumbered name (segmentEnd + indexEnd) file
        || file = ofTemporaryManifest name
        || file.StartsWith("temp-", StringComparison.Ordinal)
           && (file.EndsWith(".rdb", StringComparison.Ordinal)
               || file.EndsWith(indexEnd, StringComparison.Ordinal))
