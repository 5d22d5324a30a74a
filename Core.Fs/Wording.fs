namespace HybridReplica.Core

/// What failures are called, in words for people: what happened, and what to try. Nothing branches on these.
[<RequireQualifiedAccess>]
module Wording =

    /// A reply as people may see it: nothing in it acts on a terminal, and it is not endless.
    let internal shown (reply: Reply) =
        let text = Printable.escape (string reply)

        if text.Length > 200 then
            text.Substring(0, 200) + "…"
        else
            text

    let private tlsTrouble trouble =
        match trouble with
        | TlsTrouble.NameMismatch -> "the certificate is made out to another host"
        | TlsTrouble.Untrusted -> "the certificate is not from an authority we trust, or out of date"
        | TlsTrouble.Rejected -> "the master ended the TLS handshake"
        | TlsTrouble.NotTls -> "what came back is not TLS"

    /// Why there is no connection.
    [<CompiledName "NetworkTrouble">]
    let networkTrouble (trouble: NetworkTrouble) : string =
        match trouble with
        | NetworkTrouble.Refused -> "connection refused"
        | NetworkTrouble.Unreachable -> "no route to the host"
        | NetworkTrouble.NameNotFound -> "the name of the host is not known"
        | NetworkTrouble.LookupFailed -> "the name of the host could not be looked up now"
        | NetworkTrouble.TimedOut -> "the connection timed out"
        | NetworkTrouble.Reset -> "the connection was reset"
        | NetworkTrouble.Closed -> "the master closed the connection"
        | NetworkTrouble.BindFailed -> "the address to connect from cannot be used"
        | NetworkTrouble.Denied -> "permission denied"
        | NetworkTrouble.NoSuchSocket -> "there is no such unix socket"
        | NetworkTrouble.Tls trouble -> "TLS: " + tlsTrouble trouble
        | NetworkTrouble.Other errorNumber -> $"network error {errorNumber}"

    /// Why a file could not be handled.
    [<CompiledName "FileTrouble">]
    let fileTrouble (trouble: FileTrouble) : string =
        match trouble with
        | FileTrouble.NotFound -> "no such folder or file"
        | FileTrouble.Denied -> "permission denied"
        | FileTrouble.Full -> "the disk is full"
        | FileTrouble.IsFolder -> "the target is a folder"
        | FileTrouble.NotAFile -> "the target is a device, a socket or a named pipe"
        | FileTrouble.Exists -> "the file exists already"
        | FileTrouble.ReadOnly -> "the file system is read-only"
        | FileTrouble.TooLarge -> "the file would be too large"
        | FileTrouble.BrokenPipe -> "nobody reads the pipe any more"
        | FileTrouble.Other errorNumber -> $"file error {errorNumber}"

    /// Why nothing more of the stream is received for now.
    [<CompiledName "SpoolTrouble">]
    let spoolTrouble (trouble: FileTrouble voption) : string =
        match trouble with
        | ValueSome trouble -> "the spool cannot be written, " + fileTrouble trouble
        | ValueNone -> "the spool is full"

    let private fileStep step =
        match step with
        | FileStep.Check -> "the target cannot be written"
        | FileStep.Create -> "the temporary file cannot be created"
        | FileStep.Write -> "the snapshot cannot be written"
        | FileStep.Sync -> "the snapshot cannot be synced to disk"
        | FileStep.Rename -> "the temporary file cannot be renamed to the target"
        | FileStep.SyncFolder -> "the new file is in place, but its folder cannot be synced to disk"
        | FileStep.Delete -> "the temporary file cannot be removed"

    let private archiveStep step =
        match step with
        | ArchiveStep.Lock -> "The folder of the archive cannot be used"
        | ArchiveStep.Read -> "The archive cannot be read"
        | ArchiveStep.Recover -> "The last segment of the archive cannot be recovered"
        | ArchiveStep.Append -> "The archive cannot be written"
        | ArchiveStep.Sync -> "The archive cannot be synced to disk"
        | ArchiveStep.Seal -> "A segment of the archive cannot be completed"
        | ArchiveStep.Open -> "A segment of the archive cannot be created"
        | ArchiveStep.Split -> "A segment of the archive cannot be divided"
        | ArchiveStep.Publish -> "The manifest of the archive cannot be replaced"
        | ArchiveStep.Remove -> "What is not kept cannot be removed from the archive"

    /// What is to be said of a snapshot's checksum.
    [<CompiledName "Verdict">]
    let verdict (verdict: RdbVerdict) : string =
        match verdict with
        | RdbVerdict.Verified version -> $"{version}, checksum verified"
        | RdbVerdict.Unchecked(version, ChecksumAbsence.Disabled) ->
            $"{version}, saved without a checksum (the master has rdbchecksum off)"
        | RdbVerdict.Unchecked(version, ChecksumAbsence.TooOld) -> $"{version}, a format that has no checksum yet"
        | RdbVerdict.ChecksumMismatch(version, stored, computed) ->
            $"{version}, its checksum says {stored:x16}, its bytes say {computed:x16}"
        | RdbVerdict.EndMissing version -> $"{version}, its end is missing"
        | RdbVerdict.NotRdb -> "it does not begin like an RDB"
        | RdbVerdict.TooShort bytes -> $"{bytes} bytes are too few for an RDB"

    /// What happened, without a full stop.
    [<CompiledName "Fault">]
    let fault (fault: Fault) : string =
        match fault with
        | Fault.ConnectFailed trouble -> $"Cannot connect to the master: {networkTrouble trouble}"
        | Fault.Disconnected NetworkTrouble.Closed -> "The master closed the connection"
        | Fault.Disconnected trouble -> $"The connection to the master was lost: {networkTrouble trouble}"
        | Fault.ConnectTimedOut seconds -> $"Cannot connect to the master: no answer in {seconds} s"
        | Fault.Silence seconds -> $"The master was silent for more than {seconds} s"
        | Fault.ReplyTooSlow seconds -> $"The master did not finish a reply in {seconds} s"
        | Fault.HandshakeTooLong seconds -> $"The handshake took more than {seconds} s"
        | Fault.PreparationTooLong seconds -> $"The master did not send its snapshot within {seconds} s"
        | Fault.StepRefused(step, reply) -> $"The master refused {step}: {shown reply}"
        | Fault.MasterBusy reply -> $"The master cannot serve a replica now: {shown reply}"
        | Fault.SnapshotRefused reply -> $"The master refused to send a snapshot: {shown reply}"
        | Fault.UnexpectedReply(step, reply) -> $"The master's reply to {step} is not one: \"{shown reply}\""
        | Fault.MalformedFullResync reply -> $"The master promised a full resync in a wrong form: {shown reply}"
        | Fault.ContinueUnasked reply -> $"The master wants to continue, but nothing was begun: {shown reply}"
        | Fault.MalformedPreamble reply -> $"The master announced no snapshot, but said \"{shown reply}\""
        | Fault.LineTooLong(limit, beginning) ->
            $"The master sent a line of more than {limit} bytes, beginning \"{Printable.escape beginning}\""
        | Fault.StreamMalformed trouble ->
            $"The stream of the master holds what cannot be in it, {trouble.Name}: \"{Printable.escape trouble.Text}\""
        | Fault.Gap(wanted, offered) -> $"The master cannot go on from {wanted}, it offers a snapshot at {offered}"
        | Fault.TooManyFullResyncs(allowed, seconds) ->
            $"There were {allowed} full resyncs in {seconds} s already, and the master wants another"
        | Fault.SnapshotCorrupt corrupt -> $"The snapshot is damaged: {verdict corrupt}"
        | Fault.SnapshotUnreadable fault -> $"The entries of the snapshot cannot be read. {RdbWording.fault fault}"
        | Fault.File(step, trouble) ->
            let what = fileStep step
            $"{System.Char.ToUpperInvariant what[0]}{what.Substring 1}: {fileTrouble trouble}"
        | Fault.Archive(step, trouble) -> $"{archiveStep step}: {fileTrouble trouble}"
        | Fault.ArchiveRefused trouble -> ArchiveWording.trouble trouble
        | Fault.OutOfTurn(phase, event) ->
            $"The event {Printable.escape event} was reported in the phase {Printable.escape phase}"

    let private startsWith prefix (reply: Reply) =
        match reply with
        | Reply.Error text -> text.StartsWith(prefix, System.StringComparison.Ordinal)
        | _ -> false

    let private refusalAdvice reply =
        if startsWith "WRONGPASS" reply || startsWith "ERR invalid password" reply then
            "check the user and the password"
        elif startsWith "NOAUTH" reply || startsWith "ERR operation not permitted" reply then
            "give a password (REDISCLI_AUTH, --password-file or in the URI)"
        elif startsWith "NOPERM" reply then
            "give the user the permissions +psync +replconf +ping (and +sync for masters without PSYNC)"
        elif startsWith "DENIED" reply then
            "the master is in protected mode: set a password there, or connect from its own host"
        elif startsWith "ERR AUTH" reply || startsWith "ERR Client sent AUTH" reply then
            "the master has no password set: connect without one"
        else
            "look into the master's log"

    let private networkAdvice trouble =
        match trouble with
        | NetworkTrouble.Refused -> "check the address and that the master is running"
        | NetworkTrouble.NameNotFound
        | NetworkTrouble.LookupFailed -> "check the name of the host"
        | NetworkTrouble.BindFailed -> "check the address given to bind to"
        | NetworkTrouble.NoSuchSocket -> "check the path and that the master is running"
        | NetworkTrouble.Denied -> "check the permissions of the socket"
        | NetworkTrouble.Tls TlsTrouble.NameMismatch -> "use the host name in the certificate"
        | NetworkTrouble.Tls TlsTrouble.Untrusted -> "give the authority's certificate with --tls-ca"
        | NetworkTrouble.Tls TlsTrouble.Rejected ->
            "give a client certificate with --tls-cert and --tls-key if the master wants one"
        | NetworkTrouble.Tls TlsTrouble.NotTls -> "use redis:// if the master's port is plain"
        | NetworkTrouble.Closed
        | NetworkTrouble.Reset -> "look into the master's log, or use rediss:// if its port speaks TLS"
        | NetworkTrouble.Unreachable
        | NetworkTrouble.TimedOut
        | NetworkTrouble.Other _ -> "check the network between here and the master"

    let private fileAdvice trouble =
        match trouble with
        | FileTrouble.NotFound -> "create the folder first"
        | FileTrouble.Denied -> "check the permissions of the folder"
        | FileTrouble.Full -> "make room on the disk"
        | FileTrouble.IsFolder -> "name a file"
        | FileTrouble.NotAFile -> "name a file, or write to standard output (-o -) and redirect that"
        | FileTrouble.Exists -> "remove temporary files that were left there"
        | FileTrouble.ReadOnly -> "write to another file system"
        | FileTrouble.TooLarge -> "write to a file system, or under a limit, that allows larger files"
        | FileTrouble.BrokenPipe -> "look at the program behind the pipe"
        | FileTrouble.Other _ -> "check the disk"

    /// What to try, beginning in lower case and without a full stop.
    [<CompiledName "Advice">]
    let advice (fault: Fault) : string =
        match fault with
        | Fault.ConnectFailed trouble
        | Fault.Disconnected trouble -> networkAdvice trouble
        | Fault.ConnectTimedOut _ ->
            "check the address and the firewalls on the way, and use redis:// if the port of the master is plain"
        | Fault.Silence _
        | Fault.ReplyTooSlow _
        | Fault.HandshakeTooLong _
        | Fault.PreparationTooLong _ -> "see whether the master is stopped or overloaded, or allow more time"
        | Fault.MasterBusy _ -> "try again later, or allow more attempts"
        | Fault.StepRefused(_, reply)
        | Fault.SnapshotRefused reply -> refusalAdvice reply
        | Fault.UnexpectedReply _
        | Fault.MalformedFullResync _
        | Fault.ContinueUnasked _
        | Fault.MalformedPreamble _
        | Fault.LineTooLong _
        | Fault.StreamMalformed _ -> "check that the address is that of a Redis or Valkey master"
        | Fault.Gap _ -> "begin again with a snapshot, and give the master a larger repl-backlog-size"
        | Fault.TooManyFullResyncs _ ->
            "give the master a larger repl-backlog-size and client-output-buffer-limit, or allow more full resyncs"
        | Fault.SnapshotUnreadable _ -> "keep the snapshot in a file and look into it, or follow without its entries"
        | Fault.SnapshotCorrupt _ -> "try again; if it happens again, the master or the network damages data"
        | Fault.File(_, trouble)
        | Fault.Archive(_, trouble) -> fileAdvice trouble
        | Fault.ArchiveRefused trouble -> ArchiveWording.advice trouble
        | Fault.OutOfTurn _ -> "please report this as a bug"

    /// How it ended, without a full stop.
    [<CompiledName "Outcome">]
    let outcome (outcome: Outcome) : string =
        match outcome with
        | Outcome.SnapshotKept snapshot ->
            let place =
                match snapshot.Position with
                | ValueSome position -> $" at {position}"
                | ValueNone -> ""

            $"snapshot kept, {snapshot.Size} bytes{place} ({verdict snapshot.Verdict})"
        | Outcome.Resumed position -> $"resumed from {position}"
        | Outcome.Stopped -> "stopped"
        | Outcome.Failed failure -> $"failed: {fault failure}"
