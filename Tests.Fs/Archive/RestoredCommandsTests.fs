/// Commands that are looked for in an archive, or rewritten on their way out of it.
module HybridReplica.Tests.RestoredCommandsTests

open System
open System.IO
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.RandomArchives
open HybridReplica.Tests.RestoringTests

let private wait (task: Threading.Tasks.Task<'Result>) = task.GetAwaiter().GetResult()

let private wordsOf (command: ArchivedCommand) =
    [ for word in command.Words -> Encoding.Latin1.GetString word.Bytes.Span ]

/// A command as simply as it can be said: its words, where it begins and ends, where it can be cut in front of it, and
/// whether it is in a transaction.
let private commandsOf (history: History) =
    [
        for found in happened history do
            let lengths =
                found.Unit.Commands
                |> List.map (fun words -> int64 (StreamGenerators.command words).Length)

            for words, ended in List.zip found.Unit.Commands (List.scan (+) found.Start lengths).Tail do
                let start = ended - int64 (StreamGenerators.command words).Length
                words, start, ended, found.Start, found.Unit.Commands.Length > 1
    ]

let private told (command: ArchivedCommand) =
    wordsOf command, command.Offset, command.EndOffset, command.CutOffset, command.InTransaction

let private law name (check: Plan -> unit) =
    testProperty name <| Prop.forAll (Arb.fromGen plan) check

let private searches =
    [
        law "the commands around a moment are those that happened, wherever it lies" (fun plan ->
            inFolder (built plan) (fun folder ->
                for history in plan.Histories do
                    let all = commandsOf history

                    for found in happened history do
                        for offset in List.distinct [ found.Start; found.Start + 3L; found.End ] do
                            let around =
                                wait (
                                    (ReplicaArchive folder)
                                        .CommandsAsync(Moment.ToOffset(ValueSome found.Id, offset), 4)
                                )

                            let before, after =
                                all |> List.partition (fun (_, _, ended, _, _) -> ended <= offset)

                            Expect.equal
                                (List.map told (List.ofSeq around.Before))
                                (List.skip (max 0 (before.Length - 4)) before)
                                $"in front of {offset}"

                            Expect.equal
                                (List.map told (List.ofSeq around.After))
                                (List.truncate 4 after)
                                $"behind {offset}"))
        law "a command is found from the end on, and nothing twice" (fun plan ->
            inFolder (built plan) (fun folder ->
                let all = plan.Histories |> List.collect commandsOf |> List.rev

                for pattern, fits in
                    [
                        "del", (fun (words: string list) -> words.Head = "DEL")
                        "DEL b", (fun words -> words = [ "DEL"; "b" ])
                        "set \"a\" ''", (fun words -> words = [ "SET"; "a"; "" ])
                        "exec", (fun words -> words = [ "EXEC" ])
                    ] do
                    let expected = all |> List.filter (fun (words, _, _, _, _) -> fits words)

                    for index, expected in List.indexed expected do
                        let found = wait ((ReplicaArchive folder).FindCommandAsync(pattern, index + 1))
                        Expect.equal (told found) expected $"{pattern}, {index + 1}"

                    let none =
                        try
                            wait ((ReplicaArchive folder).FindCommandAsync(pattern, expected.Length + 1))
                            |> ignore

                            failtest "there are more"
                        with :? ArchiveException as refused ->
                            refused.Fault

                    Expect.equal none (ArchiveFault.NothingMatches pattern) "there are no more"))
        law "a moment is found without what is in front of the index entry before it" (fun plan ->
            let built = built plan

            inFolder built (fun folder ->
                for segment in built.Segments do
                    match List.tryFindBack _.IsIndexed segment.Boundaries with
                    | Some last when
                        not segment.Segment.IsSealed
                        && last.Position.Offset > segment.Segment.Start.Offset
                        ->
                        let path = Path.Combine(folder, segment.Segment.File)
                        let bytes = File.ReadAllBytes path
                        Array.fill bytes 0 (int last.Byte) 0uy
                        File.WriteAllBytes(path, bytes)

                        let moment = Moment.ToOffset(ValueSome last.Position.Id, last.Position.Offset.Bytes)

                        let around = wait ((ReplicaArchive folder).CommandsAsync(moment, 0))
                        Expect.equal around.Offset last.Position.Offset.Bytes "it is found"

                        Expect.equal
                            (restoreWith (RestoreOptions()) folder (Path.Combine(folder, "out")) moment
                             |> Result.map ignore)
                            (Error(
                                ArchiveFault.SegmentDamaged(segment.Segment.File, 0L, SegmentDamage.WrongChecksum 0L)
                            ))
                            "and yet the rest is looked at before it is handed out"
                    | _ -> ()))
        testCase "what is no command to look for is refused" (fun () ->
            inFolder
                {
                    Archive = Archive.Empty
                    Segments = []
                    Files = []
                }
                (fun folder ->
                    for pattern in [ ""; " "; "\"DEL" ] do
                        Expect.throwsT<ArgumentException>
                            (fun () -> (ReplicaArchive folder).FindCommandAsync pattern |> ignore)
                            pattern))
    ]

let private id = (ReplicationId.TryParse(String('a', 40))).Value

let private unit (at: int64) (commands: string list list) = { At = at; Commands = commands }

let private long = String('v', 700_000)

/// What a master of 6.2 sends, each a second apart, and what is to be loaded.
let private relative =
    [
        unit 20_000L [ [ "SET"; "a"; "1"; "EX"; "10" ] ], [ [ "SET"; "a"; "1"; "PXAT"; "30000" ] ]
        unit 21_000L [ [ "PING" ] ], [ [ "PING" ] ]
        unit 22_000L [ [ "setex"; "b"; "10"; long ] ], [ [ "SET"; "b"; long; "PXAT"; "32000" ] ]
        unit 23_000L [ [ "MULTI" ]; [ "EXPIRE"; "a"; "100" ]; [ "DEL"; "c" ]; [ "EXEC" ] ],
        [ [ "MULTI" ]; [ "PEXPIREAT"; "a"; "123000" ]; [ "DEL"; "c" ]; [ "EXEC" ] ]
        unit 24_000L [ [ "RESTORE"; "d"; "5"; long; "REPLACE" ] ],
        [ [ "RESTORE"; "d"; "24005"; long; "REPLACE"; "ABSTTL" ] ]
        unit 25_000L [ [ "SET"; "e"; long ] ], [ [ "SET"; "e"; long ] ]
        unit 26_000L [ "MSET" :: [ for index in 1..200 -> string index ] ],
        [ "MSET" :: [ for index in 1..200 -> string index ] ]
        unit 27_000L [ [ "SET"; "f"; long; "px"; "1" ] ], [ [ "SET"; "f"; long; "PXAT"; "27001" ] ]
    ]

let private expiring =
    {
        Name = "appendonly.aof"
        Histories =
            [
                {
                    Start =
                        { Position.AtFullResync(id, Offset 0L) with
                            Database = ValueSome 0
                        }
                    ReceivedAt = 20_000L
                    Units = List.map fst relative
                    Cuts = [ 3, ValueNone ]
                    Bases = []
                }
            ]
        IsOpen = false
        Torn = ""
    }

let private textOf (commands: string list list) =
    commands |> List.map StreamGenerators.command |> String.concat ""

let private rewriting =
    [
        for kept in [ true; false ] do
            testCase
                (if kept then
                     "relative expiry is rewritten by the index, whatever the size of the command"
                 else
                     "without the index, it is rewritten by the annotations")
                (fun () ->
                    inFolder (built expiring) (fun folder ->
                        if not kept then
                            for path in Directory.GetFiles(folder, "*.index") do
                                File.Delete path

                        let output = Path.Combine(folder, "out")

                        match restoreWith (RestoreOptions()) folder output Moment.Newest with
                        | Ok result ->
                            let _, stream = restored output

                            let expected = relative |> List.collect snd |> textOf
                            Expect.isTrue (stream = expected) "what is loaded"
                            Expect.equal result.Rewritten 5L "how many"
                        | Error fault -> failtestf "it is refused: %A" fault))
        testCase "it is not, if that is not wanted" (fun () ->
            inFolder (built expiring) (fun folder ->
                let output = Path.Combine(folder, "out")

                match restoreWith (RestoreOptions(RewriteExpiry = false)) folder output Moment.Newest with
                | Ok result ->
                    let _, stream = restored output
                    let expected = expiring.Histories.Head.Units |> List.map _.Text |> String.concat ""
                    Expect.isTrue (stream = expected) "what is loaded"
                    Expect.equal result.Rewritten 0L "how many"
                | Error fault -> failtestf "it is refused: %A" fault))
        testCase "damage is noticed when commands are rewritten, too" (fun () ->
            inFolder (built expiring) (fun folder ->
                let path = Path.Combine(folder, "appendonly.aof.1.incr.aof")
                let bytes = File.ReadAllBytes path
                bytes[bytes.Length - 3000] <- byte 'w'
                File.WriteAllBytes(path, bytes)

                match restoreWith (RestoreOptions()) folder (Path.Combine(folder, "out")) Moment.Newest with
                | Error(ArchiveFault.SegmentDamaged("appendonly.aof.1.incr.aof", _, _)) ->
                    Expect.isFalse (Directory.Exists(Path.Combine(folder, "out"))) "nothing is left"
                | other -> failtestf "it comes to %A" other))
    ]

let tests =
    testList "restored commands" [ testList "searches" searches; testList "rewriting" rewriting ]
