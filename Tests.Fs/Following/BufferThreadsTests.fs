/// The two sides of the buffer of the stream, each in a thread of its own.
module HybridReplica.Tests.Following.BufferThreadsTests

open System
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Tests.Following.Stretch
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Waiting

/// Work in a thread of its own, and the task that ends with it.
let private onThread (work: unit -> unit) : Task =
    Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)

let private bothInTime (one: Task) (other: Task) =
    Task.WhenAll(one, other).WaitAsync(TimeSpan.FromSeconds 60.0).GetAwaiter().GetResult()

let private wait (buffer: StreamBuffer<int>) =
    buffer.WaitAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult()

/// Adds so many bytes in pieces of all sizes, with notices among them, and pauses while it is full.
let private produce (buffer: StreamBuffer<int>) seed piece total (stop: CancellationToken) () =
    let producer = Producer buffer
    let random = Random(seed: int)

    while producer.Added < total && not stop.IsCancellationRequested do
        buffer.Drained.GetAwaiter().GetResult()
        producer.Append(random.Next(1, piece + 1)) |> ignore

        if random.Next 10 = 0 then
            producer.Notice()

    buffer.Complete()

/// Takes all there is until the end.
let private consume (buffer: StreamBuffer<int>) (consumer: Consumer) seed most () =
    let random = Random(seed: int)

    while not buffer.IsAtEnd do
        if consumer.Read(random.Next(1, most + 1)) = 0 && not (consumer.TryTake()) then
            wait buffer

let private both name sizes piece most total =
    testCase name (fun () ->
        use place = new Place()
        use buffer = new StreamBuffer<int>(sizes, place.Folder)
        let consumer = Consumer buffer
        let taking = onThread (consume buffer consumer 2 most)
        bothInTime taking (onThread (produce buffer 1 piece total CancellationToken.None))
        Expect.isGreaterThanOrEqual consumer.Taken total "all bytes"
        Expect.equal (buffer.BytesBuffered, buffer.BytesSpooled) (0L, 0L) "bytes left"
        place.IsUntouched())

let private hammer =
    testList
        "both sides at once"
        [
            both "with memory enough" (BufferSizes(1 <<< 20, 1L <<< 24, 1 <<< 12)) 4096 4096 50_000_000L
            both "with more than memory holds" (BufferSizes(10_000, 1L <<< 20, 4096)) 4096 4096 50_000_000L
            both "with a file that is always full" (BufferSizes(5_000, 20_000L, 4096)) 4096 1000 20_000_000L
            both "without a file" (BufferSizes(5_000, 0L, 4096)) 4096 5000 20_000_000L
            both "byte by byte" (BufferSizes(10, 20L, 1)) 1 3 50_000L
        ]

let private disposing =
    testCase "it can be disposed while both are busy, and the consumer hears of it" (fun () ->
        for round in 1..100 do
            use place = new Place()
            use source = new CancellationTokenSource()

            let buffer = new StreamBuffer<int>(BufferSizes(1000, 10_000L, 1000), place.Folder)

            let consumer = Consumer buffer
            let producing = onThread (produce buffer round 1000 Int64.MaxValue source.Token)

            let consuming =
                onThread (fun () ->
                    Expect.throwsT<ObjectDisposedException>
                        (consume buffer consumer (round + 1) 1000)
                        "what the consumer hears")

            until "some bytes taken" (fun () -> consumer.Taken > int64 round * 500L)
            buffer.Dispose()
            source.Cancel()
            bothInTime producing consuming
            Expect.equal buffer.BytesSpooled 0L "bytes in the file"
            place.IsUntouched())

let private waiting =
    testList
        "waiting"
        [
            testCaseTask "it ends with the first byte, the first notice and the end" (fun () ->
                task {
                    use buffer = new StreamBuffer<int>(BufferSizes.WithSpool 0L, "")
                    let producer, consumer = Producer buffer, Consumer buffer

                    for add in
                        [
                            fun () -> producer.Append 5 |> ignore
                            producer.Notice
                            buffer.Complete
                        ] do
                        let waiting = buffer.WaitAsync CancellationToken.None
                        Expect.isFalse waiting.IsCompleted "nothing is there yet"
                        add ()
                        do! waiting.AsTask().WaitAsync(TimeSpan.FromSeconds 10.0)
                        Expect.isTrue (buffer.WaitAsync CancellationToken.None).IsCompleted "it is still there"
                        consumer.TakeAll()

                    Expect.isTrue buffer.IsAtEnd "the end"
                })
            testCaseTask "it can be stopped, and begun again" (fun () ->
                task {
                    use buffer = new StreamBuffer<int>(BufferSizes.WithSpool 0L, "")

                    for isStoppedBefore in [ true; false; false ] do
                        use source = new CancellationTokenSource()

                        if isStoppedBefore then
                            source.Cancel()

                        let waiting = buffer.WaitAsync(source.Token).AsTask()
                        let! _ = cancelled source (task { do! waiting })
                        ()

                    let waiting = buffer.WaitAsync(CancellationToken.None).AsTask()
                    Expect.isFalse waiting.IsCompleted "nothing is there"
                    buffer.Add 0
                    do! waiting.WaitAsync(TimeSpan.FromSeconds 10.0)
                })
            testCaseTask "it ends when the buffer is disposed" (fun () ->
                task {
                    let buffer = new StreamBuffer<int>(BufferSizes.WithSpool 0L, "")
                    let waiting = buffer.WaitAsync(CancellationToken.None).AsTask()
                    buffer.Dispose()

                    do!
                        task {
                            try
                                do! waiting.WaitAsync(TimeSpan.FromSeconds 10.0)
                                failtest "It should have failed."
                            with :? ObjectDisposedException ->
                                ()
                        }

                    Expect.isNull (Producer(buffer).Append 10) "the producer does not care"
                })
        ]

/// What a thousand calls allocate, once they have been made before.
let private allocated (call: int -> unit) =
    for number in 1..2000 do
        call number

    let before = GC.GetAllocatedBytesForCurrentThread()

    for number in 1..1000 do
        call number

    GC.GetAllocatedBytesForCurrentThread() - before

let private allocation =
    testCase "neither adding, nor taking, nor waiting allocates" (fun () ->
        use place = new Place()
        let bytes = Array.zeroCreate<byte> 100
        use source = new CancellationTokenSource()

        for sizes in [ BufferSizes.WithSpool 1_000_000L; BufferSizes(0, 1_000_000L, 100) ] do
            use buffer = new StreamBuffer<int>(sizes, place.Folder)
            // As long as there are some in it, the file stays.
            buffer.Append(ReadOnlySpan bytes, momentOf 0L) |> ignore

            let taking =
                allocated (fun number ->
                    buffer.Append(ReadOnlySpan bytes, momentOf (int64 number)) |> ignore
                    buffer.WaitAsync(source.Token).GetAwaiter().GetResult()
                    buffer.Read(bytes.AsSpan()) |> ignore)

            Expect.isLessThan taking 1000L "bytes allocated by a thousand calls"

        use buffer = new StreamBuffer<int>(BufferSizes.WithSpool 0L, place.Folder)

        let waiting =
            allocated (fun number ->
                let waiting = buffer.WaitAsync source.Token
                buffer.Append(ReadOnlySpan bytes, momentOf (int64 number)) |> ignore
                waiting.GetAwaiter().GetResult()
                buffer.Read(bytes.AsSpan()) |> ignore)

        Expect.isLessThan waiting 1000L "bytes allocated by a thousand waits")

let tests =
    testList "stream buffer between threads" [ hammer; disposing; waiting; allocation ]
