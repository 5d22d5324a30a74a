namespace HybridReplica.Core

/// What restored files are called. A server that is started in the folder above them with `--appendonly yes` loads
/// them, for these are the names it looks for (`appenddirname` and `appendfilename`, 7.0.15).
[<RequireQualifiedAccess>]
module RestoredFiles =

    /// The folder that they are in.
    [<Literal>]
    let Folder = "appendonlydir"

    [<Literal>]
    let private Name = "appendonly.aof"

    /// The base.
    let Base: string = ArchiveNames.ofBase Name 1L

    /// The manifest.
    let Manifest: string = ArchiveNames.ofManifest Name

    /// The segment with that number, counted from 1.
    [<CompiledName "Segment">]
    let ofSegment (sequence: int) : string =
        ArchiveNames.ofSegment Name (int64 sequence)

    let private line name sequence kind : AppendOnlyFile =
        {
            Name = name
            Sequence = int64 sequence
            Type = kind
            StartOffset = ValueNone
            EndOffset = ValueNone
            Others = []
        }

    /// The text of the manifest for a base and so many segments. It says nothing of offsets: the server that loads them
    /// begins a history of its own.
    [<CompiledName "ManifestText">]
    let manifestText (segments: int) : string =
        ManifestPrinting.print
            {
                Base = ValueSome(line Base 1 AppendOnlyType.Base)
                History = []
                Incrementals =
                    [
                        for sequence in 1..segments -> line (ofSegment sequence) sequence AppendOnlyType.Incremental
                    ]
            }
