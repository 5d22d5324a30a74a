/// Laws about patience: what may take how long, and what is tried again.
module HybridReplica.Tests.TimeProperties

open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Session

let private run events state =
    List.fold
        (fun (state, commands) event ->
            let next, more = Replica.transition (state, event)
            next, commands @ more)
        (state, [])
        events

let private seconds = Arb.fromGen (Gen.choose (1, 300))

/// Settings with one attempt, and every limit but those in question far away.
let private patient =
    { Settings.Default with
        Destination = Destination.Pipe
        Timeout = 100000
        ReplyTimeout = 100000
        HandshakeTimeout = 100000
        Retry =
            { Settings.Default.Retry with
                Attempts = 1
            }
    }

let private ok = Event.Replied(Reply.Status "OK")

let private fullResync =
    Event.Replied(Reply.Read "+FULLRESYNC 8de1787ba490483314a4d30f1c628bc5025eb761 1432")

let private toPsync = [ Event.Started; Event.Connected 1; ok; ok; ok ]

/// Newlines for so many seconds.
let private newlines count =
    List.collect (fun _ -> [ Event.Ticked 1; Event.Replied Reply.Blank ]) [ 1..count ]

/// Each limit: its name, the settings with it, what leads to the wait, the wait itself, and the fault of a second more.
let private limits =
    [
        "connecting",
        (fun limit -> { patient with Timeout = limit }),
        [ Event.Started ],
        (fun limit -> [ Event.Ticked limit ]),
        Fault.ConnectTimedOut
        "silence before a reply",
        (fun limit -> { patient with Timeout = limit }),
        [ Event.Started; Event.Connected 1 ],
        (fun limit -> [ Event.Ticked limit ]),
        Fault.Silence
        "silence before the snapshot",
        (fun limit -> { patient with Timeout = limit }),
        toPsync @ [ fullResync ],
        (fun limit -> [ Event.Ticked limit ]),
        Fault.Silence
        "silence before the first bytes of the snapshot",
        (fun limit -> { patient with Timeout = limit }),
        toPsync @ [ fullResync; Event.Replied(Reply.Read "$100") ],
        (fun limit -> [ Event.Ticked limit ]),
        Fault.Silence
        "silence within the snapshot",
        (fun limit -> { patient with Timeout = limit }),
        toPsync
        @ [
            fullResync
            Event.Replied(Reply.Read "$100")
            Event.SnapshotBegun(ValueSome Generators.rdbVersion)
            Event.Arrived 50
        ],
        (fun limit -> [ Event.Ticked limit ]),
        Fault.Silence
        "a line that was begun",
        (fun limit -> { patient with ReplyTimeout = limit }),
        [ Event.Started; Event.Connected 1; Event.LineBegun ],
        (fun limit -> [ Event.Ticked limit ]),
        Fault.ReplyTooSlow
        "the announcement that was begun",
        (fun limit -> { patient with ReplyTimeout = limit }),
        toPsync @ [ fullResync; Event.LineBegun ],
        (fun limit -> [ Event.Ticked limit ]),
        Fault.ReplyTooSlow
        "a reply to REPLCONF in 2.6, begun or not",
        (fun limit ->
            { patient with
                Dialect = Dialect.Redis26
                ReplyTimeout = limit
            }),
        [ Event.Started; Event.Connected 1; ok ],
        (fun limit -> [ Event.Ticked limit ]),
        Fault.ReplyTooSlow
        "newlines instead of an answer to PSYNC",
        (fun limit ->
            { patient with
                HandshakeTimeout = limit
            }),
        toPsync,
        newlines,
        Fault.HandshakeTooLong
        "newlines instead of an announcement",
        (fun limit ->
            { patient with
                PreparationTimeout = ValueSome limit
            }),
        toPsync @ [ fullResync ],
        newlines,
        Fault.PreparationTooLong
    ]

let private checkLimit settings before wait fault limit =
    let waiting, _ = State.Initial(settings limit) |> run before
    let atLimit, _ = run (wait limit) waiting
    Expect.equal atLimit.Phase waiting.Phase "the limit itself ends nothing"
    let pastLimit, _ = run [ Event.Ticked 1 ] atLimit
    Expect.equal pastLimit.Phase (Phase.Ended(Outcome.Failed(fault limit))) "a second past it does"

let private isDial command =
    match command with
    | Command.Dial _ -> true
    | _ -> false

let private pauses session =
    let settings = session.Settings.Retry

    let all = moves session

    let beforeJoining =
        all
        |> List.takeWhile (fun move -> not move.After.HasJoined)
        |> List.collect _.Commands
        |> List.filter isDial

    Expect.isTrue
        (beforeJoining.Length <= settings.Attempts)
        $"%d{beforeJoining.Length} of %d{settings.Attempts} attempts"

    for move in all do
        for command in move.Commands do
            match command with
            | Command.Log(LogEvent.Retrying(_, 0, _)) ->
                Expect.isTrue move.After.HasJoined "only a stream that was alive is asked for again at once"
            | Command.Log(LogEvent.Retrying(fault, seconds, attempt)) ->
                let most =
                    min (bigint settings.LongestPause) (bigint settings.FirstPause * pown 2I (attempt - 2))
                    |> int

                Expect.isTrue (FaultTable.isPassing fault || move.After.HasJoined) (Wording.fault fault)

                Expect.isTrue (seconds >= max 1 (most / 2) && seconds <= most) $"%d{seconds} s of at most %d{most} s"
            | _ -> ()

// What is said once for each report, however many seconds are in it.
let private isSignOfLife command =
    match command with
    | Command.Send(_, (Request.Ack _ | Request.Newline)) -> true
    | _ -> false

// Nor does it matter how old anything is when it is over.
let private butSignsOfLife (state: State, commands: Command list) =
    (if state.HasEnded then
         { state with FullResyncs = [] }
     else
         state),
    List.filter (isSignOfLife >> not) commands

let tests =
    testList
        "time"
        [
            for name, settings, before, wait, fault in limits do
                testProperty
                    $"a limit itself ends nothing, a second past it does: %s{name}"
                    (Prop.forAll seconds (checkLimit settings before wait fault))
            testProperty
                "seconds may be reported together or one by one, in any state, until a connection is asked for"
                (Prop.forAll
                    (Arb.zip (StateGenerators.state, Arb.fromGen (Gen.two (Gen.choose (0, 90)))))
                    (fun (state, (first, second)) ->
                        let together = run [ Event.Ticked(first + second) ] state

                        if not (List.exists isDial (snd together)) then
                            let apart = run [ Event.Ticked first; Event.Ticked second ] state
                            let oneByOne = run (List.replicate (first + second) (Event.Ticked 1)) state
                            Expect.equal (butSignsOfLife apart) (butSignsOfLife together) "in two parts"
                            Expect.equal (butSignsOfLife oneByOne) (butSignsOfLife together) "one by one"

                            Expect.isLessThanOrEqual
                                (snd together |> List.filter isSignOfLife |> List.length)
                                1
                                "signs of life"))
            testProperty
                "seconds that were reported with the one in which a connection is asked for do not count against it"
                (Prop.forAll
                    (Arb.zip (StateGenerators.state, Arb.fromGen (Gen.choose (1, 200))))
                    (fun (state, seconds) ->
                        let after, commands = run [ Event.Ticked seconds ] state

                        if List.exists isDial commands then
                            Expect.equal
                                (after.Phase, after.Silence, after.Elapsed)
                                (Phase.Connecting, 0, 0)
                                "connecting, for no second yet"))
            testProperty
                "no seconds, or fewer, change nothing"
                (Prop.forAll
                    (Arb.zip (StateGenerators.state, Arb.fromGen (Gen.choose (-100, 0))))
                    (fun (state, seconds) ->
                        let next = Replica.transition (state, Event.Ticked seconds)
                        Expect.equal next (state, []) "state and commands"))
            testCase "a night of seconds in one report is reckoned, however far away the limit is" (fun () ->
                let settings =
                    { patient with
                        Timeout = System.Int32.MaxValue
                        HandshakeTimeout = System.Int32.MaxValue
                    }

                let state, _ = State.Initial settings |> run [ Event.Started; Event.Ticked 1000000 ]
                Expect.equal (state.Phase, state.Silence) (Phase.Connecting, 1000000) "still connecting")
            testProperty
                "newlines keep a master alive that prepares its snapshot, for as long as no limit is set"
                (Prop.forAll seconds (fun count ->
                    let settings = { patient with Timeout = 2 }
                    let waiting, _ = State.Initial settings |> run (toPsync @ [ fullResync ])
                    let later, _ = run (newlines count) waiting
                    Expect.equal (later.Phase, later.Silence) (Phase.AwaitingPreamble, 0) "still waiting"))
            testProperty
                "only what is passing is tried again, within the attempts and after a pause within its bounds"
                (Session.property Session.anySound (fun session -> pauses (toTheEnd session)))
        ]
