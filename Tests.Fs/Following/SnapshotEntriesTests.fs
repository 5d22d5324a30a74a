/// Following with the entries of the snapshot: what comes between its beginning and its end.
module HybridReplica.Tests.Following.SnapshotEntriesTests

open System
open System.Collections.Generic
open System.IO
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster

let private text (value: string) = Snapshots.latin1 value

let private entry key form value : RdbPart =
    RdbPart.Entry(WrittenEntry.Of(key, form, value))

let private parts =
    [
        RdbPart.FunctionLibrary(text "#!lua name=first")
        RdbPart.Database 2L
        entry "string" 0 (RdbValue.String(text "value"))
        entry "list" 1 (RdbValue.List [| for number in 1..100 -> text $"element %d{number}" |])
        entry "last" 0 (RdbValue.String(Array.create 300_000 (byte 'x')))
    ]

let private written parts =
    (Writer.write
        1UL
        {
            Version = Snapshots.redis 10
            Parts = parts
            IsSummed = true
        })
        .Bytes

let private sound = written parts

// Type 127 is nobody's. The checksum is right.
let private unreadable =
    let body = sound[9 .. sound.Length - 10]
    Snapshots.withChecksum "REDIS0010" (Array.append body [| 127uy; 3uy; byte 'k'; byte 'e'; byte 'y' |])

// A byte of the type of the last entry was changed on the way.
let private damaged =
    let bytes = Array.copy unreadable
    bytes[bytes.Length - 1] <- bytes[bytes.Length - 1] ^^^ 1uy
    bytes

let private afterSnapshot = inTurn [ say "*2\r\n$4\r\nINCR\r\n$1\r\na\r\n"; wait ]

let private serving (snapshot: byte[]) =
    inTurn [ promise; say $"${snapshot.Length}\r\n"; write snapshot; afterSnapshot ]

// Half of it, and then the connection is closed.
let private cutting (snapshot: byte[]) =
    inTurn
        [
            promise
            say $"${snapshot.Length}\r\n"
            write snapshot[.. snapshot.Length / 2]
        ]

let private nameOf (happened: ReplicaEvent) =
    match happened with
    | :? SnapshotEntry as found ->
        let key = Text.Encoding.Latin1.GetString found.Entry.Key
        $"%s{key} %d{found.Entry.Part}"
    | :? SnapshotFunction as found -> Text.Encoding.Latin1.GetString found.Source.Span
    | other -> other.GetType().Name

/// All events up to the first command, each by its name; and the fault in which it ended, if it did.
let private followed (scripts: (Stream -> Task<unit>) list) (set: ReplicaOptions -> unit) =
    task {
        use master = masterOfEach (fun number -> scripts[min number scripts.Length - 1])

        let options =
            ReplicaOptions(Master = master.Uri, Entries = true, JitterSeed = 1L, Attempts = 2)

        options.FirstPause <- TimeSpan.FromSeconds 1.0
        set options
        use client = new ReplicaClient(options)
        let names = List<string>()
        let events = client.FollowAsync().GetAsyncEnumerator()
        let mutable fault = None

        try
            try
                while not (names.Contains "CommandReceived") do
                    let! _ = inTime (events.MoveNextAsync().AsTask())
                    names.Add(nameOf events.Current)
            with :? ReplicaException as exn ->
                fault <- Some exn
        finally
            events.DisposeAsync().AsTask().Wait()

        return List.ofSeq names, fault
    }

let private whole = [ "string 0"; "list 0"; "last 0" ]

let private copied entries =
    [
        "FullResync"
        "SnapshotStarted"
        yield! entries
        "SnapshotReceived"
        "CommandReceived"
    ]

let private nothing (_: ReplicaOptions) = ()

let tests =
    testList
        "entries of snapshots"
        [
            for name, keep in [ "that is not kept", false; "that is kept in a file", true ] do
                testCaseTask
                    $"they come, with the functions, between the beginning and the end of one %s{name}"
                    (fun () ->
                        task {
                            use place = new Place()

                            let! names, fault =
                                followed [ serving sound ] (fun options ->
                                    if keep then
                                        options.SnapshotPath <- place.Target)

                            Expect.equal names (copied ("#!lua name=first" :: whole)) "events"
                            Expect.isNone fault "fault"

                            if keep then
                                place.Holds sound
                        })
            testCaseTask "a streamed snapshot ends at its mark" (fun () ->
                task {
                    let streaming =
                        inTurn [ promise; say $"$EOF:%s{mark}\r\n"; write sound; say mark; afterSnapshot ]

                    let! names, _ = followed [ streaming ] nothing
                    Expect.equal names (copied ("#!lua name=first" :: whole)) "events"
                })
            testCaseTask "large entries come in parts" (fun () ->
                task {
                    let! names, _ =
                        followed [ serving sound ] (fun options -> options.EntryLimit <- 1000)

                    let isOf (key: string) (name: string) =
                        name.StartsWith(key + " ", StringComparison.Ordinal)

                    Expect.isGreaterThan (names |> List.filter (isOf "list") |> List.length) 1 "parts of the list"
                    Expect.isGreaterThan (names |> List.filter (isOf "last") |> List.length) 1 "parts of the string"
                    Expect.equal (names |> List.filter (isOf "string")) [ "string 0" ] "what is small"
                })
            testCaseTask "nobody gets them who does not ask" (fun () ->
                task {
                    let! names, fault =
                        followed [ serving unreadable ] (fun options -> options.Entries <- false)

                    Expect.equal names (copied []) "events"
                    Expect.isNone fault "what cannot be read does not matter"
                })
            testCaseTask "when the connection is lost within the snapshot, it begins anew" (fun () ->
                task {
                    let! names, _ = followed [ cutting sound; serving sound ] nothing
                    let lost = List.findIndex ((=) "Disconnected") names
                    Expect.equal (List.skip (lost + 1) names) (copied ("#!lua name=first" :: whole)) "what came then"

                    Expect.equal
                        (List.take lost names)
                        [ "FullResync"; "SnapshotStarted"; "#!lua name=first"; "string 0"; "list 0" ]
                        "what came before"
                })
            testCaseTask "a snapshot that cannot be read ends it, with what, where and why" (fun () ->
                task {
                    let! names, fault = followed [ serving unreadable ] nothing

                    Expect.equal
                        names
                        ([ "FullResync"; "SnapshotStarted"; "#!lua name=first" ] @ whole)
                        "what came before"

                    match fault with
                    | Some exn ->
                        match exn.Fault with
                        | Fault.SnapshotUnreadable fault ->
                            Expect.equal fault.Trouble (RdbTrouble.UnknownType 127) "trouble"
                            Expect.equal fault.Entries 3L "entries before"
                            Expect.equal fault.Database (ValueSome 2) "database"
                        | other -> failtestf "%A" other

                        Expect.equal exn.Blame Blame.Corrupt "whose doing it is"
                    | None -> failtest "It went on."
                })
            testCaseTask "a snapshot that was damaged on the way is asked for again, whatever it looks like" (fun () ->
                task {
                    let! names, fault = followed [ serving damaged; serving sound ] nothing
                    Expect.isNone fault "fault"
                    let lost = List.findIndex ((=) "Disconnected") names
                    Expect.equal (List.skip (lost + 1) names) (copied ("#!lua name=first" :: whole)) "what came then"
                })
        ]
