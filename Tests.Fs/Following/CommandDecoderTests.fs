/// What the consumer is handed is what the master sent, whole or in parts, however it came.
module HybridReplica.Tests.Following.CommandDecoderTests

open System
open System.IO
open System.Text
open Expecto
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.StreamGenerators

let private latin1 (bytes: ReadOnlyMemory<byte>) = Encoding.Latin1.GetString bytes.Span

/// A command as it was handed out, its parts put together again.
type private Handed =
    {
        Words: string list
        Database: int voption
        Transaction: int64 voption
        End: int64
        Safe: Position
    }

let private decoding largeCommand work =
    use buffer =
        new StreamBuffer<Told>(BufferSizes.WithSpool(1L <<< 20), Path.GetTempPath())

    use metrics =
        new FollowMetrics("decoder", TimeProvider.System, (fun () -> 0L), (fun () -> 0L))

    let decoder = CommandDecoder(buffer, largeCommand, metrics)
    let beginning = start
    decoder.BeginAt &beginning
    work buffer decoder

/// Everything that can be had of what is there.
let private drain (decoder: CommandDecoder) : ReplicaEvent list =
    List.unfold (fun () -> decoder.TryNext() |> Option.ofObj |> Option.map (fun found -> found, ())) ()

// The events are the same objects each time, so each is looked at before the next.
let private handedOut (text: string) (sizes: int list) largeCommand : Handed list =
    decoding largeCommand (fun buffer decoder ->
        let handed = ResizeArray<Handed>()
        let words = ResizeArray<string>()

        let keep database transaction offset (event: ReplicaEvent) =
            handed.Add
                {
                    Words = List.ofSeq words
                    Database = ValueOption.ofNullable database
                    Transaction = ValueOption.ofNullable transaction
                    End = offset
                    Safe = event.Position.Value
                }

            words.Clear()

        let take (event: ReplicaEvent) =
            match event with
            | :? CommandReceived as command ->
                words.Add(latin1 command.Name)
                words.AddRange(Seq.init command.ArgumentCount (command.Argument >> latin1))
                keep command.Database command.Transaction command.Offset command
            | :? CommandPart as part ->
                if part.WordOffset = 0L && words.Count = int part.Word then
                    words.Add ""

                words[int part.Word] <- words[int part.Word] + latin1 part.Bytes

                if part.IsLast then
                    Expect.equal (int64 words.Count) (part.ArgumentCount + 1L) "the number of words"
                    keep part.Database part.Transaction part.Offset part
            | _ -> ()

        let rec drain () =
            match decoder.TryNext() with
            | Null -> ()
            | NonNull event ->
                take event
                drain ()

        let bytes = bytes text
        let mutable at = 0
        let mutable next = 0

        while at < bytes.Length do
            let size = min sizes[next % sizes.Length] (bytes.Length - at)

            buffer.Append(ReadOnlySpan(bytes, at, size), DateTimeOffset.UnixEpoch) |> ignore

            at <- at + size
            next <- next + 1
            drain ()

        List.ofSeq handed)

let private expected (text: string) : Handed list =
    (StreamGrammar.read start text).Commands
    |> List.filter (fun command -> command.Kind = CommandKind.Data)
    |> List.map (fun command ->
        {
            Words = command.Words
            Database = command.Database
            Transaction = command.Transaction
            End = command.End
            Safe =
                { start with
                    Offset = Offset command.Safe
                    Database = command.SafeDatabase
                }
        })

let tests =
    testList
        "command decoder"
        [
            testProperty
                "the commands handed out are those of the stream, in pieces of any size, whole or in parts"
                (Prop.forAll
                    (Arb.zip (Arb.zip (sent, sizes), Arb.fromGen (Gen.elements [ 1L; 8L; 30L; 200L; 1L <<< 30 ])))
                    (fun ((sent, sizes), largeCommand) ->
                        let text = text sent
                        Expect.equal (handedOut text sizes largeCommand) (expected text) "the commands"))

            testCase "no number of empty lines takes memory" (fun () ->
                decoding (1L <<< 30) (fun buffer decoder ->
                    let lines = Array.create 65536 (byte '\n')

                    let feed () =
                        buffer.Append(ReadOnlySpan lines, DateTimeOffset.UnixEpoch) |> ignore
                        Expect.isEmpty (drain decoder) "nothing is handed out"

                    feed ()
                    let before = GC.GetAllocatedBytesForCurrentThread()

                    for _ in 1..200 do
                        feed ()

                    let allocated = GC.GetAllocatedBytesForCurrentThread() - before
                    Expect.isLessThan allocated 4_000_000L "bytes for twelve million of them"))

            testCase "there is no position where the master does not say where it stands" (fun () ->
                decoding (1L <<< 30) (fun buffer decoder ->
                    let unknown =
                        { start with
                            Id = ReplicationId.Unknown
                        }

                    decoder.BeginAt &unknown

                    buffer.Append(ReadOnlySpan(bytes (command [ "INCR"; "a" ])), DateTimeOffset.UnixEpoch)
                    |> ignore

                    let event = decoder.TryNext() |> nonNull
                    Expect.isFalse event.Position.HasValue "a position"))
        ]
