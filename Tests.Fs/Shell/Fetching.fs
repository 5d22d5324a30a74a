/// What the tests of the shell have in common: a folder to write to, a client that gives up early, and a limit on
/// all of it.
module HybridReplica.Tests.Shell.Fetching

open System
open System.Collections.Generic
open System.IO
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core

/// A folder of its own, with a target in it that is there already.
type Place() =
    let folder = Directory.CreateTempSubdirectory "hybrid-replica-"
    let target = Path.Combine(folder.FullName, "dump.rdb")
    do File.WriteAllText(target, "the old one")

    /// The folder.
    member _.Folder = folder.FullName

    /// The file to replace.
    member _.Target = target

    /// Fails unless the target is as it was, and alone.
    member _.IsUntouched() =
        Expect.equal (File.ReadAllText target) "the old one" "the old target"
        Expect.equal (Directory.GetFiles folder.FullName) [| target |] "the files in the folder"

    /// Fails unless the target is the snapshot, and alone.
    member _.Holds(snapshot: byte[]) =
        Expect.isTrue (File.ReadAllBytes(target).AsSpan().SequenceEqual snapshot) "the target is the snapshot"
        Expect.equal (Directory.GetFiles folder.FullName) [| target |] "the files in the folder"

    interface IDisposable with
        member _.Dispose() = folder.Delete true

/// Options for a client that tries once, and does not wait as long as others.
let impatient (uri: Uri) : ReplicaOptions =
    ReplicaOptions(Master = uri, Attempts = 1, Timeout = TimeSpan.FromSeconds 10.0, JitterSeed = 1L)

/// Sees all steps, and says when the first comes that is waited for.
type Watcher(isAwaited: Event -> State -> bool) =
    let steps = List<struct (Event * State * Command list)>()
    let seen = TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

    /// All steps so far.
    member _.Steps = lock steps (fun () -> List.ofSeq steps)

    /// Completes when it came.
    member _.Seen: Task = seen.Task

    interface IReplicaObserver with
        member _.Observe(happened, state, commands) =
            lock steps (fun () -> steps.Add(struct (happened, state, List.ofSeq commands)))

            if isAwaited happened state then
                seen.TrySetResult() |> ignore

/// Hears progress at once, on the loop.
type ProgressList() =
    let reports = List<SnapshotProgress>()

    /// All reports so far.
    member _.Reports = lock reports (fun () -> List.ofSeq reports)

    interface IProgress<SnapshotProgress> with
        member _.Report progress =
            lock reports (fun () -> reports.Add progress)

/// A clock that stands still until it is told to go on.
type SetClock() =
    inherit TimeProvider()
    let mutable now = 0L
    member _.GoOn(time: TimeSpan) = now <- now + time.Ticks
    override _.TimestampFrequency = TimeSpan.TicksPerSecond
    override _.GetTimestamp() = now
    override _.GetUtcNow() = DateTimeOffset.UnixEpoch.AddTicks now

/// The longest that anything here may take.
let private limit = TimeSpan.FromSeconds 20.0

/// What came of it, if it ends in time.
let inTime (running: Task<'a>) : Task<'a> = running.WaitAsync limit

/// Fetches into the place.
let fetch (place: Place) (options: ReplicaOptions) : Task<SnapshotInfo> =
    task {
        use client = new ReplicaClient(options)
        return! inTime (client.FetchSnapshotAsync place.Target)
    }

/// Fetches into a stream.
let fetchInto (stream: Stream) (options: ReplicaOptions) : Task<SnapshotInfo> =
    task {
        use client = new ReplicaClient(options)
        return! inTime (client.FetchSnapshotAsync stream)
    }

/// The exception in which it ends.
let failure (running: Task<'a>) : Task<ReplicaException> =
    task {
        try
            let! result = running
            return failtestf "It should have failed, but gave %A." result
        with :? ReplicaException as exn ->
            return exn
    }

/// How long it takes to end once it is cancelled. Fails if it ends in any other way.
let cancelled (source: CancellationTokenSource) (running: Task<'a>) : Task<TimeSpan> =
    task {
        let start = TimeProvider.System.GetTimestamp()
        source.Cancel()

        try
            let! result = inTime running
            return failtestf "It should have been cancelled, but gave %A." result
        with :? OperationCanceledException as exn ->
            Expect.equal exn.CancellationToken source.Token "the token of the exception"
            return TimeProvider.System.GetElapsedTime start
    }
