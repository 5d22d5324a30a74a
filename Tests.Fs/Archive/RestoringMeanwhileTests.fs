/// What is restored while somebody else archives into the folder and prunes it, and by the options of the tool.
module HybridReplica.Tests.RestoringMeanwhileTests

open System
open System.IO
open System.Text.Json
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.Real.Tool

let private id = (ReplicationId.TryParse(String('a', 40))).Value

let private unit (index: int) =
    {
        At = 10_000L + 200L * int64 index
        Commands = [ [ "EXPIRE"; $"key:%02d{index}"; "10" ] ]
    }

/// Twenty commands of the same length in two segments, and bases in front of the commands that are named.
let private withBases (bases: int list) =
    built
        {
            Name = "appendonly.aof"
            Histories =
                [
                    {
                        Start =
                            { Position.AtFullResync(id, Offset 1000L) with
                                Database = ValueSome 0
                            }
                        ReceivedAt = 10_000L
                        Units = List.init 20 unit
                        Cuts = [ 10, ValueNone ]
                        Bases = bases
                    }
                ]
            IsOpen = false
            Torn = ""
        }

let private after (count: int) =
    1000L + int64 count * int64 (unit 0).Text.Length

let private stream first behind =
    [ first .. behind - 1 ]
    |> List.map (fun index -> (unit index).Text)
    |> String.concat ""

let private withFolders (archived: Built) (act: string -> string -> unit) =
    inFolder archived (fun folder ->
        let outputs = Directory.CreateTempSubdirectory "hybrid-replica-restored-"

        try
            act folder (Path.Combine(outputs.FullName, "out"))
        finally
            outputs.Delete true)

/// Does something once, as soon as it is known what there is to restore and before it is read.
type private Meanwhile(act: unit -> unit) =
    let mutable hasActed = false

    interface IProgress<RestoreProgress> with
        member _.Report _ =
            if not hasActed then
                hasActed <- true
                act ()

let private restoreWhile (act: unit -> unit) (options: RestoreOptions) folder output count =
    let moment = Moment.ToOffset(ValueNone, after count)

    try
        Ok(ReplicaArchive(folder).RestoreAsync(output, moment, options, Meanwhile act).GetAwaiter().GetResult())
    with :? ArchiveException as refused ->
        Error refused.Fault

let private prune folder () =
    ReplicaArchive(folder).Prune(Retention.Bases 1) |> ignore

let private restored output = snd (RandomArchives.restored output)

let private pruned =
    [
        testCase "what is pruned while it is read is restored from what is there then" (fun () ->
            withFolders (withBases []) (fun folder output ->
                let act () =
                    write folder (withBases [ 5 ])
                    prune folder ()

                match restoreWhile act (RestoreOptions(RewriteExpiry = false)) folder output 17 with
                | Ok result ->
                    Expect.equal result.Base.File "appendonly.aof.2.base.rdb" "the base that is there now"
                    Expect.equal result.Offset (after 17) "the moment"
                    Expect.equal (restored output) (stream 5 17) "the stream behind it"
                | Error fault -> failtestf "it is refused: %A" fault))
        testCase "a moment that is pruned while it is read is not in the archive" (fun () ->
            withFolders (withBases [ 5 ]) (fun folder output ->
                match restoreWhile (prune folder) (RestoreOptions()) folder output 3 with
                | Error(ArchiveFault.MomentOutside(_, oldest, _)) ->
                    Expect.equal oldest.Offset.Bytes (after 5) "the oldest that is left"
                | other -> failtestf "it comes to %A" other

                Expect.isFalse (Directory.Exists output) "nothing is left there"))
        testCase "a base that is asked for and pruned meanwhile is not there" (fun () ->
            withFolders (withBases [ 5 ]) (fun folder output ->
                let options = RestoreOptions(Base = "appendonly.aof.1.base.rdb")

                match restoreWhile (prune folder) options folder output 17 with
                | Error(ArchiveFault.NoSuchBase "appendonly.aof.1.base.rdb") -> ()
                | other -> failtestf "it comes to %A" other))
        testCase "a file that is gone though the manifest still lists it is damage" (fun () ->
            withFolders (withBases []) (fun folder output ->
                let remove () =
                    File.Delete(Path.Combine(folder, "appendonly.aof.1.base.rdb"))

                match restoreWhile remove (RestoreOptions()) folder output 17 with
                | Error(ArchiveFault.BaseDamaged("appendonly.aof.1.base.rdb", BaseDamage.Missing)) -> ()
                | other -> failtestf "it comes to %A" other))
    ]

let private restoreBy (options: string list) folder output =
    let ended = run ([ "restore"; folder; "-o"; output; "--json" ] @ options)
    endsWith 0 ended
    JsonDocument.Parse(ended.Text).RootElement

let private byOptions =
    [
        testCase "--base begins with that base" (fun () ->
            withFolders (withBases [ 5 ]) (fun folder output ->
                let asked = [ "--base"; "appendonly.aof.1.base.rdb"; "--rewrite-expiry"; "no" ]
                let told = restoreBy asked folder output
                Expect.equal (told.GetProperty("base").GetString()) "appendonly.aof.1.base.rdb" "the base"
                Expect.equal (restored output) (stream 0 20) "the stream behind it"))
        testCase "--rewrite-expiry no leaves the stream as it came" (fun () ->
            withFolders (withBases []) (fun folder output ->
                let told = restoreBy [ "--rewrite-expiry"; "no" ] folder output
                Expect.equal (told.GetProperty("rewritten").GetInt64()) 0L "commands"
                Expect.equal (restored output) (stream 0 20) "the stream"))
        testCase "--rewrite-expiry yes says until when" (fun () ->
            withFolders (withBases []) (fun folder output ->
                let told = restoreBy [ "--rewrite-expiry"; "yes" ] folder output
                Expect.equal (told.GetProperty("rewritten").GetInt64()) 20L "commands"
                Expect.stringContains (restored output) "PEXPIREAT" "the stream"))
    ]

let tests =
    testList "restoring meanwhile" [ testList "pruned" pruned; testList "options" byOptions ]
