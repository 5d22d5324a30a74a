namespace HybridReplica.Core

/// What cannot be in a stream. Texts are one character for each byte, and cut off where they get long.
[<RequireQualifiedAccess>]
type StreamTrouble =
    /// Neither a command nor an empty line begins like this.
    | NotACommand of beginning: string
    /// The number of words in a command is none.
    | BadCount of line: string
    /// A word does not begin with its length, or that is none.
    | BadLength of line: string
    /// A word is longer than it says.
    | BadEnd of bytes: string
    /// SELECT without the number of a database.
    | BadDatabase of text: string

    /// The word used in transcripts.
    member this.Name =
        match this with
        | NotACommand _ -> "not-a-command"
        | BadCount _ -> "bad-count"
        | BadLength _ -> "bad-length"
        | BadEnd _ -> "bad-end"
        | BadDatabase _ -> "bad-database"

    /// The bytes it is about.
    member this.Text =
        match this with
        | NotACommand text
        | BadCount text
        | BadLength text
        | BadEnd text
        | BadDatabase text -> text
