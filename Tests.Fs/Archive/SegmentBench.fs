/// A segment as a session writes it, in a folder of its own.
module HybridReplica.Tests.SegmentBench

open System
open System.IO
open System.Text
open FsCheck
open FsCheck.FSharp
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Shell.Fetching

/// What the index beside a segment says.
let entries (path: string) : IndexEntry[] =
    (ArchiveIndex.Read(ReadOnlySpan(File.ReadAllBytes(ArchiveNames.ofIndex path)))).Entries

/// Where the segment begins.
let start: Position = StreamGenerators.start

let private command =
    Gen.frequency
        [
            6,
            Gen.map2
                (fun key value -> [ "SET"; $"key:{key}"; value ])
                (Gen.choose (0, 20))
                (Gen.elements [ ""; "#TS:1\r\n"; "*1\r\n$4\r\nEXEC\r\n"; String('x', 700) ])
            2, Gen.map (fun database -> [ "SELECT"; string (database: int) ]) (Gen.choose (0, 15))
            1, Gen.elements [ [ "PING" ]; [ "REPLCONF"; "GETACK"; "*" ] ]
        ]

let private part =
    Gen.frequency
        [
            5, Gen.map List.singleton command
            1, Gen.map (fun inside -> [ [ "MULTI" ]; yield! inside; [ "EXEC" ] ]) (Gen.resize 5 (Gen.listOf command))
        ]

/// What a master sends, how long each second piece of it lets wait for itself, and in which pieces it comes.
type Sent =
    {
        /// Commands, and transactions.
        Parts: string list
        Sizes: int list
        Pauses: int list
        /// Where something happens to it, in millionths.
        Place: int
    }

    member this.Bytes = StreamGenerators.bytes (String.concat "" this.Parts)

    /// The offsets at which it may be cut.
    member this.Boundaries =
        this.Parts
        |> List.scan (fun offset part -> offset + int64 part.Length) start.Offset.Bytes

    /// The place, in so many bytes.
    member this.In(length: int64) = length * int64 this.Place / 1_000_000L

/// What a master may send.
let sent =
    gen {
        let! parts = Gen.nonEmptyListOf part
        let! sizes = Arb.toGen StreamGenerators.sizes

        let! pauses =
            Gen.nonEmptyListOf (Gen.frequency [ 3, Gen.constant 0; 2, Gen.choose (1, 150); 1, Gen.choose (900, 5000) ])

        let! place = Gen.choose (0, 1_000_000)

        return
            {
                Parts = parts |> List.map (List.map StreamGenerators.command >> String.concat "")
                Sizes = sizes
                Pauses = pauses
                Place = place
            }
    }
    |> Gen.resize 30
    |> Arb.fromGen

/// A segment in a folder of its own, and a clock.
type Bench() =
    let folder = Directory.CreateTempSubdirectory "hybrid-replica-segment-"
    let time = SetClock()
    let clock = ReceiptClock time
    do time.GoOn(TimeSpan.FromSeconds 1000.0)

    member _.Folder = folder.FullName
    member _.File = "appendonly.aof.1.incr.aof"
    member this.Path = Path.Combine(folder.FullName, this.File)
    member _.Clock = clock

    /// Lets so many milliseconds pass.
    member _.GoOn(milliseconds: float) : unit =
        time.GoOn(TimeSpan.FromMilliseconds milliseconds)

    member this.Create() =
        let from = start
        SegmentFile.Create(this.Path, &from, clock)

    /// Appends as a session does: what is whole as soon as it comes, and the rest with the next piece.
    member _.Append(segment: SegmentFile, from: Position, sent: Sent, bytes: byte[]) =
        let mutable scan = StreamScan.At from
        let mutable taken = 0
        let mutable arrived = 0
        let mutable piece = 0
        let mutable trouble: StreamTrouble | null = null

        while arrived < bytes.Length do
            arrived <- min bytes.Length (arrived + sent.Sizes[piece % sent.Sizes.Length])
            time.GoOn(TimeSpan.FromMilliseconds(float sent.Pauses[piece % sent.Pauses.Length]))
            piece <- piece + 1
            let mutable isFurther = true

            while isFurther do
                let next =
                    StreamScanner.ScanWindow(scan, ReadOnlySpan(bytes, taken, arrived - taken), &trouble)

                let used = int (next.BytesSince scan)
                isFurther <- used > 0

                if isFurther then
                    let safe = next.SafePosition from.Id
                    segment.Append(ReadOnlySpan(bytes, taken, used), &safe)
                    taken <- taken + used
                    scan <- next

    /// Recovers it.
    member this.Recover(isTrusted: bool) =
        let from = start
        SegmentRecovery.Run(this.Path, &from, isTrusted, clock)

    interface IDisposable with
        member _.Dispose() = folder.Delete true
