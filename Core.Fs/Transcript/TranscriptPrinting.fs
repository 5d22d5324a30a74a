namespace HybridReplica.Core

open System

/// Transcripts as text.
[<RequireQualifiedAccess>]
module TranscriptPrinting =

    // A mark, and what follows it if anything does.
    let private marked mark text =
        if text = "" then mark else mark + " " + text

    let private remark (text: string) =
        marked "#" (text.ReplaceLineEndings " ")

    let private line text = marked "<" (Printable.escape text)

    let private bytes text = marked "<:" (Printable.escape text)

    let private worded words event =
        words
        |> List.filter (fun (_, other) -> other = event)
        |> List.map fst
        |> String.concat ""

    // The events of `Framing` are told by the bytes that bring them about.
    let private report (event: Event) =
        match event with
        | Event.Started
        | Event.StopRequested -> ". " + worded TranscriptWords.requests event
        | Event.Connected link -> $"+ connected {link}"
        | Event.ConnectFailed(link, trouble) -> $"- connect {link} {trouble}"
        | Event.Disconnected(link, NetworkTrouble.Closed) -> $"- closed {link}"
        | Event.Disconnected(link, trouble) -> $"- lost {link} {trouble}"
        | Event.TargetReady
        | Event.TemporaryCreated
        | Event.Synced
        | Event.Renamed
        | Event.FolderSynced
        | Event.TemporaryDeleted
        | Event.SpoolDrained -> "+ " + worded TranscriptWords.plainReports event
        | Event.SnapshotChecked verdict -> "+ checked " + TranscriptWords.verdict verdict
        | Event.StreamDatabase database -> $"+ stream database {database}"
        | Event.Streamed scan -> "+ streamed " + ScanWords.write scan
        | Event.Repeated count -> $"+ repeated {count}"
        | Event.StreamMalformed trouble -> $"- stream {trouble.Name} " + Printable.escape trouble.Text
        | Event.Applied position -> $"+ applied {position}"
        | Event.MadeDurable position -> $"+ durable {position}"
        | Event.SpoolFilled ValueNone -> "- spool filled"
        | Event.SpoolFilled(ValueSome trouble) -> $"- spool {trouble}"
        | Event.SnapshotUnreadable fault -> "- unreadable " + RdbFaultWords.write fault
        | Event.Archive happened -> ArchiveWords.event happened
        | Event.FileFailed(step, trouble) -> $"- {step} {trouble}"
        | Event.Ticked seconds -> $"@ {seconds}s"
        | Event.LineBegun -> "<.. 1"
        | Event.Replied reply -> line (string reply)
        | Event.LineTooLong beginning -> bytes beginning
        | Event.SnapshotBegun(ValueSome version) -> bytes (string version)
        | Event.SnapshotBegun ValueNone -> $"<.. {Limits.RdbHeadLength}"
        | Event.Arrived count -> $"<.. {count}"
        | Event.MarkReached -> $"<.. {Limits.MarkLength}"

    let private input (input: Input) =
        match input with
        | Input.Line text -> line text
        | Input.Bytes text -> bytes text
        | Input.Filler count -> $"<.. {count}"
        | Input.Report event -> report event

    let private output (output: Output) =
        match output with
        | Output.Sent(WireForm.Array, text) -> marked ">" text
        | Output.Sent(WireForm.Inline, text) -> marked ">>" text
        | Output.Took bytes -> $"* take {bytes}"
        | Output.Delivered bytes -> $"* deliver {bytes}"
        | Output.Did text -> marked "*" text
        | Output.Logged text -> marked "!" text
        | Output.Ended text -> marked "=" text

    /// One line, without its line end.
    [<CompiledName "Line">]
    let printLine (line: TranscriptLine) : string =
        match line with
        | TranscriptLine.Remark text -> remark text
        | TranscriptLine.Gap -> ""
        | TranscriptLine.In happening -> input happening
        | TranscriptLine.Out decision -> output decision

    let private dialects (transcript: Transcript) =
        match transcript.OtherDialects with
        | [] -> $"dialect {transcript.Settings.Dialect}"
        | others ->
            transcript.Settings.Dialect :: others
            |> List.map string
            |> String.concat " "
            |> (+) "dialects "

    let private header (transcript: Transcript) =
        List.map remark transcript.Preface
        @ [ dialects transcript ]
        @ TranscriptHeader.write transcript.Settings
        @ [ "" ]

    let private text lines =
        lines |> List.map (fun line -> line + "\n") |> String.concat ""

    /// All that comes before the first line of a conversation under these settings, with the empty line that ends it.
    [<CompiledName "Header">]
    let printHeader (settings: Settings) : string =
        text (
            header
                {
                    Preface = []
                    Settings = settings
                    OtherDialects = []
                    Lines = []
                }
        )

    /// The whole transcript.
    [<CompiledName "Print">]
    let print (transcript: Transcript) : string =
        text (header transcript @ List.map printLine transcript.Lines)
