/// How the reading of an RDB ends before the RDB does.
module HybridReplica.Tests.RdbReaderEndTests

open System
open System.Collections.Generic
open System.IO
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Reading.Streams
open HybridReplica.Tests.Shell.Fetching

let private text (value: string) = Snapshots.latin1 value

let private entry key form value : RdbPart =
    RdbPart.Entry(WrittenEntry.Of(key, form, value))

let private written =
    Writer.write
        7UL
        {
            Version = Snapshots.redis 11
            Parts =
                [
                    RdbPart.Auxiliary(text "redis-ver", text "7.2.0")
                    RdbPart.Database 3L
                    entry "first" 0 (RdbValue.String(text "value"))
                    entry "second" 1 (RdbValue.List [| text "a"; text "b" |])
                    entry "third" 2 (RdbValue.Set [| text "a"; text "b" |])
                ]
            IsSummed = true
        }

let private keeping () =
    RdbReaderOptions(KeepWhatCameBefore = true)

let private faultOf (bytes: byte[]) =
    use stream = new MemoryStream(bytes)

    try
        RdbReader.Read(stream, ignore) |> ignore
        failtest "It was read to its end."
    with :? RdbException as exn ->
        exn

let private enumeratedFault (bytes: byte[]) =
    use stream = new Dripping(bytes, 3UL)

    try
        (enumerated stream (RdbReaderOptions())).GetAwaiter().GetResult() |> ignore
        failtest "It was read to its end."
    with :? RdbException as exn ->
        exn.Fault

let private isBeginningOf whole part =
    Expect.equal part (List.truncate (List.length part) whole) "what came before"

let private cutAt (whole: Found list) length =
    let bytes = written.Bytes[.. length - 1]
    let fault = (faultOf bytes).Fault

    let whatIsWhole =
        written.Entries
        |> List.filter (fun bounds -> bounds.End <= length)
        |> List.length

    Expect.equal fault.Trouble (if length = 0 then RdbTrouble.Empty else RdbTrouble.Cut) $"cut at %d{length}"
    Expect.isLessThanOrEqual fault.Offset (int64 length) "where it ends"
    Expect.equal fault.Entries (int64 whatIsWhole) "entries before"
    Expect.equal (enumeratedFault bytes) fault "the same while it is enumerated"
    use stream = new MemoryStream(bytes)
    let found, result = visited stream (keeping ())
    isBeginningOf whole found
    Expect.equal result.Fault fault "what came of it"
    Expect.isNull result.Verdict "nobody knows what its checksum says"
    Expect.equal result.TrailingBytes (Nullable()) "nobody knows where it ends"
    Expect.equal result.Entries fault.Entries "entries"
    use stream = new Dripping(bytes, uint64 length)
    let found, enumeratedResult = (enumerated stream (keeping ())).Result
    isBeginningOf whole found
    Expect.equal enumeratedResult.Fault fault "what came of it while it was enumerated"

let private never (cancellation: CancellationToken) =
    Task.Delay(Timeout.Infinite, cancellation)

let private untilCancelled (events: IAsyncEnumerator<RdbEvent>) =
    task {
        let mutable found = 0

        while! events.MoveNextAsync() do
            found <- found + 1

        return found
    }

let tests =
    testList
        "RDB reader's end"
        [
            testCase "an RDB that is cut anywhere ends where it is cut, with all that came before" (fun () ->
                use stream = new MemoryStream(written.Bytes)
                let whole, _ = visited stream (RdbReaderOptions())

                for length in 0 .. written.Bytes.Length - 1 do
                    cutAt whole length)
            testCase "a fault says in which database and key it happened, and how much was good" (fun () ->
                let bounds = written.Entries[1]
                let fault = (faultOf written.Bytes[.. bounds.End - 2]).Fault
                Expect.equal fault.Database (ValueSome 3) "database"
                Expect.equal fault.Key (ValueSome(text "second")) "key"
                Expect.equal fault.Entries 1L "entries"
                let before = (faultOf written.Bytes[.. bounds.Start - 1]).Fault
                Expect.equal before.Key ValueNone "between two entries"
                Expect.equal (faultOf written.Bytes[..10]).Fault.Database ValueNone "in front of all databases")
            testCase "a key that is endless is kept to its beginning" (fun () ->
                let key = String('k', 5000)

                let long =
                    Writer.write
                        1UL
                        {
                            Version = Snapshots.redis 11
                            Parts = [ entry key 1 (RdbValue.List [| text "a"; text "b" |]) ]
                            IsSummed = true
                        }

                match (faultOf long.Bytes[.. long.Entries.Head.End - 2]).Fault.Key with
                | ValueSome kept -> Expect.equal kept (text (key.Substring(0, 256))) "what is kept of it"
                | ValueNone -> failtest "It is not known.")
            testCase "an exception says what and where, and what to try" (fun () ->
                let exn = faultOf (text "PK\003\004 is no RDB")
                Expect.equal exn.Fault.Trouble RdbTrouble.NotRdb "trouble"
                Expect.equal exn.Message (RdbWording.fault exn.Fault) "message"
                Expect.equal exn.Advice (RdbWording.advice exn.Fault.Trouble) "advice")
            testCase "a wrong checksum is found at the end, behind everything else" (fun () ->
                let damaged = Array.copy written.Bytes
                damaged[damaged.Length - 1] <- damaged[damaged.Length - 1] ^^^ 1uy

                match (faultOf damaged).Fault with
                | {
                      Trouble = RdbTrouble.WrongChecksum(stored, computed)
                  } -> Expect.notEqual stored computed "checksums"
                | other -> failtestf "%A" other

                use stream = new MemoryStream(written.Bytes)
                let whole, _ = visited stream (RdbReaderOptions())
                use stream = new MemoryStream(damaged)
                let found, result = visited stream (keeping ())
                Expect.equal found (List.truncate (whole.Length - 1) whole) "all of it but its end"

                match result.Verdict with
                | RdbVerdict.ChecksumMismatch _ -> ()
                | other -> failtestf "%A" other

                Expect.isNotNull result.Fault "fault")
            testCase "a length that lies gets no memory" (fun () ->
                // A string of 900 MB, in one piece, that begins and does not go on.
                let lie =
                    Array.concat
                        [
                            text "REDIS0011"
                            [| 0uy; 1uy; byte 'k'; 0xC3uy; 0x80uy |]
                            [| 0x35uy; 0xA4uy; 0xE9uy; 0uy |]
                            [| 1uy; 2uy |]
                        ]

                let before = GC.GetAllocatedBytesForCurrentThread()
                Expect.isTrue (faultOf lie).Fault.Trouble.IsCut "trouble"
                let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                Expect.isLessThan allocated (1L <<< 20) "bytes allocated")
            testCase "what needs more memory than is allowed ends the reading" (fun () ->
                use stream = new MemoryStream(written.Bytes)

                try
                    RdbReader.Read(stream, ignore, RdbReaderOptions(Limit = 3)) |> ignore
                    failtest "It was read to its end."
                with :? RdbException as exn ->
                    Expect.isTrue exn.Fault.Trouble.IsTooLarge "trouble")
            testCase "a stream that breaks breaks the reading, with its own exception" (fun () ->
                let breaks _ =
                    Task.FromException(IOException "the wire is cut")

                use stream = new Dripping(written.Bytes[..30], 1UL, breaks)

                Expect.throwsT<IOException>
                    (fun () -> enumerated stream (keeping ()) |> _.GetAwaiter().GetResult() |> ignore)
                    "it is thrown")
            testCase "a file that is not there is said so" (fun () ->
                let path = Path.Combine(Path.GetTempPath(), $"%O{Guid.NewGuid()}.rdb")

                Expect.throwsT<FileNotFoundException>
                    (fun () -> RdbReader.Read(path, ignore) |> ignore)
                    "with a callback"

                let reading = RdbReader.ReadAsync path

                Expect.throwsT<FileNotFoundException>
                    (fun () -> reading.GetAsyncEnumerator() |> ignore)
                    "when the enumeration begins")
            testCase "a callback that throws ends the reading" (fun () ->
                use stream = new MemoryStream(written.Bytes)

                Expect.throwsT<TimeoutException>
                    (fun () -> RdbReader.Read(stream, (fun _ -> raise (TimeoutException()))) |> ignore)
                    "its own exception")
            testCase "a reading is cancelled before the next bytes are asked for" (fun () ->
                use stop = new CancellationTokenSource()
                use stream = new MemoryStream(written.Bytes)
                let mutable heard = 0

                let visit (_: RdbEvent) =
                    heard <- heard + 1
                    stop.Cancel()

                Expect.throwsT<OperationCanceledException>
                    (fun () ->
                        RdbReader.Read(stream, visit, RdbReaderOptions(BufferSize = 1), stop.Token)
                        |> ignore)
                    "it is cancelled"

                Expect.equal heard 1 "events")
            for name, first in [ "of the reading", true; "of the enumeration", false ] do
                testCaseTask $"the token %s{name} ends a wait for a stream that brings nothing" (fun () ->
                    task {
                        use stop = new CancellationTokenSource()
                        use stream = new Dripping(written.Bytes[..30], 1UL, never)
                        let ofReading = if first then stop.Token else CancellationToken.None
                        let ofEnumeration = if first then CancellationToken.None else stop.Token
                        let reading = RdbReader.ReadAsync(stream, RdbReaderOptions(), ofReading)
                        let events = reading.GetAsyncEnumerator ofEnumeration
                        let waiting = untilCancelled events
                        stop.CancelAfter 20

                        try
                            let! _ = inTime waiting
                            failtest "It came to an end."
                        with :? OperationCanceledException as exn ->
                            Expect.equal exn.CancellationToken stop.Token "whose token it is"

                        do! events.DisposeAsync()
                        Expect.isNull reading.Result "nothing came of it"
                    })
            testCase "progress is heard at the end, and never goes back" (fun () ->
                let heard = ResizeArray<int64>()

                let progress =
                    { new IProgress<int64> with
                        member _.Report bytes = heard.Add bytes
                    }

                use stream = new MemoryStream(written.Bytes)
                RdbReader.Read(stream, ignore, RdbReaderOptions(Progress = progress)) |> ignore
                Expect.equal (Seq.last heard) written.Bytes.LongLength "all bytes"
                Expect.equal (Seq.sort heard |> List.ofSeq) (List.ofSeq heard) "in order")
        ]
