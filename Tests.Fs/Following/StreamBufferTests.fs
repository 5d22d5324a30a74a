/// What goes into the buffer of the stream comes out, in order, whatever place it finds in between.
module HybridReplica.Tests.Following.StreamBufferTests

open System
open System.Collections.Generic
open Expecto
open HybridReplica
open HybridReplica.Tests.Following.Stretch
open HybridReplica.Tests.Shell.Fetching

/// What one side does next; counts of bytes.
type Step =
    | Append of byte
    | Notice
    | Read of byte

let private thorough =
    { FsCheckConfig.defaultConfig with
        maxTest = 500
        endSize = 200
    }

/// A buffer with a folder of its own.
let private withBuffer (sizes: BufferSizes) work =
    use place = new Place()
    use buffer = new StreamBuffer<int>(sizes, place.Folder)
    work buffer (Producer buffer) (Consumer buffer)
    buffer.Dispose()
    place.IsUntouched()

let private inOrder =
    testPropertyWithConfig
        thorough
        "what comes out is what went in, in order"
        (fun (memory: byte) (spool: byte) (piece: byte) (steps: Step list) ->
            withBuffer (BufferSizes(int memory, int64 spool, int piece)) (fun buffer producer consumer ->
                let notices = Queue<int64>()

                for step in steps do
                    match step with
                    | Append count -> Expect.isNull (producer.Append(int count)) "nothing is wrong with the disk"
                    | Notice ->
                        producer.Notice()
                        notices.Enqueue producer.Added
                    | Read most ->
                        let due = if notices.Count > 0 then notices.Peek() else producer.Added
                        let wanted = min (int64 most) (due - consumer.Taken)
                        let count = consumer.Read(int most)

                        if wanted > 0L then
                            Expect.isTrue (0 < count && int64 count <= wanted) "some, and none behind a notice"
                        else
                            Expect.equal count 0 "nothing to read"
                            let isDue = notices.Count > 0 && notices.Peek() = consumer.Taken
                            Expect.equal (consumer.TryTake()) isDue "a notice in its place"

                            if isDue then
                                notices.Dequeue() |> ignore

                    Expect.equal buffer.BytesBuffered (producer.Added - consumer.Taken) "bytes buffered"
                    Expect.isLessThanOrEqual buffer.BytesSpooled (int64 spool) "bytes in the file"

                Expect.isFalse buffer.IsAtEnd "the end, as long as more can come"
                consumer.TakeAll()
                Expect.equal consumer.Taken producer.Added "all bytes"
                Expect.isFalse buffer.IsFull "full, though nothing is there"
                Expect.equal buffer.BytesSpooled 0L "bytes left in the file"
                buffer.Complete()
                Expect.isTrue buffer.IsAtEnd "the end"))

let private bounded =
    testPropertyWithConfig
        thorough
        "whoever stops when it is full needs no more than the two bounds, and can go on"
        (fun (memory: byte) (steps: Step list) ->
            let piece = 32
            let spool = 200

            withBuffer (BufferSizes(int memory, int64 spool, piece)) (fun buffer producer consumer ->
                let mutable most = 0L

                for step in steps do
                    match step with
                    | Append count when buffer.IsFull ->
                        let drained = buffer.Drained

                        while buffer.IsFull do
                            Expect.isFalse drained.IsCompleted "drained before it is not full"
                            Expect.isGreaterThan buffer.BytesBuffered (most / 2L) "bytes left while it is full"
                            consumer.Read(1 + int count % 8) |> ignore

                        Expect.isTrue drained.IsCompletedSuccessfully "drained"
                        Expect.isLessThanOrEqual buffer.BytesBuffered (most / 2L) "half of it taken"
                    | Append count ->
                        producer.Append(int count % (piece + 1)) |> ignore

                        if buffer.IsFull then
                            most <- buffer.BytesBuffered
                            Expect.isGreaterThan buffer.BytesSpooled (int64 (spool - piece)) "a reason to be full"
                    | Notice -> ()
                    | Read most -> consumer.Read(int most) |> ignore

                    Expect.isLessThanOrEqual buffer.BytesBuffered (int64 memory + int64 spool) "bytes in all"))

let private around =
    testCase "the file and the ring are used in circles" (fun () ->
        withBuffer (BufferSizes(100, 1000L, 10)) (fun buffer producer consumer ->
            for _ in 1..50 do
                producer.Append 10 |> ignore

            for _ in 1..10_000 do
                producer.Append 7 |> ignore
                Expect.isGreaterThan (consumer.Read 7) 0 "bytes"

            Expect.isGreaterThan buffer.BytesSpooled 0L "bytes in the file"
            consumer.TakeAll()

            for _ in 1..1000 do
                producer.Append 33 |> ignore
                producer.Append 33 |> ignore
                consumer.TakeAll()

            Expect.equal buffer.BytesSpooled 0L "no bytes in the file, if memory is enough"))

let private growing =
    testCase "memory grows while there are bytes in it" (fun () ->
        withBuffer (BufferSizes(1_000_000, 0L, 100_000)) (fun buffer producer consumer ->
            // It begins with 64 KiB, and the second of these goes around its end.
            for count in [ 60_000; 30_000; 90_000; 300_000 ] do
                producer.Append count |> ignore
                Expect.equal (consumer.Read 30_001) 30_001 "bytes"

            consumer.TakeAll()
            producer.Append 1_000_000 |> ignore
            Expect.isFalse buffer.IsFull "full"
            producer.Append 1 |> ignore
            Expect.isTrue buffer.IsFull "full, for there is no spool"
            consumer.TakeAll()
            Expect.equal consumer.Taken producer.Added "all bytes"))

let private idle =
    testCase "a buffer that nothing was added to holds no memory yet" (fun () ->
        let before = GC.GetAllocatedBytesForCurrentThread()
        use buffer = new StreamBuffer<int>(BufferSizes.WithSpool 0L, "")
        let first = GC.GetAllocatedBytesForCurrentThread() - before
        Producer(buffer).Append 100 |> ignore
        let second = GC.GetAllocatedBytesForCurrentThread() - before
        Expect.isLessThan first 10_000L "bytes before the first byte"
        Expect.isLessThan second 200_000L "bytes after it")

let private times =
    [
        testProperty "the time of what was read is that of its last byte, to the millisecond" (fun (steps: Step list) ->
            withBuffer (BufferSizes(50, 100L, 10)) (fun buffer producer consumer ->
                for step in steps do
                    match step with
                    | Append count -> producer.Append(int count % 4) |> ignore
                    | Notice -> ()
                    | Read most ->
                        if consumer.Read(int most) > 0 then
                            // Bytes that came at once have the time of the last of them.
                            let late = buffer.ReceivedAt - momentOf (consumer.Taken - 1L)
                            Expect.isTrue (TimeSpan.Zero <= late && late.TotalMilliseconds <= 2.0) "the time"))
        testCase "many bytes in a millisecond share its mark" (fun () ->
            let times = ReceiptTimes 2
            let at (ticks: int64) = DateTimeOffset(ticks, TimeSpan.Zero)

            for number in 1L .. 10_000L do
                times.Add(number, at (1_000_000L + number / 2L))

            Expect.equal (times.Before 1L) (at 1_005_000L) "the time"
            times.Add(10_001L, at 2_000_000L)
            Expect.equal (times.Before 10_000L) (at 1_005_000L) "the time before"
            Expect.equal (times.Before 10_001L) (at 2_000_000L) "the time after")
        testCase "with few marks the times are less precise, but never in the future nor backwards" (fun () ->
            let times = ReceiptTimes 100

            for number in 1L .. 10_000L do
                times.Add(number, momentOf number)

            let mutable last = DateTimeOffset.MinValue

            for number in 1L .. 10_000L do
                let time = times.Before number
                let late = (time - momentOf number).TotalMilliseconds
                Expect.isTrue (late >= 0.0 && late <= 400.0) "how much too late"
                Expect.isGreaterThanOrEqual time last "in order"
                Expect.isLessThanOrEqual time (momentOf 10_000L) "not in the future"
                last <- time

            times.Add(10_001L, momentOf 10_001L)
            times.Add(10_002L, momentOf 10_002L)
            Expect.equal (times.Before 10_001L) (momentOf 10_001L) "precise again, once all is read")
        testCase "a clock that is set back is followed" (fun () ->
            let times = ReceiptTimes 10
            times.Add(1L, momentOf 1000L)
            times.Add(2L, momentOf 10L)
            Expect.equal (times.Before 1L) (momentOf 1000L) "before"
            Expect.equal (times.Before 2L) (momentOf 10L) "after")
    ]

let tests =
    testList "stream buffer" ([ inOrder; bounded; around; growing; idle ] @ times)
