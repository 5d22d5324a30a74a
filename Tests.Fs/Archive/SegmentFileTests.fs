/// The files of a segment, as they are written, torn, damaged, recovered and divided.
module HybridReplica.Tests.SegmentFileTests

open System
open System.IO
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Archive.Real.Recording
open HybridReplica.Tests.SegmentBench

let private property name law =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = 150
        }
        name
        (Prop.forAll sent law)

let private segmentAt (file: string) (start: Position) : ArchiveSegment =
    {
        File = file
        Sequence = 1L
        Start = start
        End = ValueNone
    }

// The stream in a file, as far as there are whole words, and whether annotations are where they may be.
let private streamIn (path: string) (start: Position) : string =
    let bytes = File.ReadAllBytes path
    let ranges = Array.zeroCreate<ArgumentRange> 64
    let text = StringBuilder()
    let mutable scan = SegmentScan.At start
    let mutable trouble: SegmentTrouble | null = null
    let mutable isOver = false

    while not isOver do
        let at = int scan.Byte

        let next =
            SegmentScanner.ScanNext(scan, ReadOnlySpan(bytes).Slice at, Span ranges, &trouble)

        Expect.isNull trouble "trouble"

        if next.Offset > scan.Offset then
            text.Append(Encoding.Latin1.GetString(bytes, at, int (next.Byte - scan.Byte)))
            |> ignore

        isOver <- next.Byte = scan.Byte
        scan <- next

    text.ToString()

// An entry points in front of the lines of ours that stand at its offset.
let private isInFront (path: string) =
    let places =
        entries path
        |> Array.map (fun entry -> entry.Offset, entry.Byte)
        |> Array.distinct

    Expect.equal (Array.distinctBy fst places) places "one place in the file for each offset"

let private complete (bench: Bench) (segment: SegmentFile) =
    segment.Complete()
    let ended = Offset segment.SafeOffset
    segment.Dispose()
    isInFront bench.Path
    isWhole bench.Folder (segmentAt bench.File start) ended

let private isAll (bench: Bench) (sent: Sent) =
    Expect.equal (streamIn bench.Path start) (String.concat "" sent.Parts) "the stream in the file"

// The database that is selected there, whatever an index says.
let private databaseAt (sent: Sent) (offset: int64) : int voption =
    let bytes = sent.Bytes[.. int (offset - start.Offset.Bytes) - 1]

    let rec look (scan: StreamScan) taken =
        let mutable trouble: StreamTrouble | null = null

        let next =
            StreamScanner.ScanWindow(scan, ReadOnlySpan(bytes, taken, bytes.Length - taken), &trouble)

        match int (next.BytesSince scan) with
        | 0 -> (scan.SafePosition start.Id).Database
        | used -> look next (taken + used)

    look (StreamScan.At start) 0

// What was recovered is where the stream may be cut; what the master sends from there on completes it.
let private goOn (bench: Bench) (sent: Sent) (recovered: RecoveredSegment) =
    let offset = recovered.Position.Offset.Bytes
    Expect.contains sent.Boundaries offset "where it goes on"
    Expect.equal recovered.Position.Database (databaseAt sent offset) "the database there"
    let rest = sent.Bytes[int (offset - start.Offset.Bytes) ..]
    bench.Append(recovered.Segment, recovered.Position, sent, rest)
    complete bench recovered.Segment
    isAll bench sent

let private cutTo (path: string) (length: int64) =
    use file = File.OpenHandle(path, FileMode.Open, FileAccess.Write)
    RandomAccess.SetLength(file, length)

let private writeAll (bench: Bench) (sent: Sent) =
    let segment = bench.Create()
    bench.Append(segment, start, sent, sent.Bytes)
    segment

let tests =
    testList
        "segment files"
        [
            property "a segment holds what came, in whatever pieces, and its index fits" (fun sent ->
                use bench = new Bench()
                complete bench (writeAll bench sent)
                isAll bench sent)

            testCase "a command that comes in two pieces while the second changes is where the index says" (fun () ->
                use bench = new Bench()
                let segment = bench.Create()

                let sent =
                    {
                        Parts =
                            [
                                StreamGenerators.command [ "SET"; "k"; "v" ]
                                StreamGenerators.command [ "PING" ]
                            ]
                        Sizes = [ 10; 17; 14 ]
                        Pauses = [ 200; 1000; 200 ]
                        Place = 0
                    }

                bench.Append(segment, start, sent, sent.Bytes)
                complete bench segment
                isAll bench sent)

            property "a torn segment goes on behind its last whole command" (fun sent ->
                use bench = new Bench()
                (writeAll bench sent).Dispose()
                let length = sent.In((FileInfo bench.Path).Length)
                cutTo bench.Path length
                let left = streamIn bench.Path start
                let recovered = bench.Recover true

                let last =
                    sent.Boundaries
                    |> List.findBack (fun offset -> offset <= start.Offset.Bytes + int64 left.Length)

                Expect.equal recovered.Position.Offset.Bytes last "where it goes on"
                Expect.isLessThanOrEqual recovered.Cut length "what is gone"
                goOn bench sent recovered)

            property "what was synced outlives what a power failure leaves" (fun sent ->
                use bench = new Bench()
                let segment = bench.Create()
                let half = sent.Parts.Length / 2
                let first = String.concat "" (List.take half sent.Parts)
                bench.Append(segment, start, sent, StreamGenerators.bytes first)
                segment.Mark()
                segment.Flush()
                let synced = (FileInfo bench.Path).Length
                let indexed = (FileInfo(ArchiveNames.ofIndex bench.Path)).Length

                let safe =
                    { start with
                        Offset = Offset(start.Offset.Bytes + int64 first.Length)
                        Database = ValueSome 0
                    }

                bench.Append(segment, safe, sent, sent.Bytes[first.Length ..])
                segment.Dispose()

                // Some of what came later is there, and some is zeros.
                do
                    use file = File.OpenHandle(bench.Path, FileMode.Open, FileAccess.ReadWrite)
                    let behind = int (RandomAccess.GetLength file - synced)
                    let hole = Array.zeroCreate<byte>(min 40 behind)
                    RandomAccess.Write(file, ReadOnlySpan hole, synced + sent.In(int64 (behind - hole.Length)))

                let index = ArchiveNames.ofIndex bench.Path
                cutTo index (indexed + sent.In((FileInfo index).Length - indexed))
                use recovered = (bench.Recover false).Segment
                Expect.isGreaterThanOrEqual recovered.SafeOffset safe.Offset.Bytes "what is there"

                Expect.stringStarts
                    (String.concat "" sent.Parts)
                    (streamIn bench.Path start)
                    "what is there is what was sent")

            property "a changed byte is found, and what is in front of it stays" (fun sent ->
                use bench = new Bench()
                complete bench (writeAll bench sent)
                let bytes = File.ReadAllBytes bench.Path
                let place = min (bytes.Length - 1) (int (sent.In bytes.LongLength))
                bytes[place] <- bytes[place] ^^^ 0x20uy
                File.WriteAllBytes(bench.Path, bytes)
                use segment = (bench.Recover true).Segment
                let kept = streamIn bench.Path start
                Expect.stringStarts (String.concat "" sent.Parts) kept "what is kept is what was sent"
                Expect.isLessThanOrEqual (FileInfo bench.Path).Length (max 30L (int64 place)) "how much is kept")

            property "an index that is lost or of no use is made again" (fun sent ->
                use bench = new Bench()
                complete bench (writeAll bench sent)
                let index = ArchiveNames.ofIndex bench.Path

                if sent.Place % 2 = 0 then
                    File.Delete index
                else
                    File.WriteAllText(index, "something else")

                let recovered = bench.Recover(sent.Place % 3 = 0)
                Expect.equal recovered.Cut 0L "what is gone"
                goOn bench sent recovered)

            property "a segment can be divided where a command ends, and nowhere else" (fun sent ->
                use bench = new Bench()
                complete bench (writeAll bench sent)
                let offset = start.Offset.Bytes + sent.In sent.Bytes.LongLength
                let nearest = sent.Boundaries |> List.findBack (fun boundary -> boundary <= offset)
                let file = "appendonly.aof.2.incr.aof"
                let part = Path.Combine(bench.Folder, file)

                let divide (offset: int64) =
                    File.Delete part

                    let at =
                        { start with
                            Offset = Offset offset
                            Database = ValueSome 7
                        }

                    let from = start
                    at, SegmentSplit.Run(bench.Path, &from, part, &at)

                Expect.equal (snd (divide offset)) (offset = nearest) "whether it can be divided there"
                let at, isDivided = divide nearest
                Expect.isTrue isDivided "it can be divided where a command ends"
                isWhole bench.Folder (segmentAt file at) (Offset(List.last sent.Boundaries))

                let inFront =
                    entries bench.Path
                    |> Array.findBack (fun (entry: IndexEntry) -> entry.Offset <= at.Offset)

                Expect.equal (Array.head (entries part)).ReceivedAt inFront.ReceivedAt "when the part began to come"

                Expect.equal
                    (streamIn part at)
                    ((String.concat "" sent.Parts).Substring(int (nearest - start.Offset.Bytes)))
                    "the stream in the part")
        ]
