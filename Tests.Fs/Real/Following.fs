/// A follower that runs beside the test and keeps what it is given.
module HybridReplica.Tests.Real.Following

open System
open System.Collections.Generic
open System.Text
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting

/// What a follower was given, in memory of its own. Texts are one character for each byte.
[<RequireQualifiedAccess; NoComparison>]
type Given =
    | Command of words: string list
    | Part of length: int
    | Multi
    | Exec
    | Ping
    | FullResync of reason: FullResyncReason
    | SnapshotStarted
    | SnapshotFunction of source: string
    | SnapshotEntry of entry: RdbEntry
    | SnapshotReceived
    | Resumed of isRewound: bool
    | Disconnected of fault: Fault
    | SpoolFilled of trouble: FileTrouble option

/// One thing that a follower was given.
[<NoComparison>]
type Entry =
    {
        Given: Given
        Database: int option
        Transaction: int64 option
        /// The offset behind it. Zero: it has none.
        Offset: int64
        Position: Position option
    }

let private text (bytes: ReadOnlyMemory<byte>) = Encoding.Latin1.GetString bytes.Span

let private wordsOf (command: CommandReceived) =
    text command.Name
    :: [ for i in 0 .. command.ArgumentCount - 1 -> text (command.Argument i) ]

/// Keeps an event beyond its time.
let entryOf (event: ReplicaEvent) : Entry =
    let entry given =
        {
            Given = given
            Database = None
            Transaction = None
            Offset = 0L
            Position =
                if event.Position.HasValue then
                    Some event.Position.Value
                else
                    None
        }

    match event with
    | :? CommandReceived as command ->
        { entry (Given.Command(wordsOf command)) with
            Database = Option.ofNullable command.Database
            Transaction = Option.ofNullable command.Transaction
            Offset = command.Offset
        }
    | :? CommandPart as part ->
        { entry (Given.Part part.Bytes.Length) with
            Database = Option.ofNullable part.Database
            Transaction = Option.ofNullable part.Transaction
            Offset = part.Offset
        }
    | :? TransactionStarted as started ->
        { entry Given.Multi with
            Transaction = Some started.Transaction
            Offset = started.Offset
        }
    | :? TransactionEnded as ended ->
        { entry Given.Exec with
            Transaction = Some ended.Transaction
            Offset = ended.Offset
        }
    | :? PingReceived as ping ->
        { entry Given.Ping with
            Offset = ping.Offset
        }
    | :? FullResync as resync -> entry (Given.FullResync resync.Reason)
    | :? SnapshotStarted -> entry Given.SnapshotStarted
    | :? SnapshotFunction as found -> entry (Given.SnapshotFunction(text found.Source))
    | :? SnapshotEntry as found -> entry (Given.SnapshotEntry found.Entry)
    | :? SnapshotReceived -> entry Given.SnapshotReceived
    | :? Resumed as resumed -> entry (Given.Resumed resumed.IsRewound)
    | :? Disconnected as gone -> entry (Given.Disconnected gone.Fault)
    | :? SpoolFilled as filled -> entry (Given.SpoolFilled(Option.ofObj filled.Trouble))
    | other -> failtestf "nobody knows what %A is" other

/// What is done with each event, before it is kept.
type Handler = ReplicaClient -> ReplicaEvent -> Task

/// Acknowledges each event.
let acknowledging: Handler =
    fun client event ->
        client.Acknowledge event.Position
        Task.CompletedTask

/// Acknowledges nothing.
let silent: Handler = fun _ _ -> Task.CompletedTask

/// Options for a server that may be away, but for less than seconds.
let optionsFor (port: int) : ReplicaOptions =
    ReplicaOptions(Master = Uri $"redis://127.0.0.1:{port}", LongestPause = TimeSpan.FromSeconds 1.0, JitterSeed = 1L)

/// Follows until it is disposed of.
type Follower(options: ReplicaOptions, from: Position option, handle: Handler) =
    let client = new ReplicaClient(options)
    let stop = new CancellationTokenSource()
    let entries = List<Entry>()

    let enumerate () =
        task {
            let stream =
                match from with
                | Some position -> client.FollowAsync(position, stop.Token)
                | None -> client.FollowAsync(cancellationToken = stop.Token)

            use events = stream.GetAsyncEnumerator()

            while! events.MoveNextAsync() do
                do! handle client events.Current
                let entry = entryOf events.Current
                lock entries (fun () -> entries.Add entry)
        }

    let follow () : Task<Fault option> =
        task {
            try
                do! enumerate ()
                return None
            with
            | :? OperationCanceledException -> return None
            | :? ReplicaException as exn -> return Some exn.Fault
        }

    let running = Task.Run<Fault option> follow

    /// The client, to acknowledge with.
    member _.Client = client

    /// All that it was given so far.
    member _.Entries = lock entries (fun () -> List.ofSeq entries)

    /// The number of those of this kind.
    member _.Count(isOne: Given -> bool) =
        lock entries (fun () -> entries |> Seq.filter (fun entry -> isOne entry.Given) |> Seq.length)

    /// The fault in which it ends. Fails if it does not.
    member _.Fault: Fault =
        if not (running.Wait 30_000) then
            failtest "the follower should have come to an end"

        match running.Result with
        | Some fault -> fault
        | None -> failtest "the follower ended without a fault"

    member private _.Until(what: string, holds: unit -> bool) =
        try
            until $"the follower is given {what}" (fun () ->
                if running.IsCompleted then
                    failtestf "the follower ended while it should be given %s: %A" what running.Result

                lock entries holds)
        with :? AssertException as exn ->
            let last =
                lock entries (fun () -> entries |> Seq.rev |> Seq.truncate 5 |> List.ofSeq)

            failtestf "%s\nWhat it was given last: %A" exn.Message last

    /// Waits until it is given something.
    member follower.Await(what: string, isAwaited: Entry -> bool) =
        follower.Until(what, (fun () -> entries.Exists(fun entry -> isAwaited entry)))

    /// Waits until it was given so many of a kind.
    member follower.AwaitCount(what: string, count: int, isOne: Given -> bool) =
        follower.Until($"{count} times {what}", (fun () -> follower.Count isOne >= count))

    interface IDisposable with
        member _.Dispose() =
            stop.Cancel()

            if not (running.Wait 10_000) then
                failtest "the follower does not stop"

            client.DisposeAsync().AsTask().Wait()
            stop.Dispose()

/// Follows a server from its beginning, and has its snapshot.
let follow (options: ReplicaOptions) (handle: Handler) : Follower =
    let follower = new Follower(options, None, handle)
    follower.Await("the snapshot", (fun entry -> entry.Given.IsSnapshotReceived))
    follower

/// Waits until the follower was given everything that was written before.
let catchUp (writer: Client) (follower: Follower) =
    let mark = [ "PUBLISH"; "caught-up"; string (Guid.NewGuid()) ]
    writer.Ask mark |> ignore
    follower.Await("all that was written", (fun entry -> entry.Given = Given.Command mark))

/// The commands that change data, as one line each.
let linesOf (entries: Entry list) : string list =
    [
        for entry in entries do
            match entry.Given with
            | Given.Command("PUBLISH" :: "caught-up" :: _) -> ()
            | Given.Command words -> String.concat " " words
            | _ -> ()
    ]
