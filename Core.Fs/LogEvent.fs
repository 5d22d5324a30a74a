namespace HybridReplica.Core

/// How much a log event matters. Redis' four levels are debug, verbose, notice and warning.
[<RequireQualifiedAccess>]
type LogLevel =
    /// What only a developer wants to know.
    | Debug
    /// What an operator wants to know.
    | Information
    /// What an operator should look at.
    | Warning
    /// What ended the session.
    | Error

/// What the replica has to say, as data. Names and numbers are part of the public surface: alerts are built on them.
[<RequireQualifiedAccess>]
type LogEvent =
    /// A connection is being opened.
    | Connecting of attempt: int
    /// The connection is there.
    | Connected
    /// The master answered PING.
    | MasterAnswered of reply: Reply
    /// The master refused a step that is not critical.
    | RefusalIgnored of step: Step * reply: Reply
    /// PSYNC is sent with a position.
    | TryingPartialResync of position: Position
    /// PSYNC is sent without a position.
    | NoPositionToResume
    /// The master will send everything.
    | FullResync of position: Position
    /// The master goes on from where we are.
    | PartialResync of position: Position
    /// The history goes on under another id.
    | ReplicationIdChanged of before: ReplicationId * after: ReplicationId
    /// PSYNC was refused in a way that makes SYNC worth a try.
    | PsyncNotSupported of reply: Reply
    /// SYNC is sent.
    | RetryingWithSync
    /// The temporary file could not be created at this try.
    | TemporaryFileRefused of tries: int * trouble: FileTrouble
    /// The master announced the snapshot.
    | SnapshotAnnounced of framing: Remainder
    /// The last byte of the snapshot is here.
    | SnapshotReceived of bytes: int64
    /// The snapshot carries no checksum, so nobody can say that it is as it was sent.
    | SnapshotUnchecked of verdict: RdbVerdict
    /// What failed in passing is tried again after a pause of so many seconds.
    | Retrying of fault: Fault * seconds: int * attempt: int
    /// The temporary file could not be removed.
    | TemporaryFileLeft of trouble: FileTrouble
    /// The session is over.
    | Ended of outcome: Outcome
    /// The stream begins.
    | Streaming of position: Position
    /// The stream holds what cannot be in it.
    | StreamBroken of trouble: StreamTrouble * position: Position
    /// There is no room for more of the stream.
    | SpoolFilled of trouble: FileTrouble voption
    /// There is room again.
    | SpoolDrained
    /// The archive goes on behind what is in it.
    | ArchiveRecovered of position: Position * cut: int64
    /// A segment of the archive was begun.
    | SegmentBegun of file: string * position: Position
    /// A snapshot is a base of the archive now.
    | BaseKept of file: string
    /// No base could be fetched beside the stream.
    | BaseNotFetched of reason: string
    /// The base that was fetched beside the stream cannot be used.
    | BaseUnusable of file: string
    /// Files that are not kept any longer were taken from the archive.
    | ArchivePruned of files: int
    /// A file that is not listed any more could not be removed.
    | ArchiveFileLeft of trouble: FileTrouble

    /// How much it matters.
    member this.Level =
        match this with
        // Nothing was torn.
        | ArchiveRecovered(_, 0L) -> LogLevel.Information
        | Ended(Outcome.Failed _) -> LogLevel.Error
        | TemporaryFileRefused _
        | TemporaryFileLeft _
        | SnapshotUnchecked _
        | Retrying _
        | StreamBroken _
        | SpoolFilled _
        | ArchiveRecovered _
        | BaseNotFetched _
        | BaseUnusable _
        | ArchiveFileLeft _ -> LogLevel.Warning
        | Connecting _
        | Connected
        | MasterAnswered _
        | NoPositionToResume -> LogLevel.Debug
        | RefusalIgnored _
        | TryingPartialResync _
        | FullResync _
        | PartialResync _
        | ReplicationIdChanged _
        | PsyncNotSupported _
        | RetryingWithSync
        | SnapshotAnnounced _
        | SnapshotReceived _
        | Ended _
        | Streaming _
        | SpoolDrained
        | SegmentBegun _
        | BaseKept _
        | ArchivePruned _ -> LogLevel.Information

    /// The number and the name, which stay what they are from release to release.
    member private this.Identity =
        match this with
        | Connecting _ -> 1, "Connecting"
        | Connected -> 2, "Connected"
        | MasterAnswered _ -> 3, "MasterAnswered"
        | RefusalIgnored _ -> 4, "RefusalIgnored"
        | TryingPartialResync _ -> 5, "TryingPartialResync"
        | NoPositionToResume -> 6, "NoPositionToResume"
        | FullResync _ -> 7, "FullResync"
        | PartialResync _ -> 8, "PartialResync"
        | ReplicationIdChanged _ -> 9, "ReplicationIdChanged"
        | PsyncNotSupported _ -> 10, "PsyncNotSupported"
        | RetryingWithSync -> 11, "RetryingWithSync"
        | TemporaryFileRefused _ -> 12, "TemporaryFileRefused"
        | SnapshotAnnounced _ -> 13, "SnapshotAnnounced"
        | SnapshotReceived _ -> 14, "SnapshotReceived"
        | SnapshotUnchecked _ -> 15, "SnapshotUnchecked"
        | Retrying _ -> 16, "Retrying"
        | TemporaryFileLeft _ -> 17, "TemporaryFileLeft"
        | Ended _ -> 18, "Ended"
        | Streaming _ -> 19, "Streaming"
        | StreamBroken _ -> 20, "StreamBroken"
        | SpoolFilled _ -> 21, "SpoolFilled"
        | SpoolDrained -> 22, "SpoolDrained"
        | ArchiveRecovered _ -> 23, "ArchiveRecovered"
        | SegmentBegun _ -> 24, "SegmentBegun"
        | BaseKept _ -> 25, "BaseKept"
        | BaseNotFetched _ -> 26, "BaseNotFetched"
        | BaseUnusable _ -> 27, "BaseUnusable"
        | ArchivePruned _ -> 28, "ArchivePruned"
        | ArchiveFileLeft _ -> 29, "ArchiveFileLeft"

    /// The number of the event.
    member this.Id = fst this.Identity

    /// The name of the event.
    member this.Name = snd this.Identity

    /// What varies from one such event to the next, by name. No value is ever a secret.
    member this.Fields: (string * string) list =
        match this with
        | Connecting attempt -> [ "attempt", string attempt ]
        | Connected
        | NoPositionToResume
        | RetryingWithSync
        | SpoolDrained -> []
        | MasterAnswered reply
        | PsyncNotSupported reply -> [ "reply", Wording.shown reply ]
        | RefusalIgnored(step, reply) -> [ "step", string step; "reply", Wording.shown reply ]
        | TryingPartialResync position
        | FullResync position
        | PartialResync position -> [ "position", string position ]
        | ReplicationIdChanged(before, after) -> [ "before", string before; "after", string after ]
        | TemporaryFileRefused(tries, trouble) -> [ "tries", string tries; "trouble", string trouble ]
        | SnapshotAnnounced framing -> [ "framing", Wording.shown (Reply.Snapshot framing) ]
        | SnapshotReceived bytes -> [ "bytes", string bytes ]
        | SnapshotUnchecked verdict -> [ "checksum", Wording.verdict verdict ]
        | Retrying(fault, seconds, attempt) ->
            [
                "fault", Wording.fault fault
                "seconds", string seconds
                "attempt", string attempt
            ]
        | TemporaryFileLeft trouble -> [ "trouble", string trouble ]
        | Ended outcome -> [ "outcome", Wording.outcome outcome ]
        | Streaming position -> [ "position", string position ]
        | StreamBroken(trouble, position) ->
            [
                "trouble", trouble.Name
                "bytes", Printable.escape trouble.Text
                "position", string position
            ]
        | SpoolFilled trouble -> [ "trouble", Wording.spoolTrouble trouble ]
        | ArchiveRecovered(position, cut) -> [ "position", string position; "cut", string cut ]
        | SegmentBegun(file, position) -> [ "file", Printable.escape file; "position", string position ]
        | BaseKept file
        | BaseUnusable file -> [ "file", Printable.escape file ]
        | BaseNotFetched reason -> [ "reason", Printable.escape reason ]
        | ArchivePruned files -> [ "files", string files ]
        | ArchiveFileLeft trouble -> [ "trouble", string trouble ]

    /// The event as one sentence.
    member this.Sentence =
        match this with
        | Connecting attempt -> $"Connecting to the master, attempt {attempt}."
        | Connected -> "Connected; asking the master whether it is there."
        | MasterAnswered reply -> $"The master answered PING with {Wording.shown reply}; replication can go on."
        | RefusalIgnored(step, reply) ->
            $"The master does not take {step}, which is not critical: {Wording.shown reply}"
        | TryingPartialResync position -> $"Asking to resume from {position}."
        | NoPositionToResume -> "There is no position to resume from; asking for a full resync."
        | FullResync position -> $"Full resync, the snapshot stands at {position}."
        | PartialResync position -> $"Partial resync from {position}."
        | ReplicationIdChanged(before, after) -> $"The replication id changed from {before} to {after}."
        | PsyncNotSupported reply -> $"The master does not support PSYNC or is in an error state: {Wording.shown reply}"
        | RetryingWithSync -> "Asking with SYNC instead."
        | TemporaryFileRefused(tries, trouble) ->
            let why = Wording.fileTrouble trouble
            $"The temporary file could not be created, try {tries} of {Limits.TemporaryTries}: {why}."
        | SnapshotAnnounced(Remainder.Counted bytes) -> $"The master sends a snapshot of {bytes} bytes."
        | SnapshotAnnounced(Remainder.Until _) -> "The master streams a snapshot whose size it does not know yet."
        | SnapshotReceived bytes -> $"The snapshot is here, {bytes} bytes."
        | SnapshotUnchecked verdict -> $"The snapshot cannot be checked: {Wording.verdict verdict}."
        | Retrying(fault, seconds, attempt) ->
            $"{Wording.fault fault}. Trying again in {seconds} s (attempt {attempt})."
        | TemporaryFileLeft trouble -> $"The temporary file could not be removed: {Wording.fileTrouble trouble}."
        | Ended outcome -> $"The session ended: {Wording.outcome outcome}."
        | Streaming position -> $"Following the stream from {position}."
        | StreamBroken(trouble, position) ->
            $"The stream behind {position} holds what cannot be in it, {trouble.Name}: "
            + $"\"{Printable.escape trouble.Text}\"."
        | SpoolFilled trouble -> $"Nothing more is received for now: {Wording.spoolTrouble trouble}."
        | SpoolDrained -> "There is room again for what the master sends."
        | ArchiveRecovered(position, 0L) -> $"The archive goes on from {position}."
        | ArchiveRecovered(position, cut) ->
            $"The archive goes on from {position}; {cut} bytes behind its last whole command were cut."
        | SegmentBegun(file, position) -> $"The stream behind {position} goes to {Printable.escape file}."
        | BaseKept file -> $"The snapshot is a base of the archive now: {Printable.escape file}."
        | BaseNotFetched reason -> $"No new base could be fetched: {Printable.escape reason}."
        | BaseUnusable file -> $"The new base {Printable.escape file} does not fit the stream, and is not kept."
        | ArchivePruned files -> $"Out of the archive go {files} files that are not kept any longer."
        | ArchiveFileLeft trouble ->
            $"A file that is not in the archive any more could not be removed: {Wording.fileTrouble trouble}."
