module HybridReplica.Tests.PositionStoreTests

open System
open System.IO
open System.Threading.Tasks
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Follow.StreamEvents
open HybridReplica.Tests.Shell.Fetching

/// Ends a run as kill -9 does: nothing is cleaned up behind it.
exception private Killed

let private pathIn (place: Place) = Path.Combine(place.Folder, "state")

let private load (path: string) =
    (FilePositionStore path).LoadStoredAsync().AsTask()

let private store (path: string) (stored: StoredPosition) =
    (FilePositionStore path).StoreAsync(stored).AsTask()

let private problemOf (path: string) =
    task {
        try
            let! stored = load path
            return failtestf "It should not be readable, but gave %A." stored
        with :? PositionStoreException as exn ->
            Expect.stringContains exn.Message path "the message names the file"
            return exn.Problem
    }

let private stored = StoredPosition(at 1432L, Nullable 77L)

let private golden =
    String.concat
        "\n"
        [
            "hybrid-replica position 1"
            "position 8de1787ba490483314a4d30f1c628bc5025eb761:1432:0"
            "output 77"
            "checksum f9fa8438323b6b39"
            ""
        ]

let private steps =
    [
        FileStep.Create
        FileStep.Write
        FileStep.Sync
        FileStep.Rename
        FileStep.SyncFolder
    ]

let private killed (step: FileStep) =
    testCaseTask $"whoever is killed before this step leaves the old position or the new one: {step}" (fun () ->
        task {
            use place = new Place()
            let path = pathIn place
            do! store path stored
            let next = StoredPosition(at 2000L, Nullable 99L)

            let dying =
                FilePositionStore(
                    path,
                    fun before ->
                        if before = step then
                            raise Killed
                )

            try
                do! dying.StoreAsync(next).AsTask()
                failtest "it was not killed"
            with Killed ->
                ()

            let! left = load path
            let isRenamed = step = FileStep.SyncFolder
            Expect.equal left (if isRenamed then next else stored) "what is there"
            // What was left beside it is in nobody's way.
            do! store path next
            let! after = load path
            Expect.equal after next "what is there after another store"
        })

let private failing name (test: string -> Task<unit>) =
    testCaseTask name (fun () ->
        task {
            use place = new Place()
            do! test (pathIn place)
        })

let private everyDamage =
    failing "every damaged byte and every cut is noticed" (fun path ->
        task {
            let whole = bytes golden
            do! store path stored

            for length in 0 .. whole.Length - 1 do
                File.WriteAllBytes(path, whole[.. length - 1])
                let! problem = problemOf path
                Expect.equal problem PositionStoreProblem.Damaged $"cut to {length}"

            for index in 0 .. whole.Length - 1 do
                for flipped in [ whole[index] ^^^ 1uy; whole[index] ^^^ 0x20uy; whole[index] ^^^ 0x80uy ] do
                    File.WriteAllBytes(path, Array.updateAt index flipped whole)
                    let! problem = problemOf path
                    // A 1 that became another digit is a newer version, which is no good either.
                    if index <> whole.AsSpan().IndexOf(byte '\n') - 1 then
                        Expect.equal problem PositionStoreProblem.Damaged $"byte {index}"
        })

let tests =
    testList
        "position store"
        [
            failing "there is no position before there is a file" (fun path ->
                task {
                    let! none = load path
                    Expect.isNull none "what is stored"
                })
            failing "the file is small and readable" (fun path ->
                task {
                    do! store path stored
                    Expect.equal (File.ReadAllText path) golden "the file"
                })
            testProperty "what was stored is there"
            <| Prop.forAll
                (Gen.zip (Gen.choose64 (0L, 999_999_999_999_999_999L)) (Gen.choose (-1, 15))
                 |> Gen.map2 (fun length place -> length, place) (Gen.choose64 (0L, Int64.MaxValue))
                 |> Arb.fromGen)
                (fun (length, (offset, database)) ->
                    use place = new Place()
                    let path = pathIn place

                    let position =
                        { at offset with
                            Database = (if database < 0 then ValueNone else ValueSome database)
                        }

                    for stored in
                        [
                            StoredPosition(position, Nullable length)
                            StoredPosition(position, Nullable())
                            StoredPosition(Unchecked.defaultof<_>, Nullable length)
                        ] do
                        (store path stored).Wait()
                        Expect.equal (load path).Result stored "what is there")
            failing "an application stores positions alone" (fun path ->
                task {
                    let store = FilePositionStore path :> IPositionStore
                    do! (store.StoreAsync(at 7L)).AsTask()
                    let! position = (store.LoadAsync()).AsTask()
                    Expect.equal position.Value (at 7L) "the position"
                })
            failing "a position in a transaction is not stored" (fun path ->
                task {
                    let position = { at 7L with InTransaction = true }

                    Expect.throwsT<ArgumentException>
                        (fun () -> (FilePositionStore path).StoreAsync(position).AsTask().Wait())
                        "the store"

                    Expect.isFalse (File.Exists path) "no file"
                })
            yield! List.map killed steps
            everyDamage
            failing "what somebody else wrote is no position" (fun path ->
                task {
                    File.WriteAllText(path, String('x', 100_000))
                    let! problem = problemOf path
                    Expect.equal problem PositionStoreProblem.Damaged "the problem"
                })
            failing "a file of a newer version is known to be one" (fun path ->
                task {
                    File.WriteAllText(path, "hybrid-replica position 2\nwhatever it may be\n")
                    let! problem = problemOf path
                    Expect.equal problem PositionStoreProblem.Newer "the problem"
                })
            failing "a folder that is not there is a failure of the disk" (fun path ->
                task {
                    let path = Path.Combine(path, "none", "state")

                    try
                        do! store path stored
                        failtest "it was stored"
                    with :? DirectoryNotFoundException ->
                        ()
                })
        ]
