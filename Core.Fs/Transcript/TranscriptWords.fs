namespace HybridReplica.Core

/// What events and commands are called in transcripts.
module internal TranscriptWords =

    /// What the world reports without further detail, `+` before it.
    let plainReports =
        [
            "target ready", Event.TargetReady
            "temporary created", Event.TemporaryCreated
            "synced", Event.Synced
            "renamed", Event.Renamed
            "folder synced", Event.FolderSynced
            "temporary deleted", Event.TemporaryDeleted
            "spool drained", Event.SpoolDrained
        ]

    /// What the one who drives the replica asks for, `.` before it.
    let requests = [ "start", Event.Started; "stop", Event.StopRequested ]

    /// What can be said of a snapshot whose version is known and that needs no further detail.
    let plainVerdicts: (string * (RdbVersion -> RdbVerdict)) list =
        [
            "verified", RdbVerdict.Verified
            "no-checksum", (fun version -> RdbVerdict.Unchecked(version, ChecksumAbsence.Disabled))
            "too-old", (fun version -> RdbVerdict.Unchecked(version, ChecksumAbsence.TooOld))
            "end-missing", RdbVerdict.EndMissing
        ]

    /// A verdict in words.
    let verdict (verdict: RdbVerdict) : string =
        let plain version =
            plainVerdicts
            |> List.filter (fun (_, make) -> make version = verdict)
            |> List.map (fun (word, _) -> $"{version} {word}")
            |> String.concat ""

        match verdict with
        | RdbVerdict.Verified version
        | RdbVerdict.Unchecked(version, _)
        | RdbVerdict.EndMissing version -> plain version
        | RdbVerdict.ChecksumMismatch(version, stored, computed) -> $"{version} mismatch {stored:x16} {computed:x16}"
        | RdbVerdict.NotRdb -> "not-rdb"
        | RdbVerdict.TooShort bytes -> $"too-short {bytes}"

    let private notice notice =
        match notice with
        | Notice.FullResync reason -> $"full resync: {reason}"
        | Notice.SnapshotStarted framing -> "snapshot started " + Printable.escape (string (Reply.Snapshot framing))
        | Notice.SnapshotReceived(_, position) -> $"snapshot received {position}"
        | Notice.Resumed(position, true) -> $"resumed {position} rewound"
        | Notice.Resumed(position, false) -> $"resumed {position}"
        | Notice.Disconnected(fault, seconds) -> $"disconnected {seconds}s: {Wording.fault fault}"
        | Notice.SpoolFilled trouble -> $"spool filled: {Wording.spoolTrouble trouble}"

    /// What to do, `*` before it, in words.
    let action (command: Command) : string =
        match command with
        | Command.Dial link -> $"dial {link}"
        | Command.HangUp -> "hang up"
        | Command.CheckTarget -> "check target"
        | Command.CreateTemporary -> "create temporary"
        | Command.Take bytes -> $"take {bytes}"
        | Command.SyncBehind -> "sync behind"
        | Command.CheckSnapshot -> "check snapshot"
        | Command.Sync -> "sync"
        | Command.Rename -> "rename"
        | Command.SyncFolder -> "sync folder"
        | Command.DeleteTemporary -> "delete temporary"
        | Command.Deliver bytes -> $"deliver {bytes}"
        | Command.Tell told -> "tell " + notice told
        | Command.Archive archived -> "archive " + ArchiveWords.command archived
        | Command.DisconnectReplicas -> "disconnect replicas"
        | Command.DropBacklog -> "drop backlog"
        | Command.Notify(Notification.Status text) -> "notify STATUS=" + Printable.escape text
        | Command.Notify Notification.Ready -> "notify READY=1"
        | Command.Notify Notification.Watchdog -> "notify WATCHDOG=1"
        | Command.Send(_, request) -> Printable.escape (RequestEncoding.show request)
        | Command.Log entry -> entry.Name
        | Command.Finish outcome -> Wording.outcome outcome

    // What a master said is escaped already, and so a backslash stays what it is; and wordings may hold characters that
    // no byte stands for.
    let private escapeInQuotes character =
        match character with
        | '"' -> "\\\""
        | '\\' -> "\\"
        | c when c > '\255' -> string c
        | c -> Printable.escape (string c)

    let private quoted (value: string) =
        let isPlain character =
            character > ' ' && character < '\127' && character <> '"'

        if value.Length > 0 && String.forall isPlain value then
            value
        else
            "\"" + String.collect escapeInQuotes value + "\""

    /// A log event in words: its name, and what varies from one such event to the next.
    let logged (entry: LogEvent) : string =
        entry.Fields
        |> List.map (fun (name, value) -> $"{name}={quoted value}")
        |> List.append [ entry.Name ]
        |> String.concat " "

    /// How a transcript tells what was decided.
    let output (command: Command) : Output =
        match command with
        | Command.Send(form, _) -> Output.Sent(form, action command)
        | Command.Take bytes -> Output.Took bytes
        | Command.Deliver bytes -> Output.Delivered bytes
        | Command.Log entry -> Output.Logged(logged entry)
        | Command.Finish outcome -> Output.Ended(Wording.outcome outcome)
        | other -> Output.Did(action other)
