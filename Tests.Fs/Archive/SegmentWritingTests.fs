/// What a segment does with a piece and with a flush, one by one.
module HybridReplica.Tests.SegmentWritingTests

open System
open System.IO
open Expecto
open Microsoft.Win32.SafeHandles
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.SegmentBench

let tests =
    testList
        "segment writing"
        [
            testCase "what lies behind an entry came at its time or later" (fun () ->
                use bench = new Bench()
                use segment = bench.Create()
                let ping = StreamGenerators.bytes (StreamGenerators.command [ "PING" ])

                let safe =
                    { start with
                        Offset = Offset(start.Offset.Bytes + ping.LongLength)
                    }

                segment.Append(ReadOnlySpan(Array.append ping ping[..2]), &safe)
                let came = bench.Clock.Now()
                bench.GoOn 5000.0
                segment.Mark()
                let last = Array.last (entries bench.Path)
                Expect.equal last.Offset safe.Offset "where it stands"
                Expect.equal last.ReceivedAt came "its time")

            testCase "a flush is about the segment and its index, and says so if it fails" (fun () ->
                use bench = new Bench()
                let end' = SegmentPoint(start.Offset.Bytes, 0L, 0UL)
                let entry = SegmentFile.EntryAt(&end', 1L, 0)
                use open' = File.OpenHandle(bench.Path, FileMode.Create, FileAccess.ReadWrite)

                use closed =
                    File.OpenHandle(bench.Path + ".closed", FileMode.Create, FileAccess.ReadWrite)

                closed.Dispose()
                // No process has so many files open.
                use failing = new SafeFileHandle(nativeint 0x7FFFFFF0, false)

                let index () =
                    IndexFile.Create(ArchiveNames.ofIndex bench.Path, &entry)

                let flush (file: SafeFileHandle) (index: IndexFile) =
                    use segment = new SegmentFile(file, index, bench.Clock, end', 0, ValueNone)
                    segment.Flush()

                Expect.throwsT<ObjectDisposedException> (fun () -> flush closed (index ())) "the segment"

                Expect.throwsT<ObjectDisposedException>
                    (fun () ->
                        let index = index ()
                        index.Dispose()
                        flush open' index)
                    "its index"

                Expect.throwsT<UnsyncedException> (fun () -> flush failing (index ())) "a flush that fails")

            testCase "appending does not allocate" (fun () ->
                use bench = new Bench()
                use segment = bench.Create()
                let ping = StreamGenerators.bytes (StreamGenerators.command [ "PING" ])

                let append from =
                    for i in from .. from + 999 do
                        let safe =
                            { start with
                                Offset = Offset(start.Offset.Bytes + int64 (i * ping.Length))
                            }

                        segment.Append(ReadOnlySpan ping, &safe)

                append 1
                let before = GC.GetAllocatedBytesForCurrentThread()
                append 1001
                let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                // Some is what this test allocates.
                Expect.isLessThan allocated 30_000L "bytes allocated by a thousand")
        ]
