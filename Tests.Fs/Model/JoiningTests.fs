/// How a replica comes to follow its master, how it waits and how it stops, case by case.
module HybridReplica.Tests.JoiningTests

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Followed

/// Every phase of a replica that follows, and what leads there.
let private phases =
    let fileSettings =
        { settings with
            Destination = Destination.File
        }

    let opened =
        [ report Event.TargetReady ]
        @ greetings
        @ [ report Event.TemporaryCreated; says $"+FULLRESYNC %s{firstId} 1000" ]

    let published = opened @ snapshot

    [
        "CheckingTarget", fileSettings, []
        "Asking", settings, [ says "+PONG" ]
        "Opening", fileSettings, [ report Event.TargetReady ] @ greetings
        "AwaitingPreamble", fileSettings, opened
        "ReadingHead", fileSettings, opened @ [ says "$20" ]
        "Receiving", fileSettings, opened @ [ says "$20"; Input.Bytes "REDIS0009"; Input.Filler 1L ]
        "Publishing", fileSettings, published
        "Publishing", fileSettings, published @ [ report Event.Synced ]
        "Publishing", fileSettings, published @ [ report Event.Synced; report Event.Renamed ]
        "Streaming",
        fileSettings,
        published
        @ [ report Event.Synced; report Event.Renamed; report Event.FolderSynced ]
    ]

let tests =
    testList
        "joining"
        [
            testCase "a snapshot that does not name a database begins in the first, and one that does, there" (fun () ->
                let database inputs =
                    (state (play settings inputs)).Stream.Value.Scan.Database

                let named = report (Event.StreamDatabase 7)
                let inside = List.take 6 joining @ [ named ] @ List.skip 6 joining
                Expect.equal (database joining) (ValueSome 0) "none is named"
                Expect.equal (database inside) (ValueSome 7) "the seventh is named"

                let bySync =
                    greetings
                    @ [
                        says "-ERR unknown command"
                        says "$20"
                        Input.Bytes "REDIS0009"
                        named
                        Input.Filler 11L
                    ]

                Expect.equal (database bySync) (ValueSome 7) "it is named after SYNC")
            testCase "behind SYNC only a master that waits behind a mark hears of us" (fun () ->
                let bySync = greetings @ [ says "-ERR unknown command 'PSYNC'" ]
                let counted = play settings (bySync @ snapshot)
                Expect.equal (state counted).Phase Phase.Streaming "behind a length"
                Expect.isEmpty (sent counted) "a master of 2.6 takes it for an error"
                Expect.isEmpty (sent (next counted (passes 1))) "nor a second later"
                let mark = String.replicate 40 "m"

                let marked =
                    play settings (bySync @ [ says $"$EOF:%s{mark}"; Input.Bytes("REDIS0009" + "body" + mark) ])

                Expect.equal (state marked).Phase Phase.Streaming "behind a mark"
                Expect.equal (sent marked) [ "REPLCONF ACK 0" ] "where we are, nobody can say"
                Expect.equal (sent (next marked (passes 1))) [ "REPLCONF ACK 0" ] "it may not have been heard")
            testCase "who takes a snapshot each time asks for nothing else, whatever position there is" (fun () ->
                let settings = withPolicy ResumePolicy.FullOnly (ValueSome(at firstId 1000L))
                Expect.equal (sent (play settings greetings)) [ "PSYNC ? -1" ] "at first"
                Expect.equal (asks (play settings joining)) [ "PSYNC ? -1" ] "later")
            testCase "silence ends the connection, but not while there is no room for what the master says" (fun () ->
                let streaming = play settings joining

                let stalled =
                    next streaming (report (Event.SpoolFilled ValueNone))
                    |> thenWith [ passes 1000 ]

                Expect.equal (state stalled).Phase Phase.Streaming "nobody hears the master"
                let drained = next stalled (report Event.SpoolDrained)
                Expect.equal (state drained).Silence 0 "seconds since anybody could have heard the master"
                let patient = next drained (passes 60)
                Expect.equal (state patient).Phase Phase.Streaming "the limit itself ends nothing"
                let silent = next patient (passes 1)

                match notices silent with
                | [ Notice.Disconnected(Fault.Silence 60, 0) ] -> ()
                | other -> failtestf "%A" other)
            testCase "room that was made while the temporary file is removed is room" (fun () ->
                let fileSettings =
                    { settings with
                        Destination = Destination.File
                        Resume = ValueSome(at firstId 5L)
                    }

                let stalled =
                    play
                        fileSettings
                        ([ report Event.TargetReady ]
                         @ greetings
                         @ [ says "+CONTINUE"; report (Event.SpoolFilled ValueNone) ])

                let discarding =
                    reconnect $"+FULLRESYNC %s{nextId} 7" stalled
                    |> thenWith [ report Event.TemporaryCreated ]
                    |> fun played -> next played (drops played)

                Expect.equal (state discarding).Phase.Name "Discarding" "phase"
                let drained = next discarding (report Event.SpoolDrained)
                Expect.isFalse (state drained).IsStalled "there is room")
            testCase "a stop ends every phase, and a stream with a last word" (fun () ->
                for name, settings, inputs in phases do
                    let before = play settings inputs
                    Expect.equal (state before).Phase.Name name "phase"
                    let stopped = stops before

                    if name = "Streaming" then
                        Expect.equal (sent stopped) [ "REPLCONF ACK 0" ] "the last word"
                    else
                        Expect.isEmpty (sent stopped) $"nothing is said in %s{name}"

                    let ended =
                        if (state stopped).Phase.Name = "Discarding" then
                            next stopped (report Event.TemporaryDeleted)
                        else
                            stopped

                    Expect.equal (state ended).Phase (Phase.Ended Outcome.Stopped) name)
            testCase "while our disk is busy the master hears newlines, once for each report" (fun () ->
                for name, settings, inputs in phases do
                    let heard = sent (next (play settings inputs) (passes 3))

                    match name with
                    | "Publishing" -> Expect.equal heard [ "newline" ] name
                    | "Streaming" -> Expect.equal heard [ "REPLCONF ACK 0" ] name
                    | _ -> Expect.isEmpty heard name)
            testCase "a connection that is lost while the snapshot is put in its place loses nothing" (fun () ->
                let _, settings, inputs = List.item 7 phases
                let lost = play settings inputs |> fun played -> next played (drops played)
                Expect.equal (commands lost) [ Command.HangUp ] "first things first"
                let published = lost |> thenWith [ report Event.Renamed; report Event.FolderSynced ]

                match notices published with
                | [ Notice.SnapshotReceived(_, position); Notice.Disconnected(_, 0) ] ->
                    Expect.equal position (at firstId 1000L) "where the stream begins"
                | other -> failtestf "%A" other

                let resumed = thenWith greetings published
                Expect.equal (sent resumed) [ $"PSYNC %s{firstId} 1001" ] "the first byte of the stream")
            testCase "a snapshot that is damaged twice in the same way ends it, in different ways does not" (fun () ->
                let _, settings, inputs = List.item 5 phases

                let settings =
                    { settings with
                        Retry = { settings.Retry with Attempts = 9 }
                    }

                let damaged verdict played =
                    let receiving = thenWith (List.skip 1 inputs) played

                    let checking, _ = Conversation.next (Input.Filler 10L) (fst receiving)

                    next (checking, []) (report (Event.SnapshotChecked verdict))
                    |> thenWith [ report Event.TemporaryDeleted; passes 60 ]

                let mismatch stored =
                    RdbVerdict.ChecksumMismatch(Generators.rdbVersion, stored, 1UL)

                let start = play settings [ List.head inputs ]

                let different =
                    start
                    |> damaged (mismatch 7UL)
                    |> damaged (RdbVerdict.EndMissing Generators.rdbVersion)

                Expect.equal (state different).Phase.Name "Asking" "another kind of damage"
                let same = start |> damaged (mismatch 7UL) |> damaged (mismatch 8UL)

                match fault same with
                | Fault.SnapshotCorrupt _ -> ()
                | other -> failtestf "%A" other)
            testCase "an empty snapshot is asked for by those who begin now" (fun () ->
                let settings = withFollowing (fun following -> { following with FromNow = true })
                let asked = play settings greetings
                Expect.equal (sent asked) [ "REPLCONF rdb-filter-only \"\"" ] "before PSYNC")
        ]
