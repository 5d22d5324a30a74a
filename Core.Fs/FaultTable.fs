namespace HybridReplica.Core

/// What is to be known of a fault besides its case.
[<RequireQualifiedAccess>]
module FaultTable =

    /// Whose doing the fault is.
    [<CompiledName "Blame">]
    let blame (fault: Fault) : Blame =
        match fault with
        | Fault.ConnectFailed _
        | Fault.Disconnected _
        | Fault.ConnectTimedOut _ -> Blame.Network
        | Fault.Silence _
        | Fault.ReplyTooSlow _
        | Fault.HandshakeTooLong _
        | Fault.PreparationTooLong _ -> Blame.MasterSilent
        | Fault.StepRefused _
        | Fault.MasterBusy _
        | Fault.SnapshotRefused _ -> Blame.MasterRefused
        | Fault.UnexpectedReply _
        | Fault.MalformedFullResync _
        | Fault.ContinueUnasked _
        | Fault.MalformedPreamble _
        | Fault.LineTooLong _
        | Fault.StreamMalformed _ -> Blame.MasterBroke
        | Fault.Gap _
        | Fault.TooManyFullResyncs _ -> Blame.History
        | Fault.SnapshotCorrupt _
        | Fault.SnapshotUnreadable _ -> Blame.Corrupt
        | Fault.File _
        | Fault.Archive _
        | Fault.ArchiveRefused ArchiveTrouble.InUse
        | Fault.ArchiveRefused ArchiveTrouble.NotAnArchive -> Blame.Disk
        | Fault.ArchiveRefused _ -> Blame.Corrupt
        | Fault.OutOfTurn _ -> Blame.Shell

    let private isPassingOnTheNetwork trouble =
        match trouble with
        | NetworkTrouble.NameNotFound
        | NetworkTrouble.BindFailed
        | NetworkTrouble.Denied
        | NetworkTrouble.Tls _ -> false
        | NetworkTrouble.NoSuchSocket
        | NetworkTrouble.Refused
        | NetworkTrouble.Unreachable
        | NetworkTrouble.LookupFailed
        | NetworkTrouble.TimedOut
        | NetworkTrouble.Reset
        | NetworkTrouble.Closed
        | NetworkTrouble.Other _ -> true

    /// Whether the same attempt may succeed a little later. What a wrong password, a broken protocol or a full disk
    /// stopped is not tried again.
    [<CompiledName "IsPassing">]
    let isPassing (fault: Fault) : bool =
        match fault with
        | Fault.ConnectFailed trouble
        | Fault.Disconnected trouble -> isPassingOnTheNetwork trouble
        | Fault.ConnectTimedOut _
        | Fault.Silence _
        | Fault.ReplyTooSlow _
        | Fault.HandshakeTooLong _
        | Fault.PreparationTooLong _
        | Fault.MasterBusy _
        | Fault.StreamMalformed _
        | Fault.SnapshotCorrupt _ -> true
        | Fault.StepRefused _
        | Fault.SnapshotRefused _
        | Fault.UnexpectedReply _
        | Fault.MalformedFullResync _
        | Fault.ContinueUnasked _
        | Fault.MalformedPreamble _
        | Fault.LineTooLong _
        | Fault.Gap _
        | Fault.TooManyFullResyncs _
        | Fault.SnapshotUnreadable _
        | Fault.File _
        | Fault.Archive _
        | Fault.ArchiveRefused _
        | Fault.OutOfTurn _ -> false
