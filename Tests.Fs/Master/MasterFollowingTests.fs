/// One connection of the pure master, behind the snapshot or `+CONTINUE`: who gets the stream, and when.
module HybridReplica.Tests.MasterFollowingTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Deeds

/// One connection and the history it shares: its commands are kept in order.
let private converse era options deeds =
    let settings = MasterSettings.Of(era, start)

    let step (state: MasterState, said) event =
        let state, commands = Master.transition (state, event)
        state, said @ commands

    ((MasterState.Initial settings, []), MasterEvent.Accepted :: options)
    ||> List.fold step
    |> fun connected ->
        (connected, deeds)
        ||> List.fold (fun (state, said) deed ->
            match deed with
            | Choice1Of2 event -> step (state, said) event
            | Choice2Of2 deed ->
                let history, added = act era state.History deed
                step (state, said) (MasterEvent.Replicated(history, added)))

let private asked (words: string) =
    MasterEvent.Asked(List.ofArray (words.Split ' '))

let private event happened = Choice1Of2 happened
let private happens deed = Choice2Of2 deed

let private streamIn commands =
    commands
    |> List.choose (fun command ->
        match command with
        | MasterCommand.SendStream bytes -> Some bytes
        | _ -> None)
    |> String.concat ""

let private capable = [ asked "REPLCONF capa eof capa psync2"; asked "PSYNC ? -1" ]
let private sent = event MasterEvent.SnapshotSent
let private write = happens (Write(0, del))
let private bytesOfWrite = select 0 + array del

let tests =
    testList
        "master following"
        [
            testProperty "behind a snapshot comes the history behind it, whenever it was written and acknowledged"
            <| Prop.forAll
                (Arb.fromGen (
                    Gen.zip3 (Gen.elements [ MasterEra.redis40; MasterEra.redis74 ]) (Gen.listOf deed) (Gen.listOf deed)
                ))
                (fun (era, during, after) ->
                    let acknowledged = [ event (asked "REPLCONF ACK 1000") ]

                    [ capable; [ asked "PSYNC ? -1" ]; [ asked "SYNC" ] ]
                    |> List.forall (fun options ->
                        let state, commands =
                            List.map happens during @ [ sent ] @ acknowledged @ List.map happens after
                            |> converse era options

                        let history, bytes = actAll era start (during @ after)
                        streamIn commands = bytes && state.History = history))
            testCase "behind a mark the stream waits for an acknowledgement, behind a length it does not" (fun () ->
                let after options events =
                    streamIn (snd (converse MasterEra.redis70 options events))

                Expect.equal (after capable [ write; sent; write ]) "" "a mark"
                Expect.equal (after capable [ write; sent; event (asked "REPLCONF ACK 1000") ]) bytesOfWrite "ACK"
                Expect.equal (after capable [ write; sent; event (MasterEvent.Asked []) ]) "" "a newline"
                Expect.equal (after [ asked "PSYNC ? -1" ] [ write; sent ]) bytesOfWrite "a length"
                Expect.equal (after [ asked "SYNC" ] [ write; sent; write ]) (bytesOfWrite + array del) "SYNC"
                Expect.equal (after [ asked "PSYNC ? -1" ] [ write ]) "" "before the end of the snapshot")
            testCase "whoever wants nothing but the snapshot gets no stream" (fun () ->
                let options = asked "REPLCONF rdb-only 1" :: [ asked "PSYNC ? -1" ]
                let state, commands = converse MasterEra.redis70 options [ write; sent; write ]
                Expect.equal (streamIn commands) "" "stream"
                Expect.equal state.Phase MasterPhase.Closed "phase")
            testCase "the snapshot names the database selected before it, and the history is deselected" (fun () ->
                let era = MasterEra.redis60
                let selected, _ = MasterStream.write (era, 7, del, start)

                let commands isPassedOn =
                    let settings =
                        { MasterSettings.Of(era, selected) with
                            PassesOn = isPassedOn
                        }

                    ((MasterState.Initial settings, []), [ MasterEvent.Accepted; asked "SYNC" ])
                    ||> List.fold (fun (state, _) event -> Master.transition (state, event))
                    |> snd

                let snapshot =
                    MasterCommand.SendSnapshot(
                        MasterFraming.Counted,
                        { Position.AtFullResync(id, selected.Offset) with
                            Database = ValueSome 7
                        }
                    )

                Expect.equal (commands false) [ MasterCommand.Deselect; snapshot ] "a master of its own"
                Expect.equal (commands true) [ snapshot ] "a replica that passes on"

                let rdb =
                    Text.Encoding.Latin1.GetString(
                        DemoDataSet.encodeAt (
                            { Position.AtFullResync(id, Offset 5L) with
                                Database = ValueSome 7
                            },
                            []
                        )
                    )

                Expect.stringContains rdb "\250\014repl-stream-db\0017" "the database in the snapshot"
                Expect.stringContains rdb $"\250\011repl-offset\0015" "the offset in the snapshot")
            testCase "acknowledgements are remembered, and only go forward" (fun () ->
                let known era texts =
                    let state, commands =
                        converse era [ asked "SYNC" ] (sent :: List.map (asked >> event) texts)

                    Expect.isEmpty
                        (commands |> List.filter (fun command -> command.IsSay))
                        "an acknowledgement is not answered"

                    bytesOf state.Acknowledged, bytesOf state.Durable

                Expect.equal (known MasterEra.redis60 [ "REPLCONF ACK 7"; "replconf ack 5" ]) (7L, 0L) "backward"
                Expect.equal (known MasterEra.redis60 [ "REPLCONF ACK 7 FACK 5" ]) (7L, 0L) "FACK before 7.2"
                Expect.equal (known MasterEra.redis74 [ "REPLCONF ACK 7 FACK 5" ]) (7L, 5L) "FACK"

                Expect.equal
                    (known MasterEra.redis74 [ "REPLCONF ACK 7 FACK 5"; "REPLCONF ACK 8 FACK 4" ])
                    (8L, 5L)
                    "on"

                Expect.equal (known MasterEra.redis74 [ "REPLCONF ACK x FACK 5" ]) (0L, 0L) "no number")
            testCase "a replica that used PSYNC and is silent for too long is given up, another is not" (fun () ->
                let ticks seconds = event (MasterEvent.Ticked seconds)

                let phase options events =
                    let state, _ = converse MasterEra.redis70 options events
                    state.Phase

                let resume = [ asked $"PSYNC {id} 1001" ]
                Expect.equal (phase resume [ ticks 60 ]) MasterPhase.Online "at the limit"
                Expect.equal (phase resume [ ticks 60; ticks 1 ]) MasterPhase.Closed "beyond it"
                Expect.equal (phase [ asked "SYNC" ] [ sent; ticks 61 ]) MasterPhase.Online "SYNC"

                for sign in [ MasterEvent.Asked []; asked "REPLCONF ACK 3" ] do
                    Expect.equal (phase resume [ ticks 50; event sign; ticks 50 ]) MasterPhase.Online $"%A{sign}"

                Expect.equal (phase resume [ ticks 50; event (asked "PING"); ticks 50 ]) MasterPhase.Closed "PING"
                Expect.equal (phase resume [ event (MasterEvent.Garbled "x") ]) MasterPhase.Closed "garbage")
        ]
