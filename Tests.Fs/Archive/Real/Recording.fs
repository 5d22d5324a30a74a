/// Archives of real servers, written for one test and looked at afterwards.
module HybridReplica.Tests.Archive.Real.Recording

open System
open System.IO
open System.Text
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting

/// The longest that an archive may take to come to its end.
let private limit = TimeSpan.FromSeconds 30.0

/// A folder that an archive can be written to, and room beside it. It is gone afterwards.
type Room() =
    let folder = Directory.CreateTempSubdirectory "hybrid-replica-archive-"

    /// Where the archive is. It is not there yet.
    member _.Archive = Path.Combine(folder.FullName, "archive")

    /// A path beside it.
    member _.Beside(name: string) = Path.Combine(folder.FullName, name)

    interface IDisposable with
        member _.Dispose() = folder.Delete true

type private Latest() =
    let mutable latest: ArchiveStatus | null = null
    member _.Status = Volatile.Read &latest

    interface IProgress<ArchiveStatus> with
        member _.Report status = Volatile.Write(&latest, status)

/// An archive that is written until it is stopped or disposed of.
type Recorder(folder: string, port: int, options: ArchiveOptions) =
    let stop = new CancellationTokenSource()
    let latest = Latest()

    let running =
        ReplicaArchive(folder).RecordAsync(Following.optionsFor port, options, latest, cancellationToken = stop.Token)

    /// How many bases and segments there are.
    member _.Counts =
        match latest.Status with
        | null -> 0, 0
        | status -> status.Bases, status.Segments

    /// The offset up to which is written, or -1.
    member _.Written =
        match latest.Status with
        | null -> -1L
        | status when status.Written.HasValue -> status.Written.Value.Offset.Bytes
        | _ -> -1L

    /// Waits until it stands like that. Fails when it ends instead.
    member _.Await(what: string, holds: ArchiveStatus -> bool) =
        until what (fun () ->
            if running.IsCompleted then
                running.GetAwaiter().GetResult()

            match latest.Status with
            | null -> false
            | status -> holds status)

    /// Waits until everything that the master has is written.
    member this.CatchUp(master: Client) =
        this.Await(
            "the archive has everything",
            fun _ -> this.Written >= int64 (master.Info("replication", "master_repl_offset"))
        )

    /// Ends it well.
    member _.Stop() =
        stop.Cancel()

        if not (running.Wait limit) then
            failtest "the archive did not come to its end"

    /// Why it ended by itself.
    member _.Fault: Fault =
        try
            if not (running.Wait limit) then
                failtest "the archive goes on"

            failtest "the archive ended well"
        with :? AggregateException as failed ->
            match failed.InnerException with
            | :? ReplicaException as failed -> failed.Fault
            | other -> failtestf "the archive ended with %A" other

    interface IDisposable with
        member _.Dispose() =
            stop.Cancel()
            (Task.WhenAny(running, Task.Delay limit)).Wait()
            stop.Dispose()

/// Writes an archive of the server with that port, as people do who say nothing.
let record (room: Room) (port: int) =
    new Recorder(room.Archive, port, ArchiveOptions())

/// What the manifest of an archive lists.
let manifestOf (folder: string) : Archive =
    let text =
        Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(folder, ArchiveNames.ofManifest "appendonly.aof")))

    match ArchiveManifest.parse text with
    | Ok archive -> archive
    | Error trouble -> failtestf "the manifest is refused: %A" trouble

// Every entry of the index has the checksum of what is in front of it, and the last stands at the end.
let private isIndexed (path: string) (bytes: byte[]) (ended: Offset) =
    let reading =
        ArchiveIndex.Read(ReadOnlySpan(File.ReadAllBytes(ArchiveNames.ofIndex path)))

    Expect.equal reading.Rest 0 $"bytes of no use in the index of {path}"

    for entry in reading.Entries do
        let checksum = Crc64.update (0UL, ReadOnlySpan(bytes, 0, int entry.Byte))
        Expect.equal entry.Checksum checksum $"the checksum in the index of {path} at {entry.Offset}"

    let last = Array.last reading.Entries
    Expect.equal (last.Offset, last.Byte) (ended, int64 bytes.Length) $"the end of the index of {path}"

    Expect.equal
        (reading.Entries |> Array.map _.ReceivedAt)
        (reading.Entries |> Array.map _.ReceivedAt |> Array.sort)
        $"the times in the index of {path}"

/// Fails unless the segment holds nothing but whole commands up to that offset, and its index fits.
let isWhole (folder: string) (segment: ArchiveSegment) (ended: Offset) =
    let path = Path.Combine(folder, segment.File)
    let bytes = File.ReadAllBytes path
    let mutable trouble: SegmentTrouble | null = null

    let scan =
        SegmentScanner.ScanWindow(SegmentScan.At segment.Start, ReadOnlySpan bytes, &trouble)

    Expect.isNull trouble $"trouble in {segment.File}"
    Expect.equal scan.Byte (int64 bytes.Length) $"how far {segment.File} can be looked at"
    Expect.equal (scan.Safe.Offset, scan.SafeByte) (ended, int64 bytes.Length) $"the end of {segment.File}"
    isIndexed path bytes ended

/// Fails unless all that an archive lists is there and fits, up to that offset.
let isSound (folder: string) (ended: int64) =
    let archive = manifestOf folder

    for generation in archive.Generations do
        let found = File.ReadAllBytes(Path.Combine(folder, generation.Base.File))
        Expect.equal generation.Base.Size found.LongLength "the size of a base"
        let body = ReadOnlySpan(found, 0, found.Length - 8)
        Expect.equal generation.Base.Checksum (Crc64.update (0UL, body)) "the checksum of a base, in front of its own"

    for segment in archive.Segments do
        isWhole folder segment (ValueOption.defaultValue (Offset ended) segment.End)

    let names =
        archive.Files
        @ (archive.Segments |> List.map (fun segment -> ArchiveNames.ofIndex segment.File))
        @ [ ArchiveNames.ofManifest "appendonly.aof"; "archive.lock" ]

    Expect.equal
        (Directory.GetFiles folder |> List.ofArray |> List.sort)
        (names |> List.map (fun name -> Path.Combine(folder, name)) |> List.sort)
        "the files of the archive"

let private copyInto (target: string) (folder: string) =
    Directory.CreateDirectory target |> ignore

    for file in DirectoryInfo(folder).GetFiles() do
        if file.Name <> "archive.lock" then
            file.CopyTo(Path.Combine(target, file.Name)) |> ignore

/// Starts a server from a copy of an archive.
let serverFrom (room: Room) (folder: string) : RealServer =
    let dir = room.Beside(string (Guid.NewGuid()))
    copyInto (Path.Combine(dir, "appendonlydir")) folder

    RealServer.Start(
        DataSet.holding
            [
                $"dir {dir}"
                "appendonly yes"
                "aof-load-truncated no"
                "auto-aof-rewrite-percentage 0"
                "rdbcompression no"
            ]
    )

/// Fails unless a server that starts from a copy of the archive holds what this one holds.
let isCopyOf (server: RealServer) (room: Room) =
    runProgram "redis-check-aof" [ Path.Combine(room.Archive, "appendonly.aof.manifest") ] []
    |> ignore

    use copy = serverFrom room room.Archive
    Writing.holdTheSame server copy
