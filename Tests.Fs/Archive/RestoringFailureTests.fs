/// What is restored from archives that are damaged, and what is left when restoring fails.
module HybridReplica.Tests.RestoringFailureTests

open System
open System.IO
open System.Threading
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.ArchiveBuilder
open HybridReplica.Tests.RestoringTests

let private id = (ReplicationId.TryParse(String('a', 40))).Value

let private unit (index: int) =
    {
        At = 10_000L + 200L * int64 index
        Commands = [ [ "SET"; $"key:%02d{index}"; "value" ] ]
    }

/// Twenty commands of the same length, a fifth of a second apart, in two segments, with a base inside of the first.
let private plan =
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
                    Bases = [ 5 ]
                }
            ]
        IsOpen = false
        Torn = ""
    }

let private length = int64 (unit 0).Text.Length

let private after (count: int) = 1000L + int64 count * length

let private archived = built plan

let private file (sequence: int64) =
    ArchiveNames.ofSegment "appendonly.aof" sequence

let private withFolders (act: string -> string -> unit) =
    inFolder archived (fun folder ->
        let outputs = Directory.CreateTempSubdirectory "hybrid-replica-restored-"

        try
            act folder outputs.FullName
        finally
            outputs.Delete true)

let private flip (folder: string) (name: string) (at: int) =
    let path = Path.Combine(folder, name)
    let bytes = File.ReadAllBytes path
    bytes[at] <- bytes[at] ^^^ 1uy
    File.WriteAllBytes(path, bytes)

let private restore (folder: string) (outputs: string) (count: int) =
    restoreWith (RestoreOptions()) folder (Path.Combine(outputs, "out")) (Moment.ToOffset(ValueNone, after count))

let private isEmpty (outputs: string) =
    Expect.isEmpty (Directory.GetFileSystemEntries outputs) "nothing is left there"

let private stream first behind =
    [ first .. behind - 1 ]
    |> List.map (fun index -> (unit index).Text)
    |> String.concat ""

let private damage =
    [
        testCase "a damaged base is passed over, and the one before leads to the moment" (fun () ->
            withFolders (fun folder outputs ->
                flip folder "appendonly.aof.2.base.rdb" 20

                match restore folder outputs 17 with
                | Ok result ->
                    Expect.equal result.Base.File "appendonly.aof.1.base.rdb" "the base"
                    Expect.equal result.PassedOver.Count 1 "the other one"
                    let _, restored = RandomArchives.restored (Path.Combine(outputs, "out"))
                    Expect.equal restored (stream 0 17) "the stream, nothing of it twice"
                | Error fault -> failtestf "it is refused: %A" fault))
        testCase "without another base, it is named" (fun () ->
            withFolders (fun folder outputs ->
                flip folder "appendonly.aof.1.base.rdb" 20

                match restore folder outputs 3 with
                | Error(ArchiveFault.BaseDamaged("appendonly.aof.1.base.rdb", BaseDamage.WrongChecksum _)) -> ()
                | other -> failtestf "it comes to %A" other

                isEmpty outputs))
        testCase "a base that is shorter, or not there, is damaged" (fun () ->
            withFolders (fun folder outputs ->
                let path = Path.Combine(folder, "appendonly.aof.1.base.rdb")
                let bytes = File.ReadAllBytes path
                File.WriteAllBytes(path, bytes[.. bytes.Length - 2])

                match restore folder outputs 3 with
                | Error(ArchiveFault.BaseDamaged(_, BaseDamage.WrongSize _)) -> ()
                | other -> failtestf "it comes to %A" other

                File.Delete path

                match restore folder outputs 3 with
                | Error(ArchiveFault.BaseDamaged(_, BaseDamage.Missing)) -> ()
                | other -> failtestf "it comes to %A" other

                isEmpty outputs))
        testCase "one flipped byte in front of the cut is noticed and its segment named, wherever it is" (fun () ->
            let cut = (List.head archived.Segments).Boundaries[3].Byte

            for at in 0 .. int cut - 1 do
                withFolders (fun folder outputs ->
                    flip folder (file 1L) at

                    match restore folder outputs 3 with
                    | Error(ArchiveFault.SegmentDamaged(name, _, _)) -> Expect.equal name (file 1L) "the segment"
                    | other -> failtestf "byte %d comes to %A" at other

                    isEmpty outputs))
        testCase "a flipped byte between the last entry of the index and the cut is noticed" (fun () ->
            let history = plan.Histories.Head

            let units =
                history.Units
                |> List.mapi (fun index unit ->
                    { unit with
                        At = 10_000L + 30L * int64 index
                    })

            let dense =
                built
                    { plan with
                        Histories =
                            [
                                { history with
                                    Units = units
                                    Cuts = []
                                    Bases = []
                                }
                            ]
                    }

            inFolder dense (fun folder ->
                let cut = dense.Segments.Head.Boundaries[3]
                Expect.isFalse cut.IsIndexed "it lies between two entries"
                flip folder (file 1L) (int cut.Byte - 4)

                match restore folder folder 3 with
                | Error(ArchiveFault.SegmentDamaged(name, _, _)) -> Expect.equal name (file 1L) "the segment"
                | other -> failtestf "it comes to %A" other))
        testCase "damage behind the cut does no harm, be it in that segment, in another, or in another base" (fun () ->
            withFolders (fun folder outputs ->
                let cut = (List.head archived.Segments).Boundaries[3].Byte
                flip folder (file 1L) (int cut)
                File.Delete(Path.Combine(folder, file 2L))
                File.Delete(Path.Combine(folder, ArchiveNames.ofIndex (file 3L)))
                File.Delete(Path.Combine(folder, file 3L))
                File.Delete(Path.Combine(folder, "appendonly.aof.2.base.rdb"))

                match restore folder outputs 3 with
                | Ok result ->
                    Expect.equal result.Offset (after 3) "the moment"
                    Expect.isNull result.Next "the next command"

                    match result.NextFault with
                    | ArchiveFault.SegmentDamaged(name, _, _) -> Expect.equal name (file 1L) "what cannot be read"
                    | other -> failtestf "why it cannot be read is not said: %A" other
                | Error fault -> failtestf "it is refused: %A" fault))
        testCase "without an index, or with half of one, the same is restored" (fun () ->
            for kept in [ 0; 10; 16; 16 + 48; 16 + 48 + 20; 16 + 3 * 48 ] do
                withFolders (fun folder outputs ->
                    let index = Path.Combine(folder, ArchiveNames.ofIndex (file 3L))
                    File.WriteAllBytes(index, (File.ReadAllBytes index)[.. kept - 1])

                    if kept = 0 then
                        File.Delete index

                    match restore folder outputs 17 with
                    | Ok _ ->
                        let _, restored = RandomArchives.restored (Path.Combine(outputs, "out"))
                        Expect.equal restored (stream 5 17) "the stream"
                    | Error fault -> failtestf "with %d bytes it is refused: %A" kept fault))
    ]

let private faultOf (act: unit -> 'Result) : ArchiveFault =
    try
        act () |> ignore
        failtest "nothing is refused"
    with :? ArchiveException as refused ->
        refused.Fault

let private wait (task: Tasks.Task<'Result>) = task.GetAwaiter().GetResult()

let private refusals =
    [
        testCase "what is there already is not touched" (fun () ->
            withFolders (fun folder outputs ->
                let there = Path.Combine(outputs, "appendonlydir")
                Directory.CreateDirectory there |> ignore
                File.WriteAllText(Path.Combine(there, "mine"), "1")

                let fault =
                    faultOf (fun () -> wait ((ReplicaArchive folder).RestoreAsync(outputs, Moment.Newest)))

                Expect.equal fault (ArchiveFault.OutputExists there) "it is refused"
                Expect.equal (Directory.GetFileSystemEntries outputs) [| there |] "nothing else is there"
                Expect.equal (Directory.GetFiles there).Length 1 "nor inside"))
        testCase "cancelled, nothing is left" (fun () ->
            withFolders (fun folder outputs ->
                use stop = new CancellationTokenSource()
                stop.Cancel()

                let restoring =
                    (ReplicaArchive folder)
                        .RestoreAsync(Path.Combine(outputs, "a", "b"), Moment.Newest, cancellationToken = stop.Token)

                try
                    wait restoring |> ignore
                    failtest "it is not cancelled"
                with :? OperationCanceledException ->
                    ()

                isEmpty outputs))
        testCase "a folder in the place of which is a file" (fun () ->
            withFolders (fun folder outputs ->
                let output = Path.Combine(outputs, "file")
                File.WriteAllText(output, "1")

                match restoreWith (RestoreOptions()) folder output Moment.Newest with
                | Error(ArchiveFault.OutputExists there) -> Expect.equal there output "what is there"
                | other -> failtestf "it comes to %A" other

                Expect.equal (File.ReadAllText output) "1" "it is left"))
        testCase "a server that is too old is told what it needs" (fun () ->
            withFolders (fun folder outputs ->
                let restoreFor version =
                    restoreWith
                        (RestoreOptions(ServerVersion = version))
                        folder
                        (Path.Combine(outputs, "out"))
                        Moment.Newest

                match restoreFor "6.2.16" with
                | Error(ArchiveFault.ServerTooOld("Redis 6.2", version, needed)) ->
                    Expect.equal (string version) "REDIS0009" "the format"
                    Expect.equal needed "Redis 7.0 or later, or Valkey 7.2 or later" "what it needs"
                | other -> failtestf "it comes to %A" other

                isEmpty outputs

                match restoreFor "valkey-8.1.7" with
                | Ok result -> Expect.equal result.Servers "Redis 7.0 or later, or Valkey 7.2 or later" "the servers"
                | Error fault -> failtestf "it is refused: %A" fault

                Expect.throwsT<ArgumentException> (fun () -> restoreFor "new" |> ignore) "no version"))
        testCase "an older base is used if it is asked for" (fun () ->
            withFolders (fun folder outputs ->
                let options = RestoreOptions(Base = "appendonly.aof.1.base.rdb")

                match restoreWith options folder (Path.Combine(outputs, "out")) Moment.Newest with
                | Ok result ->
                    Expect.equal result.Base.File "appendonly.aof.1.base.rdb" "the base"
                    let _, restored = RandomArchives.restored (Path.Combine(outputs, "out"))
                    Expect.equal restored (stream 0 20) "the stream"
                | Error fault -> failtestf "it is refused: %A" fault

                let other = RestoreOptions(Base = "appendonly.aof.9.base.rdb")

                match restoreWith other folder (Path.Combine(outputs, "other")) Moment.Newest with
                | Error(ArchiveFault.NoSuchBase "appendonly.aof.9.base.rdb") -> ()
                | other -> failtestf "it comes to %A" other))
        testCase "a folder that is not an archive" (fun () ->
            withFolders (fun _ outputs ->
                match restoreWith (RestoreOptions()) outputs (Path.Combine(outputs, "out")) Moment.Newest with
                | Error(ArchiveFault.Refused ArchiveTrouble.NotAnArchive) -> ()
                | other -> failtestf "it comes to %A" other

                isEmpty outputs))
    ]

let tests =
    testList "restoring, and failing" [ testList "damage" damage; testList "refusals" refusals ]
