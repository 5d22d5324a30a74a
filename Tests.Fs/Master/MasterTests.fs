/// The pure master: it says what real ones of its time say, and nothing that they would not.
module HybridReplica.Tests.MasterTests

open Expecto
open HybridReplica.Core

let private id =
    ReplicationId.TryParse "8de1787ba490483314a4d30f1c628bc5025eb761"
    |> ValueOption.get

let private formerId =
    ReplicationId.TryParse "0123456789abcdef0123456789abcdef01234567"
    |> ValueOption.get

let private history = MasterHistory.Without(id, Offset 1432L)

let private redis70 = MasterSettings.Of(MasterEra.redis70, history)

let private words (text: string) =
    MasterEvent.Asked(List.ofArray (text.Split ' '))

/// The state after these events, and all that was commanded.
let private tell (settings: MasterSettings) events =
    ((MasterState.Initial settings, []), MasterEvent.Accepted :: events)
    ||> List.fold (fun (state, said) event ->
        let state, commands = Master.transition (state, event)
        state, said @ commands)

// Who shares the history with this connection is not asked here.
let private said settings events =
    snd (tell settings events)
    |> List.filter (fun command -> command <> MasterCommand.Deselect)

/// A snapshot of all there is.
let private snapshot framing =
    MasterCommand.SendSnapshot(
        framing,
        { Position.AtFullResync(id, Offset 1432L) with
            Database = ValueSome 0
        }
    )

let private say line = MasterCommand.Say line

let private capable = words "REPLCONF capa eof capa psync2"

let private fullResync = say $"+FULLRESYNC {id} 1432"

let private resume (era: MasterEra) (asked: string) events =
    let settings =
        { MasterSettings.Of(
              era,
              { history with
                  Backlog = String.replicate 433 "x"
                  Former = ValueSome { Id = formerId; Until = Offset 1200L }
              }
          ) with
            Diskless = false
        }

    said settings (events @ [ words asked ])
    |> List.filter (fun command ->
        match command with
        | MasterCommand.SendStream _ -> false
        | _ -> true)
    |> List.last

let private answers =
    testList
        "answers"
        [
            testCase "REPLCONF takes options it knows, in any case, and refuses the first it does not" (fun () ->
                let state, commands =
                    tell redis70 [ words "replconf CAPA EOF rdb-ONLY 1 nonsense 1 capa psync2" ]

                Expect.isTrue state.TakesMark "the options before it are taken"
                Expect.isTrue state.RdbOnly "the options before it are taken"
                Expect.isFalse state.TakesHistoryName "the options behind it are not"
                Expect.equal commands [ say "-ERR Unrecognized REPLCONF option: nonsense" ] "answer")
            testCase "REPLCONF refuses what is no number, and words that do not pair" (fun () ->
                let answer text = said redis70 [ words text ]
                let noNumber = say "-ERR value is not an integer or out of range"
                Expect.equal (answer "REPLCONF listening-port x") [ noNumber ] "port"
                Expect.equal (answer "REPLCONF rdb-only 2") [ say "-ERR value is out of range" ] "rdb-only"
                Expect.equal (answer "REPLCONF capa") [ say "-ERR syntax error" ] "one word"
                Expect.isEmpty (answer "REPLCONF ACK 100") "an acknowledgement")
            testCase "commands nobody knows are refused in the words of the time" (fun () ->
                let answer era =
                    said (MasterSettings.Of(era, history)) [ words "HELLO 3 x" ]

                Expect.equal (answer MasterEra.redis26) [ say "-ERR unknown command 'HELLO'" ] "2.6"

                Expect.equal
                    (answer MasterEra.redis60)
                    [ say "-ERR unknown command `HELLO`, with args beginning with: `3`, `x`, " ]
                    "6.0"

                Expect.equal
                    (answer MasterEra.redis70)
                    [ say "-ERR unknown command 'HELLO', with args beginning with: '3' 'x' " ]
                    "7.0")
            testCase "a crowded master says so and hangs up" (fun () ->
                let settings =
                    { redis70 with
                        Condition = MasterCondition.Crowded
                    }

                Expect.equal
                    (said settings [ words "PING" ])
                    [ say "-ERR max number of clients reached"; MasterCommand.HangUp ]
                    "commands")
            testCase "each condition stands in the way of what it is said to" (fun () ->
                let refused condition text =
                    let settings = { redis70 with Condition = condition }

                    match said settings [ words text ] with
                    | MasterCommand.Say line :: _ -> line.StartsWith '-'
                    | _ -> false

                let requests = [ "PING"; "REPLCONF capa eof"; "PSYNC ? -1"; "SYNC" ]
                let refusals condition = List.map (refused condition) requests
                Expect.equal (refusals MasterCondition.Ready) [ false; false; false; false ] "ready"
                Expect.equal (refusals MasterCondition.Loading) [ true; false; true; true ] "loading"
                Expect.equal (refusals MasterCondition.LinkLost) [ false; false; true; true ] "link lost"
                Expect.equal (refusals MasterCondition.DiskFailing) [ true; false; false; false ] "disk failing"
                Expect.equal (refusals MasterCondition.ScriptRunning) [ true; false; true; true ] "script running"
                Expect.equal (refusals MasterCondition.CannotSave) [ false; false; true; true ] "cannot save")
            testCase "bytes that are no request are answered and end the connection" (fun () ->
                Expect.equal
                    (said redis70 [ MasterEvent.Garbled "Protocol error: invalid bulk length"; words "PING" ])
                    [ say "-ERR Protocol error: invalid bulk length"; MasterCommand.HangUp ]
                    "commands")
        ]

let private snapshots =
    testList
        "snapshots"
        [
            testCase "a mark is for those who can tell it, a length for everybody else" (fun () ->
                let counted = snapshot MasterFraming.Counted
                let marked = snapshot MasterFraming.Marked
                let onDisk = { redis70 with Diskless = false }
                Expect.equal (said redis70 [ capable; words "PSYNC ? -1" ] |> List.last) marked "capa eof"
                Expect.equal (said redis70 [ words "PSYNC ? -1" ]) [ fullResync; counted ] "no capa"
                Expect.equal (said redis70 [ words "SYNC" ]) [ counted ] "SYNC"
                Expect.equal (said onDisk [ capable; words "PSYNC ? -1" ] |> List.last) counted "on disk")
            testCase "newlines come once a second while a save is waited for and runs" (fun () ->
                let settings =
                    { redis70 with
                        Diskless = false
                        Delay = 3
                        SaveTime = 2
                    }

                Expect.equal
                    (said settings (words "PSYNC ? -1" :: List.replicate 10 (MasterEvent.Ticked 1)))
                    [
                        MasterCommand.SendNewline
                        MasterCommand.SendNewline
                        fullResync
                        MasterCommand.SendNewline
                        snapshot MasterFraming.Counted
                    ]
                    "commands")
            testCase "before 2.8.22 the promise comes before the wait" (fun () ->
                let settings =
                    { redis70 with
                        Delay = 1
                        Era =
                            { MasterEra.redis28 with
                                AnswersWhenSaving = false
                            }
                    }

                Expect.equal (said settings [ words "PSYNC ? -1" ]) [ fullResync ] "commands")
            testCase "seconds may come one by one or all at once" (fun () ->
                let settings = { redis70 with Delay = 7 }
                let one = said settings (words "SYNC" :: List.replicate 9 (MasterEvent.Ticked 1))
                Expect.equal (said settings [ words "SYNC"; MasterEvent.Ticked 9 ]) one "commands")
            testCase "whoever wants nothing but the snapshot is hung up on behind it" (fun () ->
                let until = [ words "SYNC"; MasterEvent.SnapshotSent ]
                let state, _ = tell redis70 until
                Expect.equal state.Phase MasterPhase.Online "phase"
                let state, commands = tell redis70 (words "REPLCONF rdb-only 1" :: until)
                Expect.equal state.Phase MasterPhase.Closed "phase"
                Expect.equal (List.last commands) MasterCommand.HangUp "last command")
            testCase "a replica is not answered any more" (fun () ->
                let before = said redis70 [ words "SYNC"; MasterEvent.SnapshotSent ]
                Expect.equal (said redis70 [ words "SYNC"; words "PING"; MasterEvent.SnapshotSent ]) before "commands")
        ]

let private resuming =
    testList
        "resuming"
        [
            testCase "what is kept is continued, from the first byte kept to the next to come" (fun () ->
                for first in [ 1000; 1200; 1433 ] do
                    Expect.equal (resume MasterEra.redis28 $"PSYNC {id} {first}" []) (say "+CONTINUE") $"from {first}"

                for first in [ 999; 1434; -1 ] do
                    Expect.notEqual
                        (resume MasterEra.redis28 $"PSYNC {id} {first}" [])
                        (say "+CONTINUE")
                        $"from {first}")
            testCase "the former id is good up to where it ended" (fun () ->
                let ask first =
                    resume MasterEra.redis40 $"PSYNC {formerId} {first}" [ capable ]

                Expect.equal (ask 1201) (say $"+CONTINUE {id}") "the next byte"
                Expect.notEqual (ask 1202) (say $"+CONTINUE {id}") "the byte behind it")
            testCase "the id is named since 4.0, to those who know that ids change" (fun () ->
                let ask era events = resume era $"PSYNC {id} 1433" events
                Expect.equal (ask MasterEra.redis28 [ capable ]) (say "+CONTINUE") "2.8"
                Expect.equal (ask MasterEra.redis40 []) (say "+CONTINUE") "4.0, no capa psync2"
                Expect.equal (ask MasterEra.redis40 [ capable ]) (say $"+CONTINUE {id}") "4.0")
        ]

let private data =
    testList
        "demo data set"
        [
            testCase "the data set of the demo is a snapshot whose checksum is right" (fun () ->
                let bytes = DemoDataSet.encode DemoDataSet.keys
                let check = RdbCheck.advance (RdbCheck.empty, System.ReadOnlySpan bytes)

                match RdbCheck.conclude check with
                | RdbVerdict.Verified version -> Expect.equal (string version) "REDIS0009" "version"
                | other -> failtest $"The checksum should be verified: %A{other}")
            testCase "lengths take one byte, two or five" (fun () ->
                let grows length =
                    let size count =
                        (DemoDataSet.encode [ "k", DemoValue.Text(String.replicate count "x") ]).Length

                    size length - size (length - 1)

                Expect.equal (List.map grows [ 63; 64; 65; 16383; 16384; 16385 ]) [ 1; 2; 1; 1; 4; 1 ] "growth")
        ]

let tests = testList "master" [ answers; snapshots; resuming; data ]
