/// The file of the buffer of the stream: who can read it, what is left of it, and a disk that does not take it.
module HybridReplica.Tests.Following.SpoolTests

open System
open System.IO
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Following.Stretch
open HybridReplica.Tests.Real.SmallDisk
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching

let private sizes = BufferSizes(1000, 1L <<< 24, 1000)

/// The file that a descriptor is for. Other tests close theirs meanwhile.
let private tryResolve (descriptor: string) =
    try
        Option.ofObj (File.ResolveLinkTarget(descriptor, false))
    with :? IOException ->
        None

/// The files below the folder that this process has open, by what Linux knows of it.
let private openBelow (folder: string) =
    [
        for descriptor in Directory.GetFiles "/proc/self/fd" do
            match tryResolve descriptor with
            | Some target when target.FullName.StartsWith(folder, StringComparison.Ordinal) -> descriptor
            | _ -> ()
    ]

let private nothingLeft =
    testCase "nobody else can read the file, and nothing is left of it, even if nobody could clean up" (fun () ->
        use place = new Place()
        let buffer = new StreamBuffer<int>(sizes, place.Folder)
        let producer, consumer = Producer buffer, Consumer buffer

        for _ in 1..2 do
            for _ in 1..100 do
                producer.Append 1000 |> ignore

            Expect.isGreaterThan buffer.BytesSpooled 90_000L "bytes in the file"

            if OperatingSystem.IsLinux() then
                let file = List.exactlyOne (openBelow place.Folder)
                Expect.equal (File.GetUnixFileMode file) (UnixFileMode.UserRead ||| UnixFileMode.UserWrite) "mode"

            if not (OperatingSystem.IsWindows()) then
                place.IsUntouched()

            consumer.TakeAll()

            if OperatingSystem.IsLinux() then
                Expect.isEmpty (openBelow place.Folder) "the file, once it is read to its end"

        for _ in 1..100 do
            producer.Append 1000 |> ignore

        buffer.Dispose()
        place.IsUntouched()

        if OperatingSystem.IsLinux() then
            Expect.isEmpty (openBelow place.Folder) "the file, once the buffer is disposed")

/// Adds bytes until the buffer is full, and gives what was said of the disk.
let private fillUp (buffer: StreamBuffer<int>) (producer: Producer) : FileTrouble =
    let mutable trouble: FileTrouble | null = null

    while not buffer.IsFull do
        trouble <- producer.Append 1000

    nonNull trouble

let private refused name folderIn (expected: FileTrouble list) =
    testCase name (fun () ->
        use place = new Place()
        use buffer = new StreamBuffer<int>(sizes, folderIn place)
        let producer, consumer = Producer buffer, Consumer buffer

        for _ in 1..3 do
            Expect.contains expected (fillUp buffer producer) "what is said"
            Expect.equal buffer.BytesBuffered 2000L "bytes in memory and behind it"
            producer.Append 500 |> ignore
            Expect.equal (consumer.Read 1000 + consumer.Read 1000) 2000 "bytes, all but the last"
            Expect.isTrue buffer.IsFull "full, as long as some have no place"
            consumer.TakeAll()
            Expect.isFalse buffer.IsFull "full"
            Expect.equal consumer.Taken producer.Added "all bytes"
            producer.Append 500 |> ignore
            consumer.TakeAll()

        place.IsUntouched())

let private fullDisk =
    testCase "a disk that is full costs no byte, and is used again once it has room" (fun () ->
        use place = new Place()
        let disk = Directory.CreateDirectory(Path.Combine(place.Folder, "disk")).FullName

        onSmallDisk disk (fun () ->
            use buffer = new StreamBuffer<int>(sizes, disk)
            let producer, consumer = Producer buffer, Consumer buffer
            let other = Path.Combine(disk, "other")
            File.WriteAllBytes(other, Array.zeroCreate 500_000)
            Expect.equal (fillUp buffer producer) FileTrouble.Full "what is said"
            let first = producer.Added
            Expect.isTrue (first > 100_000L && first < 600_000L) "bytes until it is full"
            File.Delete other
            consumer.TakeAll()
            Expect.equal consumer.Taken first "all bytes"
            Expect.equal (fillUp buffer producer) FileTrouble.Full "what is said again"
            Expect.isGreaterThan (producer.Added - first) 900_000L "bytes until it is full again"
            consumer.TakeAll()
            Expect.equal consumer.Taken producer.Added "all bytes"))

let private cut =
    testCase "a file that cannot be read any more is an error, and no gap" (fun () ->
        use place = new Place()
        use buffer = new StreamBuffer<int>(sizes, place.Folder)
        let producer, consumer = Producer buffer, Consumer buffer

        for _ in 1..10 do
            producer.Append 1000 |> ignore

        Expect.equal (consumer.Read 1000) 1000 "bytes from memory"
        // What is open can be cut by way of /proc, by whoever may.
        let file = List.exactlyOne (openBelow place.Folder)

        let path =
            file.Replace("self", string Environment.ProcessId, StringComparison.Ordinal)

        runProgram "truncate" [ "--size=0"; path ] [] |> ignore
        Expect.throwsT<EndOfStreamException> (fun () -> consumer.Read 1000 |> ignore) "what the consumer hears"
        Expect.equal (consumer.Taken, buffer.BytesBuffered) (1000L, 9000L) "nothing is passed over")

let tests =
    testList
        "spool"
        [
            nothingLeft
            fullDisk
            refused
                "a folder that is not there"
                (fun place -> Path.Combine(place.Folder, "none"))
                [ FileTrouble.NotFound ]
            refused "a file in the place of the folder" (fun place -> place.Target) [ FileTrouble.NotFound ]
            if OperatingSystem.IsLinux() then
                refused
                    "a folder that nobody may write to"
                    (fun _ -> "/sys")
                    [ FileTrouble.Denied; FileTrouble.ReadOnly ]

                cut
        ]
