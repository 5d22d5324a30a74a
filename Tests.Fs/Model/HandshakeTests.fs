module HybridReplica.Tests.HandshakeTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private isRefusal verdict =
    match verdict with
    | Verdict.Refuse _ -> true
    | _ -> false

let private stepsOf settings =
    Handshake.steps settings |> List.map string |> String.concat " "

let private full =
    { Settings.Default with
        Credentials =
            ValueSome
                {
                    User = ValueNone
                    Password = Secret.OfText "p"
                }
        AnnouncedAddress = ValueSome "10.0.0.1"
        AnnouncedVersion = ValueSome "9.1.0"
        RdbOnly = true
    }

/// What an over-long line does at a step: the state after the line, the step being asked.
let private afterLongLine dialect phase beginning =
    let state =
        { State.Initial
              { Settings.Default with
                  Dialect = dialect
                  Retry =
                      { Settings.Default.Retry with
                          Attempts = 1
                      }
              } with
            Phase = phase
        }

    match (fst (Replica.transition (state, Event.LineTooLong beginning))).Phase with
    | Phase.Ended(Outcome.Failed fault) -> fault
    | other -> failtestf "%A" other

let private denied =
    "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set"

let private unknown = "-ERR unknown command 'REPLCONF', with args beginning with: "

let private asking step = Phase.Asking(step, [])

let private longLines =
    [
        "a refused PING", asking Step.Ping, denied, Fault.StepRefused(Step.Ping, Reply.Read denied)
        "a busy master", asking Step.Ping, "-LOADING x", Fault.MasterBusy(Reply.Error "LOADING x")
        "a refused AUTH", asking Step.Auth, "-WRONGPASS x", Fault.StepRefused(Step.Auth, Reply.Error "WRONGPASS x")
        "a status", asking Step.Ping, "+PONG", Fault.LineTooLong(Limits.HandshakeLine, "+PONG")
        "an error that is not critical",
        asking Step.ListeningPort,
        unknown,
        Fault.LineTooLong(Limits.HandshakeLine, unknown)
        "an error that leads to SYNC", asking Step.Psync, unknown, Fault.LineTooLong(Limits.HandshakeLine, unknown)
        "PSYNC asked too early", asking Step.Psync, "-LOADING x", Fault.MasterBusy(Reply.Error "LOADING x")
        "no reply at all", asking Step.Auth, "<html>", Fault.LineTooLong(Limits.HandshakeLine, "<html>")
        "a refused SYNC", Phase.AwaitingPreamble, denied, Fault.SnapshotRefused(Reply.Read denied)
        "SYNC to a busy master", Phase.AwaitingPreamble, "-BUSY x", Fault.MasterBusy(Reply.Error "BUSY x")
        "an announcement", Phase.AwaitingPreamble, "$EOF:", Fault.LineTooLong(Limits.PreambleLine, "$EOF:")
    ]

let tests =
    testList
        "handshake"
        [
            testCase "the judgements are the ones agreed on" (fun () ->
                Golden.agrees "Tests.Fs/Golden/judgements.txt" (JudgeTable.asText ()))
            testCase "redis6 settles everything that is set, and only that" (fun () ->
                Expect.equal (stepsOf full) "ping auth listening-port ip-address capa version rdb-only psync" "all"
                Expect.equal (stepsOf Settings.Default) "ping listening-port capa psync" "the usual")
            testCase "2.6 settles the password and the port, and then sends SYNC" (fun () ->
                for dialect in [ Dialect.Redis26; Dialect.Redis26Lenient ] do
                    Expect.equal (stepsOf { full with Dialect = dialect }) "ping auth listening-port" "all")
            testProperty
                "what lenient refuses, strict refuses too"
                (Prop.forAll Generators.reply (fun reply ->
                    for step in Step.All do
                        if isRefusal (Handshake.judge Dialect.Redis26Lenient step reply) then
                            Expect.isTrue (isRefusal (Handshake.judge Dialect.Redis26 step reply)) $"%O{step}"))
            testProperty
                "lenient and strict differ in nothing but errors to PING"
                (Prop.forAll Generators.reply (fun reply ->
                    for step in Step.All do
                        match step, reply with
                        | Step.Ping, Reply.Error _ -> ()
                        | _ ->
                            Expect.equal
                                (Handshake.judge Dialect.Redis26Lenient step reply)
                                (Handshake.judge Dialect.Redis26 step reply)
                                $"%O{step}"))
            testProperty
                "only PSYNC may be answered later, with a snapshot or with the stream"
                (Prop.forAll Generators.reply (fun reply ->
                    for dialect in Dialect.All do
                        for step in Step.All |> List.except [ Step.Psync ] do
                            match Handshake.judge dialect step reply with
                            | Verdict.Proceed
                            | Verdict.ProceedAnyway
                            | Verdict.Refuse _ -> ()
                            | other -> failtestf "%O %O: %A" dialect step other))
            testProperty
                "no reply to REPLCONF ends the handshake, and a + is never noted as a refusal"
                (Prop.forAll Generators.reply (fun reply ->
                    for dialect in Dialect.All do
                        let verdict = Handshake.judge dialect Step.ListeningPort reply

                        match reply with
                        | Reply.Status _ -> Expect.equal verdict Verdict.Proceed "a status"
                        | _ -> Expect.isFalse (isRefusal verdict) "the others"))
            testProperty
                "the fault of a preamble blames the master, for refusing or for breaking the protocol"
                (Prop.forAll Generators.reply (fun reply ->
                    let blame = FaultTable.blame (Handshake.judgePreamble reply)

                    match reply with
                    | Reply.Error _ -> Expect.equal blame Blame.MasterRefused "an error"
                    | _ -> Expect.equal blame Blame.MasterBroke "no error"))

            for name, phase, beginning, expected in longLines do
                testCase $"a line that is too long is what its beginning makes it: %s{name}" (fun () ->
                    Expect.equal (afterLongLine Dialect.Redis6 phase beginning) expected "the fault")
            testCase "2.6 reads the PING reply into a larger buffer" (fun () ->
                Expect.equal
                    (afterLongLine Dialect.Redis26 (asking Step.Ping) "+PONG")
                    (Fault.LineTooLong(Limits.PreambleLine, "+PONG"))
                    "the limit")
        ]
