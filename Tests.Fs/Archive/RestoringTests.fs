/// Moments that are restored from archives made up at random.
module HybridReplica.Tests.RestoringTests

open System
open System.IO
open System.Threading
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.RandomArchives

let private archive (folder: string) = ReplicaArchive folder

/// What an attempt to restore came to.
let restoreWith (options: RestoreOptions) (folder: string) (output: string) (moment: Moment) =
    try
        Ok((archive folder).RestoreAsync(output, moment, options).GetAwaiter().GetResult())
    with :? ArchiveException as refused ->
        Error refused.Fault

let private restore folder output moment =
    restoreWith (RestoreOptions()) folder output moment

/// An archive in a folder, and a folder beside it for what is restored.
let private withFolders (built: Built) (act: string -> string -> unit) =
    inFolder built (fun folder ->
        let outputs = Directory.CreateTempSubdirectory "hybrid-replica-restored-"

        try
            act folder outputs.FullName
        finally
            outputs.Delete true)

let private baseOf (built: Built) (bytes: byte[]) =
    let file = built.Files |> List.find (fun (_, content) -> content = bytes) |> fst

    (built.Archive.Generations
     |> List.find (fun generation -> generation.Base.File = file))
        .Base

// What has to be behind a base for an offset, and which base that should be.
let private expected (history: History) (first: int64) (last: int64) =
    happened history
    |> List.filter (fun found -> first <= found.Start && found.End <= last)
    |> List.map _.Unit.Text
    |> String.concat ""

// Where the id changes, the moment has two names, and the base one.
let private newestBaseAt (built: Built) (history: History) (offset: int64) (id: ReplicationId) =
    let startsIn (generation: Generation) =
        let start = generation.Base.Position

        history.Start.Offset <= start.Offset
        && (start.Offset.Bytes < offset || start.Offset.Bytes = offset && start.Id = id)

    (built.Archive.Generations |> List.filter startsIn |> List.last).Base

let private boundaries (history: History) =
    (history.Start.Offset.Bytes, history.Start.Id)
    :: (happened history |> List.map (fun found -> found.End, found.Id))

let private withId id offset = Moment.ToOffset(ValueSome id, offset)

let private some (count: int) (items: 'Item list) =
    let step = max 1 (items.Length / count)

    items
    |> List.indexed
    |> List.filter (fun (index, _) -> index % step = 0)
    |> List.map snd

let private isRestored (built: Built) (history: History) output (offset: int64) (result: RestoreResult) =
    let bytes, stream = restored output
    let first = baseOf built bytes
    Expect.equal first.File result.Base.File "the base that is named"
    Expect.equal stream (expected history first.Position.Offset.Bytes offset) $"the stream up to {offset}"
    Expect.equal result.Offset offset "the offset that is named"

    happened history
    |> List.filter (fun found -> first.Position.Offset.Bytes <= found.Start && found.End <= offset)
    |> List.tryLast
    |> Option.iter (fun last ->
        let late = last.Unit.At - result.Time.Value.ToUnixTimeMilliseconds()
        Expect.isTrue (0L <= late && late < 100L) $"when the last of it was received, {late} ms before")

    first

let private law name (check: Plan -> unit) =
    testProperty name <| Prop.forAll (Arb.fromGen plan) check

let private offsets =
    [
        law
            "at the end of a command outside of transactions, that prefix is restored, from the newest base"
            (fun plan ->
                let built = built plan

                withFolders built (fun folder outputs ->
                    for history in plan.Histories do
                        for offset, id in some 6 (boundaries history) do
                            let output = Path.Combine(outputs, $"{offset}")

                            match restore folder output (withId id offset) with
                            | Ok result ->
                                let first = isRestored built history output offset result
                                Expect.equal first (newestBaseAt built history offset id) "the newest base"
                                Expect.equal result.Id id "the history"

                                let database =
                                    happened history
                                    |> List.filter (fun found -> found.End <= offset)
                                    |> List.fold
                                        (fun database found -> found.Unit.Selects database)
                                        history.Start.Database.Value

                                Expect.equal result.Database database "the database"

                                let next =
                                    happened history
                                    |> List.tryFind (fun found -> found.Start = offset)
                                    |> Option.map (fun found -> found.Unit.Commands.Head.Head)

                                let named =
                                    match result.Next with
                                    | null -> None
                                    | next -> Some next.Name

                                if not (plan.IsOpen && next.IsNone) then
                                    Expect.equal named next "what comes next"
                            | Error fault -> failtestf "%d is refused: %A" offset fault))
        law "any other offset is refused, with those at which it can be cut" (fun plan ->
            withFolders (built plan) (fun folder outputs ->
                for history in plan.Histories do
                    for found in some 5 (happened history) do
                        for offset in
                            List.distinct [ found.Start + 1L; (found.Start + found.End) / 2L; found.End - 1L ] do
                            let fault =
                                if found.Unit.Commands.Length > 1 then
                                    ArchiveFault.InsideTransaction
                                else
                                    ArchiveFault.NotOnABoundary

                            Expect.equal
                                (restore folder (Path.Combine(outputs, "out")) (withId found.Id offset)
                                 |> Result.map ignore)
                                (Error(fault (offset, found.Start, found.End)))
                                $"{offset}"

                            Expect.isEmpty (Directory.GetFileSystemEntries outputs) "nothing is left there"))
        law "what is not in the archive is refused, with what is" (fun plan ->
            withFolders (built plan) (fun folder outputs ->
                let output = Path.Combine(outputs, "out")
                let last = List.last plan.Histories

                let ends history = boundaries history |> List.last |> fst

                let refused offset =
                    match restore folder output (Moment.ToOffset(ValueNone, offset)) with
                    | Error(ArchiveFault.MomentOutside(_, oldest, newest)) -> oldest.Offset.Bytes, newest.Offset.Bytes
                    | Error(ArchiveFault.MomentInGap(_, before, after)) -> before.Offset.Bytes, after.Offset.Bytes
                    | other -> failtestf "%d comes to %A" offset other

                let all = last.Start.Offset.Bytes, ends last
                Expect.equal (refused 99L) all "before the oldest"
                Expect.equal (refused (ends last + 1L)) all "after the newest"

                if plan.Histories.Length > 1 then
                    Expect.equal (refused 999_999L) all "between two histories"
                    Expect.equal (refused 100L) all "in an older history, which is not named"

                Expect.isEmpty (Directory.GetFileSystemEntries outputs) "nothing is left there"))
        law "the newest moment is the end of the last whole command" (fun plan ->
            let built = built plan

            withFolders built (fun folder outputs ->
                let history = List.last plan.Histories

                match restore folder (Path.Combine(outputs, "out")) Moment.Newest with
                | Ok result ->
                    let offset = boundaries history |> List.last |> fst
                    isRestored built history (Path.Combine(outputs, "out")) offset result |> ignore
                | Error fault -> failtestf "it is refused: %A" fault))
    ]

let private times =
    [
        law "up to a time, everything is there that was received by then, and next to nothing else" (fun plan ->
            let built = built plan

            withFolders built (fun folder outputs ->
                for history in plan.Histories do
                    let all = happened history

                    for time in
                        all
                        |> List.collect (fun found -> [ found.Unit.At - 1L; found.Unit.At; found.Unit.At + 50L ])
                        |> List.filter (fun time -> time >= history.ReceivedAt)
                        |> List.distinct
                        |> some 5 do
                        let output = Path.Combine(outputs, $"{time}")

                        match restore folder output (Moment.ToTime time) with
                        | Error(ArchiveFault.MomentOutside _ | ArchiveFault.MomentInGap _) ->
                            // The last entry of the index may be a little older than what is behind it.
                            let last = (List.last all).Unit.At
                            Expect.isGreaterThan (time + 100L) last "only behind the end"
                        | Error fault -> failtestf "%d is refused: %A" time fault
                        | Ok result ->
                            isRestored built history output result.Offset result |> ignore

                            for found in all do
                                if found.End <= result.Offset then
                                    Expect.isLessThan found.Unit.At (time + 100L) "what is there"
                                else
                                    Expect.isGreaterThan found.Unit.At time "what is not there"))
        testCase "a time before the first base, in a gap, or behind the end is none" (fun () ->
            let history letter start at =
                {
                    Start =
                        { Position.AtFullResync((ReplicationId.TryParse(String(letter, 40))).Value, Offset start) with
                            Database = ValueSome 0
                        }
                    ReceivedAt = at
                    Units =
                        [
                            {
                                At = at + 500L
                                Commands = [ [ "SET"; "a"; "1" ] ]
                            }
                        ]
                    Cuts = []
                    Bases = []
                }

            let plan =
                {
                    Name = "appendonly.aof"
                    Histories = [ history 'a' 10L 10_000L; history 'b' 20L 90_000L ]
                    IsOpen = false
                    Torn = ""
                }

            withFolders (built plan) (fun folder outputs ->
                let output = Path.Combine(outputs, "out")
                let ended = 10L + int64 plan.Histories.Head.Units.Head.Text.Length

                match restore folder output (Moment.ToTime 9_999L) with
                | Error(ArchiveFault.MomentOutside(_, oldest, newest)) ->
                    Expect.equal oldest.Time (ValueSome 10_000L) "the oldest"
                    Expect.equal newest.Time (ValueSome 90_500L) "the newest"
                | other -> failtestf "it comes to %A" other

                match restore folder output (Moment.ToTime 50_000L) with
                | Error(ArchiveFault.MomentInGap(_, before, after)) ->
                    Expect.equal (before.Offset, before.Time) (Offset ended, ValueSome 10_500L) "before"
                    Expect.equal (after.Offset, after.Time) (Offset 20L, ValueSome 90_000L) "after"
                | other -> failtestf "it comes to %A" other

                match restore folder output (Moment.ToTime 90_501L) with
                | Error(ArchiveFault.MomentOutside _) -> ()
                | other -> failtestf "it comes to %A" other

                match restore folder output (Moment.ToTime 10_100L) with
                | Ok result -> Expect.equal (result.Offset, result.Segments) (10L, 0) "the base alone"
                | other -> failtestf "it comes to %A" other))
    ]

let tests =
    testList "restoring" [ testList "offsets" offsets; testList "times" times ]
