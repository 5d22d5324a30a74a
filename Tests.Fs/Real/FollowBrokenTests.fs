/// Masters whose stream breaks off, is damaged, or goes on under another name: what came whole comes once.
module HybridReplica.Tests.Real.FollowBrokenTests

open System
open System.Collections.Concurrent
open System.IO
open System.Threading.Tasks
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Real.Following

let private otherId = String('f', 40)

// A command as masters stream it.
let private command (line: string) =
    let words = line.Split ' '

    $"*{words.Length}\r\n"
    + String.concat "" [ for word in words -> $"${word.Length}\r\n{word}\r\n" ]

let private snapshot = rdb 1000

// Agrees to everything until PSYNC is asked for, and keeps what was asked.
let rec private hearPsync (asked: ConcurrentQueue<string>) (stream: Stream) : Task<unit> =
    task {
        match! hear stream with
        | [] -> ()
        | [ "PSYNC"; id; offset ] -> asked.Enqueue $"{id} {offset}"
        | "PING" :: _ ->
            do! say "+PONG\r\n" stream
            do! hearPsync asked stream
        | _ ->
            do! say "+OK\r\n" stream
            do! hearPsync asked stream
    }

let private full = $"+FULLRESYNC {replicationId} 1000\r\n${snapshot.Length}\r\n"

/// A master that answers each connection in its own way, and what it was asked for.
let private followed (policy: ResumePolicy) (answers: (Stream -> Task<unit>) list) work =
    let asked = ConcurrentQueue<string>()

    use master =
        masterOfEach (fun number stream -> inTurn [ hearPsync asked; answers[min number answers.Length - 1] ] stream)

    let options = optionsFor master.Port
    options.Resume <- policy

    let from =
        if policy = ResumePolicy.PartialOnly then
            Some
                { Position.AtFullResync((ReplicationId.TryParse replicationId).Value, Offset 1000L) with
                    Database = ValueSome 0
                }
        else
            None

    use follower = new Follower(options, from, acknowledging)
    work follower (fun () -> List.ofSeq asked)

// A full resync, this much of a stream, and no more.
let private begins (stream: string) =
    inTurn [ say full; write snapshot; say stream ]

let private isIt line (entry: Entry) =
    entry.Given = Given.Command(List.ofArray ((line: string).Split ' '))

let private first = command "SELECT 3" + command "SET a 1"
let private behindFirst = 1000 + first.Length

let private troubles (follower: Follower) =
    [
        for entry in follower.Entries do
            match entry.Given with
            | Given.Disconnected(Fault.StreamMalformed trouble) -> trouble.Name
            | _ -> ()
    ]

let private firstAsked = "? -1"
let private nextAsked = $"{replicationId} {behindFirst + 1}"

// A stream that is damaged once, and whole when it comes again.
let private isMended name (damage: Stream -> Task<unit>) (trouble: string) =
    testCase name (fun () ->
        followed
            ResumePolicy.PartialOrFull
            [
                inTurn [ begins first; damage; wait ]
                inTurn [ say "+CONTINUE\r\n"; say (command "SET b 2"); wait ]
            ]
            (fun follower asked ->
                follower.Await("what comes behind the damage", isIt "SET b 2")
                Expect.equal (asked ()) [ firstAsked; nextAsked ] "what was asked for"
                Expect.equal (troubles follower) [ trouble ] "what was wrong"
                Expect.equal (linesOf follower.Entries) [ "SET a 1"; "SET b 2" ] "what came"
                Expect.equal (List.last follower.Entries).Database (Some 3) "the database"))

let private negative = say "*2\r\n$-5\r\n"

let tests =
    testList
        "broken streams"
        [
            testCase "the id changes in the midst of a command: the rest comes under the new one" (fun () ->
                let second = command "SET b 2"

                followed
                    ResumePolicy.PartialOrFull
                    [
                        inTurn [ begins (first + second.Substring(0, 20)); fallSilent ]
                        inTurn [ say $"+CONTINUE {otherId}\r\n"; say second; wait ]
                    ]
                    (fun follower asked ->
                        follower.Await("what was begun", isIt "SET b 2")
                        Expect.equal (asked ()) [ firstAsked; nextAsked ] "what was asked for"
                        Expect.equal (linesOf follower.Entries) [ "SET a 1"; "SET b 2" ] "what came"
                        let last = List.last follower.Entries
                        Expect.equal last.Position.Value.Id.Text otherId "the id of the position"
                        Expect.equal last.Database (Some 3) "the database"
                        Expect.equal last.Offset (int64 (behindFirst + second.Length)) "the offset"))
            testCase "the id changes in the midst of a transaction: it is void, and begins again" (fun () ->
                followed
                    ResumePolicy.PartialOrFull
                    [
                        inTurn [ begins (first + command "MULTI" + command "SET b 2"); fallSilent ]
                        inTurn
                            [
                                say $"+CONTINUE {otherId}\r\n"
                                say (command "MULTI" + command "SET c 3" + command "EXEC")
                                wait
                            ]
                    ]
                    (fun follower asked ->
                        follower.Await("the end of the transaction", _.Given.IsExec)
                        Expect.equal (asked ()) [ firstAsked; nextAsked ] "what was asked for"

                        let given =
                            follower.Entries
                            |> List.map _.Given
                            |> List.skipWhile (fun given -> not given.IsMulti)
                            |> List.filter (fun given -> not given.IsDisconnected)

                        Expect.equal
                            given
                            [
                                Given.Multi
                                Given.Command [ "SET"; "b"; "2" ]
                                Given.Resumed true
                                Given.Multi
                                Given.Command [ "SET"; "c"; "3" ]
                                Given.Exec
                            ]
                            "what came from the transaction on"))
            testCase "the same transaction under the same id goes on where it was" (fun () ->
                let transaction =
                    command "MULTI" + command "SET b 2" + command "SET c 3" + command "EXEC"

                followed
                    ResumePolicy.PartialOrFull
                    [
                        inTurn [ begins (first + transaction.Substring(0, 50)); fallSilent ]
                        inTurn [ say "+CONTINUE\r\n"; say transaction; wait ]
                    ]
                    (fun follower asked ->
                        follower.Await("the end of the transaction", _.Given.IsExec)
                        Expect.equal (asked ()) [ firstAsked; nextAsked ] "what was asked for"
                        Expect.equal (linesOf follower.Entries) [ "SET a 1"; "SET b 2"; "SET c 3" ] "what came"
                        Expect.equal (follower.Count _.IsMulti) 1 "how often it began"))
            isMended "a negative length of a word" negative "bad-length"
            isMended "a line without an end" (inTurn [ say "*"; flood "1" ]) "bad-count"
            isMended "gigabytes of nonsense" (flood "a") "not-a-command"
            testCase "a stream that is damaged twice at the same place is copied anew" (fun () ->
                followed
                    ResumePolicy.PartialOrFull
                    [
                        inTurn [ begins first; negative; wait ]
                        inTurn [ say "+CONTINUE\r\n"; negative; wait ]
                        inTurn [ begins (command "SET b 2"); wait ]
                    ]
                    (fun follower asked ->
                        follower.Await("what comes behind the second snapshot", isIt "SET b 2")
                        Expect.equal (asked ()) [ firstAsked; nextAsked; firstAsked ] "what was asked for"
                        Expect.equal (troubles follower) [ "bad-length"; "bad-length" ] "what was wrong"
                        Expect.equal (follower.Count _.IsSnapshotReceived) 2 "snapshots"

                        let reason = (follower.Entries |> List.findBack _.Given.IsFullResync).Given

                        match reason with
                        | Given.FullResync(FullResyncReason.StreamBroken position) ->
                            Expect.equal position.Offset (Offset(int64 behindFirst)) "where it was broken"
                        | other -> failtestf "everything was copied because of %A" other))
            testCase "or, where only a partial resync is allowed, it ends" (fun () ->
                followed
                    ResumePolicy.PartialOnly
                    [ inTurn [ say "+CONTINUE\r\n"; negative; wait ] ]
                    (fun follower asked ->
                        match follower.Fault with
                        | Fault.StreamMalformed(StreamTrouble.BadLength _) -> ()
                        | other -> failtestf "it ended in %A" other

                        Expect.equal (asked ()).Length 2 "how often it was tried"
                        Expect.equal (linesOf follower.Entries) [] "what came"))
        ]
