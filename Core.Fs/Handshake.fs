namespace HybridReplica.Core

/// What a reply means to the step it answers.
[<RequireQualifiedAccess>]
type Verdict =
    /// Settled: on to the next step.
    | Proceed
    /// Refused, and not critical: on to the next step.
    | ProceedAnyway
    /// A newline from a master that is still at work: the answer is yet to come.
    | Wait
    /// A snapshot is promised, and this is where it will stand.
    | FullResync of position: Position
    /// The master goes on from where we are, under this id if it names one.
    | Resume of id: ReplicationId voption
    /// PSYNC is not understood: SYNC remains.
    | FallBack
    /// The handshake ends here.
    | Refuse of fault: Fault

/// The three handshakes as tables: which steps there are, how each is asked, and what each reply means.
[<RequireQualifiedAccess>]
module Handshake =

    /// What to settle, in order, before the data is asked for.
    [<CompiledName "Steps">]
    let steps (settings: Settings) : Step list =
        [
            Step.Ping
            if settings.Credentials.IsSome then
                Step.Auth
            Step.ListeningPort
            if settings.Dialect = Dialect.Redis6 then
                if settings.AnnouncedAddress.IsSome then
                    Step.AnnouncedAddress

                Step.Capabilities

                if settings.AnnouncedVersion.IsSome then
                    Step.AnnouncedVersion

                if settings.RdbOnly then
                    Step.RdbOnly

                if settings.IsFromNow then
                    Step.FilterAll

                Step.Psync
        ]

    /// The request that asks for a step, given the position to resume from.
    [<CompiledName "Request">]
    let request (settings: Settings) (resumeFrom: Position voption) (step: Step) : Request =
        match step with
        | Step.Ping -> Request.Ping
        | Step.Auth ->
            match settings.Credentials with
            | ValueSome credentials -> Request.Auth credentials
            | ValueNone ->
                Request.Auth
                    {
                        User = ValueNone
                        Password = Secret.OfText ""
                    }
        | Step.ListeningPort ->
            Request.ListeningPort(ValueOption.defaultValue settings.ListeningPort settings.AnnouncedPort)
        | Step.AnnouncedAddress -> Request.AnnouncedAddress(ValueOption.defaultValue "" settings.AnnouncedAddress)
        | Step.Capabilities -> Request.Capabilities
        | Step.AnnouncedVersion -> Request.AnnouncedVersion(ValueOption.defaultValue "" settings.AnnouncedVersion)
        | Step.RdbOnly -> Request.RdbOnly
        | Step.FilterAll -> Request.FilterAll
        | Step.Psync -> Request.Psync resumeFrom

    /// How requests are written in a dialect. SYNC is typed in all of them.
    [<CompiledName "Form">]
    let form (dialect: Dialect) (request: Request) : WireForm =
        match dialect, request with
        | _, Request.Sync
        | _, Request.Newline
        | Dialect.Redis26, _
        | Dialect.Redis26Lenient, _ -> WireForm.Inline
        | Dialect.Redis6, _ -> WireForm.Array

    let private starts (prefix: string) (text: string) =
        text.StartsWith(prefix, System.StringComparison.Ordinal)

    let private startsWithAny prefixes text =
        prefixes |> List.exists (fun prefix -> starts prefix text)

    /// Whether an error says that the master cannot serve anybody now but may later (`processCommand`, 7.0.15).
    let internal isBusy: string -> bool =
        startsWithAny
            [
                "LOADING"
                "BUSY"
                "MASTERDOWN"
                "NOMASTERLINK"
                "MISCONF"
                "ERR max number of clients"
                "ERR BGSAVE failed"
                "ERR Can't SYNC while not connected with my master"
            ]

    /// Whether an error to PING only asks for a password, so that the master is there and speaks RESP.
    let private asksForPassword =
        startsWithAny [ "NOAUTH"; "ERR operation not permitted" ]

    /// The fault of an error that ends the handshake.
    let private refusal step text =
        if isBusy text then
            Fault.MasterBusy(Reply.Error text)
        else
            Fault.StepRefused(step, Reply.Error text)

    // syncWithMaster: 2.6.10 takes any error to PING, 2.6.17 those that ask for a password, 6.0.7 and later also
    // NOPERM.
    let private judgePing dialect reply =
        match dialect, reply with
        | _, Reply.Status _ -> Verdict.Proceed
        | Dialect.Redis26Lenient, Reply.Error _ -> Verdict.Proceed
        | _, Reply.Error text when asksForPassword text -> Verdict.Proceed
        | Dialect.Redis6, Reply.Error text when starts "NOPERM" text -> Verdict.Proceed
        | _, Reply.Error text -> Verdict.Refuse(refusal Step.Ping text)
        | _, other -> Verdict.Refuse(Fault.UnexpectedReply(Step.Ping, other))

    // 2.6 wants a `+` and 6.0 is content with anything but a `-`; a reply that is neither is no answer to AUTH.
    let private judgeAuth reply =
        match reply with
        | Reply.Status _ -> Verdict.Proceed
        | Reply.Error text -> Verdict.Refuse(refusal Step.Auth text)
        | other -> Verdict.Refuse(Fault.UnexpectedReply(Step.Auth, other))

    // A master that does not know an option can still serve us. 2.6 says so for all but a `+`, 6.0 only for a `-`.
    let private judgeReplconf dialect reply =
        match dialect, reply with
        | _, Reply.Status _ -> Verdict.Proceed
        | _, Reply.Error _ -> Verdict.ProceedAnyway
        | Dialect.Redis6, _ -> Verdict.Proceed
        | _ -> Verdict.ProceedAnyway

    // slaveTryPartialResynchronization, 6.0.16; but a garbled +FULLRESYNC is refused, where Redis goes on without a
    // position.
    let private judgePsync reply =
        match reply with
        | Reply.Blank -> Verdict.Wait
        | Reply.Error text when startsWithAny [ "NOMASTERLINK"; "LOADING" ] text ->
            Verdict.Refuse(Fault.MasterBusy reply)
        | Reply.Status text ->
            match PsyncAnswer.Read text with
            | PsyncAnswer.FullResync position -> Verdict.FullResync position
            | PsyncAnswer.FullResyncGarbled -> Verdict.Refuse(Fault.MalformedFullResync reply)
            | PsyncAnswer.Continue id -> Verdict.Resume id
            | PsyncAnswer.Unknown -> Verdict.FallBack
        | _ -> Verdict.FallBack

    /// What a reply to a step means: the heart of the handshake.
    [<CompiledName "Judge">]
    let judge (dialect: Dialect) (step: Step) (reply: Reply) : Verdict =
        match step with
        | Step.Ping -> judgePing dialect reply
        | Step.Auth -> judgeAuth reply
        | Step.ListeningPort
        | Step.AnnouncedAddress
        | Step.Capabilities
        | Step.AnnouncedVersion
        | Step.RdbOnly
        | Step.FilterAll -> judgeReplconf dialect reply
        | Step.Psync -> judgePsync reply

    /// The fault of a line that should have announced a snapshot and is neither an announcement nor a newline.
    [<CompiledName "JudgePreamble">]
    let judgePreamble (reply: Reply) : Fault =
        match reply with
        | Reply.Error text when isBusy text -> Fault.MasterBusy reply
        | Reply.Error _ -> Fault.SnapshotRefused reply
        | other -> Fault.MalformedPreamble other
