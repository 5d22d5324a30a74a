/// What Redis' own functions do, row by row, asked of the model. Each test is named by the rows of
/// docs/differences.md that it is about, the tag and the function. What takes a whole conversation is told by a
/// scenario instead.
module HybridReplica.Tests.RedisSourceTests

open Expecto
open HybridReplica.Core

let private lenient = Dialect.Redis26Lenient

let private strict = Dialect.Redis26

let private judge dialect step line =
    Handshake.judge dialect step (Reply.Read line)

let private settings dialect =
    { Settings.Default with
        Dialect = dialect
        Retry =
            { Settings.Default.Retry with
                Attempts = 1
            }
    }

let private at phase settings =
    { State.Initial settings with
        Phase = phase
    }

let private after event state = fst (Replica.transition (state, event))

let private commands event state = snd (Replica.transition (state, event))

let private isFault (verdict: Verdict) =
    match verdict with
    | Verdict.Refuse _ -> true
    | _ -> false

let private failed (state: State) =
    match state.Phase with
    | Phase.Ended(Outcome.Failed _) -> true
    | _ -> false

let private asking step = Phase.Asking(step, [])

let private lost = Event.Disconnected(1, NetworkTrouble.Reset)

let private id = String.replicate 40 "a"

let private known = Position.AtFullResync(Generators.replicationIdOf id, Offset 99L)

let private resuming =
    { settings Dialect.Redis6 with
        Resume = ValueSome known
    }

let private requests commands =
    [
        for command in commands do
            match command with
            | Command.Send(_, request) -> RequestEncoding.show request
            | _ -> ()
    ]

let private pongs =
    [
        "AB-08, syncWithMaster, 2.6.17", strict, "+PONG", Verdict.Proceed
        "AB-09, syncWithMaster, 2.6.10", lenient, "-ERR max number of clients reached", Verdict.Proceed
        "AB-09, syncWithMaster, 2.6.10, loading", lenient, "-LOADING x", Verdict.Proceed
        "AB-10, syncWithMaster, 2.6.17", strict, "-NOAUTH x", Verdict.Proceed
        "AB-10, syncWithMaster, 2.6.17, old text", strict, "-ERR operation not permitted", Verdict.Proceed
        "C-14, syncWithMaster, 6.0.6", Dialect.Redis6, "+PONG", Verdict.Proceed
        "C-15, syncWithMaster, 6.0.6", Dialect.Redis6, "-NOAUTH x", Verdict.Proceed
        "C-16, syncWithMaster, 6.0.6", Dialect.Redis6, "-ERR operation not permitted", Verdict.Proceed
        "C-17, syncWithMaster, 6.0.7", Dialect.Redis6, "-NOPERM x", Verdict.Proceed
    ]

let private refusedPongs =
    [
        "AB-11, syncWithMaster, 2.6.10", lenient, [ ""; "PONG"; ":1"; "$4" ]
        "AB-12, syncWithMaster, 2.6.17",
        strict,
        [ ""; "PONG"; "-NOPERM x"; "-LOADING x"; "-noauth x"; "-ERR operation" ]
        "C-17, C-18, syncWithMaster, 6.0.6",
        Dialect.Redis6,
        [ ""; "PONG"; ":1"; "-LOADING x"; "-MASTERDOWN x"; "-DENIED x" ]
    ]

let private psyncAnswers =
    [
        "S-12", $"+FULLRESYNC %s{id} 7", Verdict.FullResync(Position.AtFullResync(known.Id, Offset 7L))
        "S-14", "+CONTINUE", Verdict.Resume ValueNone
        "S-15", $"+CONTINUE %s{id}", Verdict.Resume(ValueSome known.Id)
        "S-18", "-ERR unknown command 'PSYNC'", Verdict.FallBack
        "S-20", "-NOPERM x", Verdict.FallBack
        "S-20, a status", "+OK", Verdict.FallBack
        "S-20, a number", ":1", Verdict.FallBack
        "S-21", "", Verdict.Wait
    ]

let private stepsWithReplies =
    [
        "C-25", Step.Auth
        "C-31", Step.ListeningPort
        "C-36", Step.AnnouncedAddress
        "C-40", Step.Capabilities
    ]

let private stop = Event.StopRequested

let tests =
    testList
        "redis source"
        [
            for row, dialect, line, verdict in pongs do
                testCase $"%s{row}: PING is answered by %s{line}" (fun () ->
                    Expect.equal (judge dialect Step.Ping line) verdict "the verdict")

            for row, dialect, lines in refusedPongs do
                testCase $"%s{row}: any other reply to PING ends the attempt" (fun () ->
                    for line in lines do
                        Expect.isTrue (isFault (judge dialect Step.Ping line)) line)

            for row, line, verdict in psyncAnswers do
                testCase
                    $"%s{row}, slaveTryPartialResynchronization, 6.0.16: PSYNC is answered by \"%s{line}\""
                    (fun () -> Expect.equal (judge Dialect.Redis6 Step.Psync line) verdict "the verdict")

            for row, step in stepsWithReplies do
                testCase $"%s{row}, syncWithMaster, 6.0.16: a reply that cannot be read ends the attempt" (fun () ->
                    Expect.isTrue (settings Dialect.Redis6 |> at (asking step) |> after lost |> failed) "the end")

            testCase "AB-01, C-10, syncWithMaster: an event of a connection given up changes nothing" (fun () ->
                let stopped = settings strict |> at (Phase.Ended Outcome.Stopped)
                Expect.equal (Replica.transition (stopped, Event.Connected 1)) (stopped, []) "nothing")
            testCase "AB-04, syncWithMaster, 2.6.17: once connected, PING is sent and its reply awaited" (fun () ->
                let connecting = settings strict |> at Phase.Connecting
                Expect.equal (requests (commands (Event.Connected 1) connecting)) [ "PING" ] "the request"

                Expect.equal
                    (after (Event.Connected 1) connecting).ReplState
                    "REDIS_REPL_RECEIVE_PONG"
                    "the state of Redis")
            testCase "AB-07, AB-17, syncWithMaster, 2.6.17: a reply that cannot be read ends the attempt" (fun () ->
                for step in [ Step.Ping; Step.Auth ] do
                    Expect.isTrue (settings strict |> at (asking step) |> after lost |> failed) $"%O{step}")
            testCase "AB-18, C-26, syncWithMaster: only a + answers AUTH, in every dialect" (fun () ->
                for dialect in Dialect.All do
                    for line in [ ""; ":1"; "OK"; "-ERR invalid password" ] do
                        Expect.isTrue (isFault (judge dialect Step.Auth line)) line)
            testCase
                "AB-20, AB-21, syncWithMaster, 2.6.17: any reply to REPLCONF will do, a + is noted as good"
                (fun () ->
                    Expect.equal (judge strict Step.ListeningPort "+OK") Verdict.Proceed "a status"

                    for line in [ ""; "-ERR unknown command 'REPLCONF'"; ":1"; "OK" ] do
                        Expect.equal (judge strict Step.ListeningPort line) Verdict.ProceedAnyway line)
            testCase
                "AB-22, AB-24, syncWithMaster, 2.6.17: SYNC is the last thing said, after the file is there"
                (fun () ->
                    let asked = settings strict |> at (asking Step.ListeningPort)

                    Expect.equal
                        (commands (Event.Replied(Reply.Status "OK")) asked)
                        [ Command.CreateTemporary ]
                        "first"

                    let opening = after (Event.Replied(Reply.Status "OK")) asked
                    Expect.equal (requests (commands Event.TemporaryCreated opening)) [ "SYNC" ] "then")
            testCase "C-22, syncWithMaster, 6.0.16: without a password there is no AUTH" (fun () ->
                Expect.isFalse (Handshake.steps (settings Dialect.Redis6) |> List.contains Step.Auth) "the steps")
            testCase "C-27, C-29, syncWithMaster, 6.0.16: the announced port comes before the listening port" (fun () ->
                let listening =
                    { settings Dialect.Redis6 with
                        ListeningPort = 6380
                    }

                let announcing =
                    { listening with
                        AnnouncedPort = ValueSome 7000
                    }

                let asked settings =
                    Handshake.request settings ValueNone Step.ListeningPort

                Expect.equal (asked listening) (Request.ListeningPort 6380) "the listening port"
                Expect.equal (asked announcing) (Request.ListeningPort 7000) "the announced port")
            testCase "C-32, C-37, C-41, syncWithMaster, 6.0.16: anything but an error to REPLCONF is fine" (fun () ->
                for step in [ Step.ListeningPort; Step.AnnouncedAddress; Step.Capabilities ] do
                    for line in [ "+OK"; ""; ":1"; "OK" ] do
                        Expect.equal (judge Dialect.Redis6 step line) Verdict.Proceed $"%O{step} %s{line}")
            testCase "C-42, syncWithMaster, 6.0.16: PSYNC asks for the byte after the position" (fun () ->
                let request = Handshake.request resuming (ValueSome known) Step.Psync
                Expect.equal (RequestEncoding.show request) $"PSYNC %s{id} 100" "the request")
            testCase "C-46, S-17, slaveTryPartialResynchronization, 6.0.16: later, and the position stays" (fun () ->
                for text in [ "NOMASTERLINK x"; "LOADING x" ] do
                    let state =
                        resuming |> at (asking Step.Psync) |> after (Event.Replied(Reply.Error text))

                    Expect.equal state.Phase (Phase.Ended(Outcome.Failed(Fault.MasterBusy(Reply.Error text)))) text
                    Expect.equal state.Resume (ValueSome known) "the position")
            testCase "S-13, slaveTryPartialResynchronization, 6.0.16: a garbled FULLRESYNC is a fault here" (fun () ->
                for line in
                    [
                        "+FULLRESYNC"
                        $"+FULLRESYNC %s{id}"
                        $"+FULLRESYNC %s{id} x"
                        "+FULLRESYNC x 7"
                    ] do
                    Expect.isTrue (isFault (judge Dialect.Redis6 Step.Psync line)) line)
            testCase "S-16, replicationResurrectCachedMaster, 6.0.16: CONTINUE without a position is a fault" (fun () ->
                let reply = Reply.Status "CONTINUE"

                let state =
                    settings Dialect.Redis6 |> at (asking Step.Psync) |> after (Event.Replied reply)

                Expect.equal state.Phase (Phase.Ended(Outcome.Failed(Fault.ContinueUnasked reply))) "the end")
            testCase "S-19, slaveTryPartialResynchronization, 7.0.1: a read error keeps the position" (fun () ->
                let state = resuming |> at (asking Step.Psync) |> after lost
                Expect.isTrue (failed state) "the end"
                Expect.equal state.Resume (ValueSome known) "the position")
            testCase "S-08, replicationUnsetMaster, 6.0.16: NO ONE in the handshake closes the connection" (fun () ->
                for step in Step.All do
                    let asked = settings Dialect.Redis6 |> at (asking step)
                    Expect.equal (List.head (commands stop asked)) Command.HangUp $"%O{step}"
                    Expect.equal (after stop asked).ReplState "REPL_STATE_NONE" $"%O{step}")
            testCase "S-09, replicationUnsetMaster, 6.0.16: NO ONE in the transfer removes the file too" (fun () ->
                let transferring =
                    { (settings Dialect.Redis6 |> at Phase.AwaitingPreamble) with
                        HasTemporary = true
                    }

                Expect.equal (commands stop transferring) [ Command.HangUp; Command.DeleteTemporary ] "the commands")
        ]
