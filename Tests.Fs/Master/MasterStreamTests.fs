/// The stream of the pure master: what real ones of its time write, and every byte once for whoever follows.
module HybridReplica.Tests.MasterStreamTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core
open HybridReplica.Tests.Deeds

/// The words of every command in bytes of a stream, as the other side of the conversation reads them.
let rec private commandsIn (bytes: string) =
    match MasterRequest.TryRead(ReadOnlySpan(MasterEncoding.stream bytes)) with
    | true, MasterRequest.Words words, consumed -> words :: commandsIn (bytes.Substring consumed)
    | _ when bytes = "" -> []
    | _ -> failtest $"%A{bytes} should be commands"

/// Each command that is data with the database it is for, given the one selected before.
let private dataIn selected bytes =
    ((selected, []), commandsIn bytes)
    ||> List.fold (fun (selected, found) words ->
        match words with
        | [ name; number ] when name.Equals("SELECT", StringComparison.OrdinalIgnoreCase) ->
            ValueSome(int number), found
        | [ "MULTI" ]
        | [ "EXEC" ]
        | [ "PING" ]
        | [ "ping" ]
        | "REPLCONF" :: _ -> selected, found
        | words -> selected, (ValueOption.get selected, words) :: found)
    |> snd
    |> List.rev

let private dataOf deed =
    match deed with
    | Write(database, words) -> [ database, words ]
    | Transact commands -> commands
    | Ping
    | Ask
    | Deselect -> []

let private writing =
    testList
        "writing"
        [
            testProperty "whoever reads the stream finds every command, in order, in its database"
            <| Prop.forAll deeds (fun (era, deeds) -> dataIn ValueNone (written era deeds) = List.collect dataOf deeds)
            testProperty "the offset counts every byte, and the backlog holds the last of them"
            <| Prop.forAll (Arb.fromGen (Gen.zip (Arb.toGen deeds) (Gen.choose (0, 400)))) (fun ((era, deeds), size) ->
                let history, bytes = actAll era { start with BacklogSize = size } deeds
                let kept = min size bytes.Length

                history.Offset = Offset(1000L + int64 bytes.Length)
                && history.Backlog = bytes.Substring(bytes.Length - kept)
                && history.BacklogFrom = bytesOf history.Offset + 1L - int64 kept)
            testCase "SELECT comes where the database changes, and after a full sync began" (fun () ->
                Expect.equal
                    (written MasterEra.redis70 [ Write(0, del); Write(0, del); Write(3, del); Deselect; Write(3, del) ])
                    (select 0 + array del + array del + select 3 + array del + select 3 + array del)
                    "stream")
            testCase "PING and GETACK select nothing" (fun () ->
                Expect.equal
                    (written MasterEra.redis70 [ Ping; Write(1, del); Deselect; Ask; Ping ])
                    (array [ "ping" ] + select 1 + array del + getack + array [ "ping" ])
                    "stream")
            testCase "PING is in lower case since 6.2, and nobody is asked before 3.0" (fun () ->
                let both era = written era [ Ping; Ask ]
                Expect.equal (both MasterEra.redis28) (array [ "PING" ]) "2.8"
                Expect.equal (both MasterEra.redis60) (array [ "PING" ] + getack) "6.0"
                Expect.equal (both MasterEra.redis70) (array [ "ping" ] + getack) "7.0"
                Expect.equal (getack.Length, (select 0).Length, (array [ "ping" ]).Length) (37, 23, 14) "lengths")
            testCase "2.6 types its SELECT" (fun () ->
                Expect.equal (written MasterEra.redis26 [ Write(12, del) ]) ("select 12\r\n" + array del) "stream")
            testCase "SELECT comes before MULTI, and behind it since 7.2" (fun () ->
                let commands = [ Transact [ 1, del; 2, del ] ]
                let multi, exec = array [ "MULTI" ], array [ "EXEC" ]

                Expect.equal
                    (written MasterEra.redis70 commands)
                    (select 1 + multi + array del + select 2 + array del + exec)
                    "7.0"

                Expect.equal
                    (written MasterEra.redis74 commands)
                    (multi + select 1 + array del + select 2 + array del + exec)
                    "7.4")
            testCase "a transaction of one command is none since 7.0, and one of none never is" (fun () ->
                let one = [ Write(0, del); Transact [ 0, del ]; Transact [] ]

                Expect.equal
                    (written MasterEra.redis60 one)
                    (select 0 + array del + array [ "MULTI" ] + array del + array [ "EXEC" ])
                    "6.0"

                Expect.equal (written MasterEra.redis70 one) (select 0 + array del + array del) "7.0")
        ]

/// What a master of this history answers to a replica that knows of changing ids.
let private answer era (history: MasterHistory) (words: string) =
    let events =
        [
            MasterEvent.Accepted
            MasterEvent.Asked [ "REPLCONF"; "capa"; "psync2" ]
            MasterEvent.Asked(List.ofArray (words.Split ' '))
        ]

    ((MasterState.Initial(MasterSettings.Of(era, history)), []), events)
    ||> List.fold (fun (state, _) event -> Master.transition (state, event))
    |> snd

let private sentAfter era history words =
    match answer era history words with
    | [ MasterCommand.Say line ] -> ValueSome struct (line, "")
    | [ MasterCommand.Say line; MasterCommand.SendStream bytes ] -> ValueSome struct (line, bytes)
    | _ -> ValueNone

/// Two stretches of a history, with a failover between them, a bound of the backlog, and a place to resume from: near
/// the failover, the end, or the first byte that is kept.
let private failovers =
    let stretch = Gen.resize 8 (Gen.listOf deed)

    gen {
        let! era =
            Gen.elements [ MasterEra.redis40; MasterEra.redis60; MasterEra.redis70; MasterEra.redis74 ]

        let! before = stretch
        let! after = stretch
        let! size = Gen.choose (0, 2000)
        let! landmark = Gen.choose (0, 2)
        let! distance = Gen.frequency [ 2, Gen.choose (-2, 2); 1, Gen.choose (-300, 300) ]
        return era, before, after, size, (landmark, distance)
    }
    |> Arb.fromGen

let private resuming =
    testList
        "resuming"
        [
            testProperty
                "what is sent behind +CONTINUE is the history behind the position, byte for byte, or nothing is"
            <| Prop.forAll failovers (fun (era, before, after, size, (landmark, distance)) ->
                let bounded = { start with BacklogSize = size }
                let middle, first = actAll era bounded before

                let history, second =
                    actAll era (MasterStream.failOver (era, otherId, middle)) after

                let all = first + second
                let kept = min size all.Length
                let known = [ first.Length; all.Length; all.Length - kept ][landmark] + distance

                let expected isLimited =
                    let last = if isLimited then first.Length else all.Length

                    if known >= all.Length - kept && known <= last then
                        ValueSome struct ($"+CONTINUE {otherId}", all.Substring known)
                    else
                        ValueNone

                let sent (id: ReplicationId) =
                    sentAfter era history $"PSYNC {id} {1000L + int64 known + 1L}"

                sent otherId = expected false
                && sent id = expected true
                && sent (idOf "c") = ValueNone)
            testCase
                "a failover keeps the offset and the former id, and the next command selects its database"
                (fun () ->
                    let era = MasterEra.redis60
                    let before, _ = actAll era start [ Write(0, del) ]
                    let after = MasterStream.failOver (era, otherId, before)
                    Expect.equal after.Offset before.Offset "offset"
                    Expect.equal after.Former (ValueSome { Id = id; Until = before.Offset }) "former id"
                    let _, bytes = MasterStream.write (era, 0, del, after)
                    Expect.equal bytes (select 0 + array del) "bytes"
                    let once = MasterStream.failOver (era, idOf "c", after)
                    Expect.equal (sentAfter era once $"PSYNC {id} 1001") ValueNone "an id given up twice is forgotten")
            testCase "before 4.0 no id leads to another" (fun () ->
                let era = MasterEra.redis28
                let before, _ = actAll era start [ Write(0, del) ]
                let after = MasterStream.failOver (era, otherId, before)
                Expect.equal (sentAfter era after $"PSYNC {id} {bytesOf before.Offset + 1L}") ValueNone "former id"
                Expect.isSome (ValueOption.toOption (sentAfter era before $"PSYNC {id} 1001")) "own id")
            testCase "what is forgotten, or begun anew, is gone" (fun () ->
                let era = MasterEra.redis60
                let before, _ = actAll era start [ Write(0, del) ]

                let ask history (offset: int64) =
                    sentAfter era history $"PSYNC {id} {offset + 1L}" |> ValueOption.isSome

                let forgotten = MasterStream.forget before
                Expect.isFalse (ask forgotten (bytesOf before.Offset - 1L)) "the last byte"
                Expect.isTrue (ask forgotten (bytesOf before.Offset)) "the end"

                Expect.isFalse
                    (ask (MasterStream.startOver (otherId, before)) (bytesOf before.Offset))
                    "another history")
        ]

let tests = testList "master stream" [ writing; resuming ]
