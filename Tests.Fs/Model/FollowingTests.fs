/// How a replica goes on after a connection is lost, case by case.
module HybridReplica.Tests.FollowingTests

open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Followed

let tests =
    testList
        "following"
        [
            testCase "a reconnection asks for the byte behind the last whole command" (fun () ->
                let half = (StreamGenerators.command set).Substring(0, 12)
                let played = play settings joining |> thenWith [ sends set; Input.Bytes half ]
                Expect.equal (asks played) [ $"PSYNC %s{firstId} %d{1000L + setLength + 1L}" ] "PSYNC")
            testCase "a reconnection within a transaction asks for the byte behind the last one" (fun () ->
                let played =
                    play settings joining |> thenWith [ sends set; sends [ "MULTI" ]; sends set ]

                Expect.equal (asks played) [ $"PSYNC %s{firstId} %d{1000L + setLength + 1L}" ] "PSYNC")
            testCase "late acknowledgements under an old name count, those of another history do not" (fun () ->
                let played =
                    play settings joining
                    |> thenWith [ sends set ]
                    |> reconnect $"+CONTINUE %s{nextId}"

                let foreign = thenWith [ applied (String.replicate 40 "c") 1000L; passes 1 ] played
                Expect.equal (sent foreign) [ "REPLCONF ACK 0" ] "another history"
                let tooFar = thenWith [ applied nextId (1001L + setLength); passes 1 ] played
                Expect.equal (sent tooFar) [ "REPLCONF ACK 0" ] "what was not received"
                let late = thenWith [ applied firstId (1000L + setLength); passes 1 ] played
                Expect.equal (sent late) [ $"REPLCONF ACK %d{1000L + setLength}" ] "the old name"

                Expect.equal (asks late) [ $"PSYNC %s{nextId} %d{1000L + setLength + 1L}" ] "the new name")
            testCase "what was told of PINGs is not taken back by the next change" (fun () ->
                let played =
                    play settings joining
                    |> thenWith [ applied firstId 1000L; sends [ "PING" ]; passes 1 ]

                Expect.equal (sent played) [ "REPLCONF ACK 1014" ] "the PING acknowledges itself"
                let changed = played |> thenWith [ sends set; passes 1 ]
                Expect.equal (sent changed) [ "REPLCONF ACK 1014" ] "the change does not")
            testCase "a stream that is broken once is asked for again, and twice at one place given up" (fun () ->
                let bad = Input.Bytes "?\r\n"
                let once = play settings joining |> thenWith [ sends set; bad ]

                match notices once with
                | [ Notice.Disconnected(Fault.StreamMalformed _, 0) ] -> ()
                | other -> failtestf "%A" other

                let asked = thenWith greetings once
                Expect.equal (sent asked) [ $"PSYNC %s{firstId} %d{1000L + setLength + 1L}" ] "once more"

                let elsewhere =
                    thenWith [ says "+CONTINUE"; sends set; bad ] asked |> thenWith greetings

                Expect.equal (sent elsewhere) [ $"PSYNC %s{firstId} %d{1000L + 2L * setLength + 1L}" ] "another place"

                let twice =
                    thenWith [ says "+CONTINUE"; bad; passes 1 ] elsewhere |> thenWith greetings

                Expect.equal (sent twice) [ "PSYNC ? -1" ] "everything"
                let promised = next twice (says $"+FULLRESYNC %s{firstId} 9000")

                match notices promised with
                | [ Notice.FullResync(FullResyncReason.StreamBroken _) ] -> ()
                | other -> failtestf "%A" other)
            testCase "a stream that is broken twice at one place ends who wants nothing but to resume" (fun () ->
                let bad = Input.Bytes "?\r\n"
                let settings = withPolicy ResumePolicy.PartialOnly (ValueSome(at firstId 1000L))

                let ended =
                    play
                        settings
                        (greetings
                         @ [ says "+CONTINUE"; bad; passes 1 ]
                         @ greetings
                         @ [ says "+CONTINUE"; bad ])

                match fault ended with
                | Fault.StreamMalformed _ -> ()
                | other -> failtestf "%A" other)
            testCase "who wants nothing but to resume ends with a gap, and waits for a master that is busy" (fun () ->
                let settings = withPolicy ResumePolicy.PartialOnly (ValueSome(at firstId 1000L))
                let gap = play settings (greetings @ [ says $"+FULLRESYNC %s{nextId} 7" ])

                match fault gap with
                | Fault.Gap(wanted, offered) ->
                    Expect.equal wanted (at firstId 1000L) "wanted"
                    Expect.equal offered.Offset (Offset 7L) "offered"
                | other -> failtestf "%A" other

                for answer in [ "-NOMASTERLINK x"; "-LOADING x"; "-BUSY x"; "-MASTERDOWN x" ] do
                    let busy = play settings (greetings @ [ says answer ])
                    Expect.equal (state busy).Phase.Name "Resting" answer
                    let again = rests busy |> thenWith greetings
                    Expect.equal (sent again) [ $"PSYNC %s{firstId} 1001" ] "the position is kept")
            testCase "a busy master does not take the position from who follows it" (fun () ->
                for answer in
                    [
                        "-LOADING x"
                        "-BUSY x"
                        "-ERR Can't SYNC while not connected with my master"
                    ] do
                    let busy = play settings joining |> reconnect answer
                    let again = rests busy |> thenWith greetings
                    Expect.equal (sent again) [ $"PSYNC %s{firstId} 1001" ] answer)
            testCase "who wants everything each time never asks for less" (fun () ->
                let settings = withPolicy ResumePolicy.FullOnly (ValueSome(at firstId 1000L))
                let first = play settings greetings
                Expect.equal (sent first) [ "PSYNC ? -1" ] "the position that was given"
                let joined = play settings joining |> thenWith [ sends set ]
                Expect.equal (asks joined) [ "PSYNC ? -1" ] "the position that was reached")
            testCase "one full resync too many in the period ends it, before the master is asked to save" (fun () ->
                let settings =
                    withFollowing (fun following ->
                        { following with
                            FullResyncs = 2
                            Period = 100
                            Policy = ResumePolicy.FullOnly
                        })

                let second = play settings joining |> loses |> thenWith joining
                let third = loses second |> thenWith greetings
                Expect.equal (fault third) (Fault.TooManyFullResyncs(2, 100)) "one too many"
                Expect.isEmpty (sent third) "nobody is asked to save"

                // The second full resync came a second after the first.
                let alive =
                    List.collect (fun seconds -> [ passes seconds; sends [ "PING" ] ]) [ 50; 49 ]

                let nearly = thenWith alive second
                let tooEarly = loses nearly |> thenWith greetings
                Expect.equal (fault tooEarly) (Fault.TooManyFullResyncs(2, 100)) "the period is not over"
                let later = thenWith [ passes 1 ] nearly
                let room = loses later |> thenWith greetings
                Expect.equal (sent room) [ "PSYNC ? -1" ] "time makes room again")
            testCase "a full resync that the master wants is refused when it is one too many" (fun () ->
                let settings = withFollowing (fun following -> { following with FullResyncs = 1 })

                let refused = play settings joining |> reconnect $"+FULLRESYNC %s{nextId} 5"
                Expect.equal (fault refused) (Fault.TooManyFullResyncs(1, 3600)) "one too many")
            testCase "a stream is asked for again at once, a master that is not there after pauses that grow" (fun () ->
                let refused (played: Conversation * Turn list) =
                    next ((fst played), []) (report (Event.ConnectFailed((state played).Link, NetworkTrouble.Refused)))

                let joined = play settings joining |> thenWith [ passes 1 ]
                let lost, _ = Conversation.next (drops joined) (fst joined)
                Expect.equal lost.State.Phase Phase.Connecting "at once"

                let rec pauses (conversation: Conversation) count =
                    if count = 0 then
                        []
                    else
                        let refused, _ = refused (conversation, [])

                        match refused.State.Phase with
                        | Phase.Resting seconds ->
                            let dialled, _ = Conversation.next (passes seconds) refused
                            Expect.equal dialled.State.Phase Phase.Connecting "the pause is over"
                            seconds :: pauses dialled (count - 1)
                        | other -> failtestf "%A" other

                let all = pauses lost 12
                Expect.isLessThanOrEqual (List.head all) 2 "the first pause"
                Expect.isGreaterThanOrEqual (List.last all) 15 "the last pause"
                Expect.isLessThanOrEqual (List.max all) 30 "the longest pause")
        ]
