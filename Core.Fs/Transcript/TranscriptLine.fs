namespace HybridReplica.Core

/// Something that happens to a replica, as a transcript tells it.
[<RequireQualifiedAccess>]
type Input =
    /// `< +PONG`: a line from the master. Its line end is implied.
    | Line of text: string
    /// `<: REDIS0011`: bytes from the master, one character for each.
    | Bytes of text: string
    /// `<.. 4096`: so many bytes from the master, whatever they are.
    | Filler of bytes: int64
    /// `+`, `-`, `@` or `.`: anything else that a shell reports.
    | Report of event: Event

/// Something that a replica decides, as a transcript tells it. A transcript is for reading: what was decided is kept as
/// text, and told anew from the inputs when it is wanted as a command.
[<RequireQualifiedAccess>]
type Output =
    /// `> PING`: a request as a RESP array. `>> PING`: a request typed inline. A password is three stars.
    | Sent of form: WireForm * text: string
    /// `* take 18`: so many bytes go to the snapshot.
    | Took of bytes: int64
    /// `* deliver 27`: so many bytes are stream, and are handed over.
    | Delivered of bytes: int64
    /// `* dial 1`: any other thing to do.
    | Did of text: string
    /// `! Connecting attempt=1`: something to write to the log.
    | Logged of text: string
    /// `= stopped`: how it ended.
    | Ended of text: string

/// A line of a transcript. Its first column says whose line it is.
[<RequireQualifiedAccess>]
type TranscriptLine =
    /// `# …`: for people.
    | Remark of text: string
    /// An empty line: for people too.
    | Gap
    /// What happens.
    | In of Input
    /// What is decided.
    | Out of Output

/// A conversation between a replica and its master as text: the settings, and then line by line what happened and what
/// the replica decided.
type Transcript =
    {
        /// The remarks above the first line.
        Preface: string list
        /// What the replica was told. Where it has a password, this is a stand-in: no transcript holds a secret.
        Settings: Settings
        /// Other dialects under which the same conversation takes the same course.
        OtherDialects: Dialect list
        /// The conversation. It begins with `Event.Started`, which has no line of its own.
        Lines: TranscriptLine list
    }

    /// Whether it says anything of what was decided.
    member this.HasOutputs =
        this.Lines
        |> List.exists (fun line ->
            match line with
            | TranscriptLine.Out _ -> true
            | _ -> false)

    /// What happens in it, in order.
    member this.Inputs: Input list =
        this.Lines
        |> List.choose (fun line ->
            match line with
            | TranscriptLine.In input -> Some input
            | _ -> None)
