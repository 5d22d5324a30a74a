namespace HybridReplica.Core

/// What a file of a multi-part append-only file is for (`aof_file_type`, 7.0.15).
[<RequireQualifiedAccess>]
type AppendOnlyType =
    /// It holds everything up to a moment. There is one at most.
    | Base
    /// It is not needed any more, and not loaded.
    | History
    /// It holds commands that came behind the base.
    | Incremental

    /// The letter that stands for it in the manifest.
    member this.Letter =
        match this with
        | Base -> 'b'
        | History -> 'h'
        | Incremental -> 'i'

    /// All of them.
    static member All = [ Base; History; Incremental ]

/// One line of a manifest: a file of a multi-part append-only file (`aofInfo`, 7.0.15).
type AppendOnlyFile =
    {
        /// Its name in the folder of the manifest: one character for each byte, never a path.
        Name: string
        /// Its number, never zero. Those of incrementals rise.
        Sequence: int64
        /// What it is for.
        Type: AppendOnlyType
        /// The replication offset at which it begins (`startoffset`, since 8.0), if the line says so.
        StartOffset: int64 voption
        /// The replication offset at which it ends (`endoffset`, since 8.0), if the line says so.
        EndOffset: int64 voption
        /// The pairs of the line that no server knows, in their order. Servers skip them.
        Others: (string * string) list
    }

/// The list of the files of a multi-part append-only file (`aofManifest`, 7.0.15).
type AppendOnlyManifest =
    {
        /// What is loaded first.
        Base: AppendOnlyFile voption
        /// What is not loaded, in its order.
        History: AppendOnlyFile list
        /// What is loaded behind the base, in its order.
        Incrementals: AppendOnlyFile list
    }

    /// A manifest of nothing.
    static member Empty: AppendOnlyManifest =
        {
            Base = ValueNone
            History = []
            Incrementals = []
        }

/// How a manifest breaks a rule (`aofLoadManifestFromFile`, 7.0.15).
[<RequireQualifiedAccess>]
type ManifestTrouble =
    /// There is not a single line in it.
    | Empty
    /// The line has no line end, or more than 1024 bytes with it.
    | LineTooLong
    /// Nothing is in the line.
    | BlankLine
    /// Its quotes do not match, or it has fewer than three pairs of words, or half a pair.
    | NotPairs
    /// The pair is missing.
    | Missing of key: string
    /// The name is a path.
    | NameIsPath of name: string
    /// The number of the file is none, or zero.
    | BadSequence of text: string
    /// The type is not b, h or i.
    | BadType of text: string
    /// An offset is no number.
    | BadOffset of text: string
    /// There is a base already.
    | SecondBase
    /// The number of an incremental file is not higher than that of the one before.
    | SequenceNotRising of sequence: int64
    /// Its last line says that its bytes have another checksum. Such a line is ours, and a comment to servers.
    | ChecksumMismatch of stored: uint64 * computed: uint64
    /// It has no such line, so lines may be missing at its end.
    | ChecksumMissing

/// Which rule a manifest breaks, and in which line.
type ManifestFault =
    {
        /// The line, counted from 1.
        Line: int
        /// What is wrong with it.
        Trouble: ManifestTrouble
    }
