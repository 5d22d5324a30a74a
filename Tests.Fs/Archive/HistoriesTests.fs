/// Archives of more than one history, in which offsets mean different things.
module HybridReplica.Tests.HistoriesTests

open System
open System.IO
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.RestoringTests

let private idOf (letter: char) =
    (ReplicationId.TryParse(String(letter, 40))).Value

let private unit (at: int64) (name: string) (index: int) =
    {
        At = at + 200L * int64 index
        Commands = [ [ name; $"key:{index}"; "value" ] ]
    }

let private history (letter: char) (offset: int64) (at: int64) (name: string) =
    {
        Start =
            { Position.AtFullResync(idOf letter, Offset offset) with
                Database = ValueSome 0
            }
        ReceivedAt = at
        Units = List.init 5 (unit at name)
        Cuts = []
        Bases = []
    }

let private lengthOf (history: History) =
    history.Units |> List.sumBy (fun unit -> int64 unit.Text.Length)

let private archived (histories: History list) =
    built
        {
            Name = "appendonly.aof"
            Histories = histories
            IsOpen = false
            Torn = ""
        }

let private older = history 'a' 1000L 10_000L "SET"

let private restore (folder: string) (moment: Moment) =
    restoreWith (RestoreOptions()) folder (Path.Combine(folder, "out")) moment

let tests =
    testList
        "restoring, histories"
        [
            testCase
                "an offset that only an older history has is refused without its id, and the line says so"
                (fun () ->
                    inFolder (archived [ older; history 'b' 50L 90_000L "SET" ]) (fun folder ->
                        match restore folder (Moment.ToOffset(ValueNone, 1000L)) with
                        | Error(ArchiveFault.MomentOutside(_, oldest, newest) as fault) ->
                            Expect.equal (oldest.Id, oldest.Offset) (idOf 'b', Offset 50L) "the newest history"
                            Expect.equal newest.Id (idOf 'b') "and nothing but that"

                            Expect.stringContains
                                (ArchiveFaultWording.fault fault)
                                "the newest history"
                                "what happened"

                            Expect.stringContains (ArchiveFaultWording.advice fault) "ID:1000" "what to try"
                        | other -> failtestf "it comes to %A" other

                        match restore folder (Moment.ToOffset(ValueSome(idOf 'a'), 1000L)) with
                        | Ok result -> Expect.equal result.Id (idOf 'a') "the history that was named"
                        | Error fault -> failtestf "it is refused: %A" fault))
            testCase "behind a gap the same id is the same history" (fun () ->
                inFolder (archived [ older; history 'a' 9000L 90_000L "SET" ]) (fun folder ->
                    match restore folder (Moment.ToOffset(ValueNone, 8000L)) with
                    | Error(ArchiveFault.MomentInGap(_, before, after)) ->
                        Expect.equal before.Offset (Offset(1000L + lengthOf older)) "before the gap"
                        Expect.equal after.Offset (Offset 9000L) "behind it"
                    | other -> failtestf "it comes to %A" other

                    match restore folder (Moment.ToOffset(ValueNone, 1000L)) with
                    | Ok result -> Expect.equal result.Offset 1000L "in front of the gap"
                    | Error fault -> failtestf "it is refused: %A" fault))
            testCase
                "the commands around a moment are of its history, although a later one begins in front of it"
                (fun () ->
                    let later = history 'b' (1000L + lengthOf older - 1L) 90_000L "DEL"

                    inFolder (archived [ older; later ]) (fun folder ->
                        let moment = Moment.ToOffset(ValueSome(idOf 'a'), 1000L)

                        let around =
                            (ReplicaArchive folder).CommandsAsync(moment, 20).GetAwaiter().GetResult()

                        Expect.equal
                            [ for command in around.After -> command.Name ]
                            (List.replicate 5 "SET")
                            "what comes behind it"))
        ]
