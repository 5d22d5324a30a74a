/// What the verbs about archives say of what they are given, and of archives that are not as they should be.
module HybridReplica.Tests.ArchiveUsageTests

open System
open System.IO
open System.Text.Json
open Expecto
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.Real.Tool

let private mistaken name said arguments =
    testCase name (fun () -> run arguments |> complains 2 said)

let private usage =
    [
        mistaken "archive: no folder" [ "[URI] DIR" ] [ "archive" ]
        mistaken "archive: a master and no folder" [ "DIR" ] [ "archive"; "redis://127.0.0.1" ]
        mistaken "archive: three places" [ "none/c" ] [ "archive"; "none/a"; "none/b"; "none/c" ]
        mistaken "archive: an empty folder name" [ "empty" ] [ "archive"; "" ]
        mistaken
            "archive: two kinds of retention"
            [ "--keep"; "--keep-for" ]
            [ "archive"; "none/a"; "--keep"; "1"; "--keep-for"; "3d" ]
        mistaken "archive: no base to keep" [ "--keep"; "0" ] [ "archive"; "none/a"; "--keep"; "0" ]
        mistaken "archive: segments of nothing" [ "--segment-size"; "0" ] [ "archive"; "none/a"; "--segment-size"; "0" ]
        mistaken "archive: an age that is none" [ "--segment-age"; "7w" ] [ "archive"; "none/a"; "--segment-age"; "7w" ]
        mistaken
            "archive: a policy that there is not"
            [ "never"; "everysec" ]
            [ "archive"; "none/a"; "--fsync"; "never" ]
        mistaken "archive: a name that is a path" [ "a/b" ] [ "archive"; "none/a"; "--name"; "a/b" ]
        mistaken "archive: a dialect without positions" [ "redis6" ] [ "archive"; "none/a"; "--dialect"; "redis26" ]
        mistaken "archive: an option of backup" [ "--rdb-only" ] [ "archive"; "none/a"; "--rdb-only" ]
        mistaken "list: no folder" [ "archive list needs DIR" ] [ "archive"; "list" ]
        mistaken "list: a master in front of it" [ "redis://x"; "list" ] [ "archive"; "redis://x"; "list"; "none/a" ]
        mistaken "list: an option in front of it" [ "--keep"; "list" ] [ "archive"; "--keep"; "3"; "list"; "none/a" ]
        mistaken "verify: two folders" [ "none/b" ] [ "verify"; "none/a"; "none/b" ]
        mistaken "prune: nothing to keep" [ "--keep"; "--keep-for" ] [ "prune"; "none/a" ]
        mistaken "restore: nowhere" [ "-o"; "--list-commands" ] [ "restore"; "none/a" ]
        mistaken
            "restore: two moments"
            [ "--to-offset"; "--to-time" ]
            [ "restore"; "none/a"; "--to-offset"; "1"; "--to-time"; "x" ]
        mistaken
            "restore: an offset that is none"
            [ "--to-offset"; "1x" ]
            [ "restore"; "none/a"; "-o"; "none/b"; "--to-offset"; "1x" ]
        mistaken
            "restore: a time that is none"
            [ "--to-time"; "noon" ]
            [ "restore"; "none/a"; "-o"; "none/b"; "--to-time"; "noon" ]
        mistaken "restore: a count of no command" [ "--nth" ] [ "restore"; "none/a"; "-o"; "none/b"; "--nth"; "2" ]
        mistaken
            "restore: quotes that do not match"
            [ "redis-cli" ]
            [ "restore"; "none/a"; "-o"; "none/b"; "--before-command"; "DEL \"a" ]
        mistaken
            "restore: a server that is none"
            [ "--server"; "new" ]
            [ "restore"; "none/a"; "-o"; "none/b"; "--server"; "new" ]
        mistaken
            "restore: neither yes nor no"
            [ "--rewrite-expiry"; "maybe" ]
            [ "restore"; "none/a"; "-o"; "none/b"; "--rewrite-expiry"; "maybe" ]
        mistaken
            "restore: both to look and to write"
            [ "--list-commands"; "--output" ]
            [ "restore"; "none/a"; "-o"; "none/b"; "--list-commands" ]
    ]

let private id =
    match ReplicationId.TryParse(String('a', 40)) with
    | ValueSome id -> id
    | ValueNone -> failwith "an id"

let private at offset : Position =
    { Position.AtFullResync(id, Offset offset) with
        Database = ValueSome 0
    }

let private unit at commands : Unit = { At = at; Commands = commands }

// 2026-03-01T12:00:00Z.
let private noon = 1772366400000L

/// Two segments: a key, a transaction, and behind it another key and a FLUSHALL.
let private small =
    built
        {
            Name = "appendonly.aof"
            IsOpen = false
            Torn = ""
            Histories =
                [
                    {
                        Start = at 1000L
                        ReceivedAt = noon
                        Cuts = [ 2, ValueNone ]
                        Bases = []
                        Units =
                            [
                                unit (noon + 1000L) [ [ "SET"; "a"; "1" ] ]
                                unit
                                    (noon + 2000L)
                                    [ [ "MULTI" ]; [ "SET"; "b\027[0m"; "2" ]; [ "SET"; "c"; "3" ]; [ "EXEC" ] ]
                                unit (noon + 3000L) [ [ "SET"; "d"; "4" ] ]
                                unit (noon + 4000L) [ [ "FLUSHALL" ] ]
                            ]
                    }
                ]
        }

let private filesIn (folder: string) =
    Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
    |> Array.sort
    |> Array.map (fun path -> path, File.ReadAllBytes path)

/// Runs the tool on an archive, and fails if that changed anything.
let private on (folder: string) (arguments: string list) =
    let before = filesIn folder
    let ended = run (arguments |> List.map (fun word -> word.Replace("DIR", folder)))
    Expect.equal (filesIn folder) before "what is in the archive"
    ended

let private withSmall name test =
    testCase name (fun () -> inFolder small test)

let private lines (ended: Ended) =
    ended.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray

let private shown =
    [
        withSmall "list shows files, moments and replication ids" (fun folder ->
            let listed = on folder [ "archive"; "list"; "DIR" ]
            endsWith 0 listed
            let text = listed.Text
            Expect.stringContains text "offset 1000 (2026-03-01T12:00:00.000Z)" "the oldest moment"
            Expect.stringContains text $"{id} from offset 1000" "the history"
            Expect.stringContains text "1 base and 2 segments" "what there is"

            Expect.isTrue
                (lines listed
                 |> List.exists (fun line -> line.StartsWith "appendonly.aof.3.incr.aof "))
                text)
        withSmall "list gives programs the same" (fun folder ->
            let listed =
                JsonDocument.Parse((on folder [ "archive"; "list"; "DIR"; "--json" ]).Text).RootElement

            Expect.equal (listed.GetProperty("oldest").GetProperty("offset").GetInt64()) 1000L "the oldest moment"
            Expect.equal (listed.GetProperty("segments").GetArrayLength()) 2 "segments"
            Expect.equal (listed.GetProperty("gaps").GetArrayLength()) 0 "gaps")
        withSmall "what is sound is said to be" (fun folder ->
            let verified = on folder [ "verify"; "DIR" ]
            endsWith 0 verified
            Expect.stringContains verified.Text "sound" "the verdict"
            Expect.stringContains verified.Text "restorable" "what can be restored")
        withSmall
            "commands around a moment are shown, marked where it would be cut, and act on no terminal"
            (fun folder ->
                let around =
                    on folder [ "restore"; "DIR"; "--before-command"; "flushall"; "--list-commands" ]

                endsWith 0 around
                let text = lines around
                let mark = text |> List.findIndex (fun line -> line.StartsWith "-- cut at offset ")
                Expect.stringEnds text[mark - 1] "\"SET\" \"d\" \"4\"" "the command in front of the cut"
                Expect.stringEnds text[mark + 1] "\"FLUSHALL\"" "the command behind the cut"
                Expect.stringContains around.Text "|  \"SET\" \"b\\x1b[0m\" \"2\"" "a command in a transaction")
        withSmall "the next command is said to be unreadable, where what follows is damaged" (fun folder ->
            let behind =
                (JsonDocument.Parse((on folder [ "archive"; "list"; "DIR"; "--json" ]).Text)).RootElement

            let segment = behind.GetProperty("segments")[1]
            let offset = string (segment.GetProperty("startOffset").GetInt64())
            File.WriteAllText(Path.Combine(folder, "appendonly.aof.3.incr.aof"), "x")

            let restored =
                run [ "restore"; folder; "-o"; Path.Combine(folder, "a"); "--to-offset"; offset ]

            endsWith 0 restored
            Expect.stringContains restored.Text "cannot be read: The segment appendonly.aof.3.incr.aof" "the line"

            let json =
                [
                    "restore"
                    folder
                    "-o"
                    Path.Combine(folder, "b")
                    "--to-offset"
                    offset
                    "--json"
                ]

            let said = JsonDocument.Parse((run json).Text).RootElement
            Expect.stringContains (string (said.GetProperty "nextFault")) "damaged" "what programs get")
        withSmall "prune --dry-run removes nothing" (fun folder ->
            on folder [ "prune"; "DIR"; "--keep"; "1"; "--dry-run" ] |> endsWith 0)
    ]

let private refused =
    [
        withSmall "a moment that is not in the archive gets the range" (fun folder ->
            on folder [ "restore"; "DIR"; "-o"; "DIR/out"; "--to-offset"; "999" ]
            |> complains 9 [ ": Offset 999 is not"; "offset 1000"; "2026-03-01T12:00:04.000Z" ])
        withSmall "an offset inside of a transaction gets its neighbours" (fun folder ->
            let behind = 1000 + (StreamGenerators.command [ "SET"; "a"; "1" ]).Length

            on folder [ "restore"; "DIR"; "-o"; "DIR/out"; "--to-offset"; string (behind + 15) ]
            |> complains 9 [ "transaction"; string behind ])
        withSmall "a command that there is not" (fun folder ->
            on folder [ "restore"; "DIR"; "-o"; "DIR/out"; "--before-command"; "SWAPDB" ]
            |> complains 9 [ "SWAPDB"; "--list-commands" ])
        withSmall "a server that is too old gets the versions" (fun folder ->
            on folder [ "restore"; "DIR"; "-o"; "DIR/out"; "--server"; "6.2.16" ]
            |> complains 9 [ "Redis 6.2"; "Redis 7.0 or later" ])
        withSmall "a file where the folder should be is named, and not the archive" (fun folder ->
            let taken = Path.Combine(folder, "appendonly.aof.1.base.rdb")
            let ended = on folder [ "restore"; "DIR"; "-o"; taken ]
            ended |> complains 7 [ $"There is something at {taken} already;" ])
        withSmall "a base that there is not" (fun folder ->
            on folder [ "restore"; "DIR"; "-o"; "DIR/out"; "--base"; "appendonly.aof.9.base.rdb" ]
            |> complains 9 [ "appendonly.aof.9.base.rdb"; "archive list" ])
        withSmall "a manifest that breaks a rule gets the line" (fun folder ->
            let manifest = Path.Combine(folder, "appendonly.aof.manifest")
            File.WriteAllText(manifest, "file a seq 1 type b\nfile b seq 2 type x\n")

            for verb in
                [
                    [ "archive"; "list"; "DIR" ]
                    [ "verify"; "DIR" ]
                    [ "prune"; "DIR"; "--keep"; "1" ]
                ] do
                on folder verb |> complains 8 [ "Line 2"; folder ])
        withSmall "a byte that was flipped is found, and what lies before it is still there" (fun folder ->
            let segment = Path.Combine(folder, "appendonly.aof.3.incr.aof")
            let bytes = File.ReadAllBytes segment
            bytes[bytes.Length - 3] <- bytes[bytes.Length - 3] ^^^ 1uy
            File.WriteAllBytes(segment, bytes)
            let verified = on folder [ "verify"; "DIR" ]
            endsWith 8 verified
            Expect.hasLength verified.ErrorLines 1 "lines on standard error"
            Expect.stringContains verified.Errors "damaged in 1 place" "the line"
            Expect.stringContains verified.Text "appendonly.aof.3.incr.aof" "the segment"
            Expect.stringContains verified.Text "restorable" "what can be restored"

            let json =
                JsonDocument.Parse((on folder [ "verify"; "DIR"; "--json" ]).Text).RootElement

            Expect.equal (json.GetProperty("exitCode").GetInt32()) 8 "the exit code"
            Expect.equal (json.GetProperty("findings").GetArrayLength()) 1 "findings")
        withSmall "an index that is gone is said to be, and that it can be made again" (fun folder ->
            File.Delete(Path.Combine(folder, "appendonly.aof.1.incr.aof.index"))
            let verified = on folder [ "verify"; "DIR" ]
            endsWith 8 verified
            Expect.stringContains verified.Text "The index appendonly.aof.1.incr.aof.index is not there" "the finding"
            Expect.stringContains verified.Errors "--rebuild-indexes" "what to try"
            endsWith 0 (run [ "verify"; folder; "--rebuild-indexes" ])
            endsWith 0 (on folder [ "verify"; "DIR" ]))
        testCase "a folder that is no archive" (fun () ->
            let folder = Directory.CreateTempSubdirectory "hybrid-replica-archive-"

            try
                File.WriteAllText(Path.Combine(folder.FullName, "letter"), "Dear …")

                for verb in
                    [
                        [ "archive"; "DIR" ]
                        [ "archive"; "list"; "DIR" ]
                        [ "verify"; "DIR" ]
                        [ "prune"; "DIR"; "--keep"; "1" ]
                        [ "restore"; "DIR"; "-o"; "DIR/out" ]
                    ] do
                    on folder.FullName verb |> complains 7 [ "not an archive"; folder.FullName ]
            finally
                folder.Delete true)
        testCase "a folder that is not there" (fun () ->
            for verb in
                [
                    [ "archive"; "list"; "none/a" ]
                    [ "verify"; "none/a" ]
                    [ "restore"; "none/a"; "-o"; "none/b" ]
                ] do
                run verb |> complains 7 [ "none/a" ])
    ]

let tests =
    testList "archive usage" [ testList "usage" usage; testList "shown" shown; testList "refused" refused ]
