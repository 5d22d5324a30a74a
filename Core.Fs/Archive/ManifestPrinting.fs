namespace HybridReplica.Core

open System.Text

/// The text of a manifest, as servers read it (`getAofManifestAsString`, 7.0.15). Each character stands for one byte.
[<RequireQualifiedAccess>]
module ManifestPrinting =

    let private offset key (value: int64 voption) =
        value |> ValueOption.toList |> List.map (fun bytes -> key, string bytes)

    let private pairs (file: AppendOnlyFile) =
        [
            "file", file.Name
            "seq", string file.Sequence
            "type", string file.Type.Letter
            yield! offset "startoffset" file.StartOffset
            yield! offset "endoffset" file.EndOffset
            yield! file.Others
        ]

    let private line (file: AppendOnlyFile) =
        let words = pairs file |> List.collect (fun (key, value) -> [ key; value ])

        (words |> List.map InlineWords.quote |> String.concat " ") + "\n"

    /// The CRC-64 of a text.
    let internal checksum (text: string) : uint64 =
        Crc64.update (0UL, Encoding.Latin1.GetBytes text)

    /// The line that says the checksum of all that is in front of it. It is a comment to servers.
    let internal checksumLine (checksum: uint64) : string = $"# crc64 {checksum:x16}\n"

    /// Prints the base, then the history, then the incrementals, and the checksum of all that in a last line. A file
    /// whose line takes more than 1024 bytes makes a manifest that nobody reads.
    [<CompiledName "Print">]
    let print (manifest: AppendOnlyManifest) : string =
        let lines =
            ValueOption.toList manifest.Base @ manifest.History @ manifest.Incrementals
            |> List.map line
            |> String.concat ""

        lines + checksumLine (checksum lines)
