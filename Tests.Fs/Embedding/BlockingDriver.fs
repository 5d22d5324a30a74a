/// Another driver of the model, as somebody would write it who has one thread, one socket and one file, and no use for
/// the library. It is all that it takes to embed the model elsewhere.
module HybridReplica.Tests.BlockingDriver

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Net.Sockets
open HybridReplica.Core

/// Fetches a snapshot from a master into a file, and gives how that ended.
let fetch (settings: Settings) (host: string, port: int) (target: string) : Outcome =
    let temporary = target + ".part"

    let options =
        FileStreamOptions(Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough)

    let answers = Queue [ Event.Started ]
    let window = Array.zeroCreate<byte> 65536
    let clock = Stopwatch.StartNew()
    let mutable state = State.Initial settings
    let mutable filled = 0
    let mutable seconds = 0
    let mutable check = RdbCheck.empty
    let mutable socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
    let mutable file = Stream.Null

    let connect link =
        socket <- new Socket(SocketType.Stream, ProtocolType.Tcp, ReceiveTimeout = 100)
        socket.Connect(host, port)
        answers.Enqueue(Event.Connected link)

    let orElse (event: Event) work =
        try
            work ()
        with :? SocketException ->
            answers.Enqueue event

    let onFile step success work =
        try
            work ()
            Option.iter answers.Enqueue success
        with :? IOException as failure ->
            answers.Enqueue(Event.FileFailed(step, FileTrouble.Other failure.HResult))

    let perform command =
        match command with
        | Command.Dial link ->
            (fun () -> connect link)
            |> orElse (Event.ConnectFailed(link, NetworkTrouble.Refused))
        | Command.Send(form, request) ->
            (fun () -> socket.Send(RequestEncoding.encode (form, request)) |> ignore)
            |> orElse (Event.Disconnected(state.Link, NetworkTrouble.Reset))
        | Command.HangUp ->
            socket.Dispose()
            filled <- 0
        | Command.CheckTarget -> answers.Enqueue Event.TargetReady
        | Command.CreateTemporary ->
            onFile FileStep.Create (Some Event.TemporaryCreated) (fun () ->
                // What is written is on disk at once, so there is nothing left to sync.
                file <- File.Open(temporary, options)
                check <- RdbCheck.empty)
        | Command.Take count ->
            check <- RdbCheck.advance (check, ReadOnlySpan(window, 0, count))
            onFile FileStep.Write None (fun () -> file.Write(window, 0, count))
        | Command.CheckSnapshot -> answers.Enqueue(Event.SnapshotChecked(RdbCheck.conclude check))
        | Command.Sync -> onFile FileStep.Sync (Some Event.Synced) (fun () -> file.Dispose())
        | Command.Rename -> onFile FileStep.Rename (Some Event.Renamed) (fun () -> File.Move(temporary, target, true))
        | Command.SyncFolder -> answers.Enqueue Event.FolderSynced
        | Command.DeleteTemporary ->
            file.Dispose()
            onFile FileStep.Delete (Some Event.TemporaryDeleted) (fun () -> File.Delete temporary)
        // Nobody follows this replica, and nobody reads its log.
        | _ -> ()

    let carry event =
        let next, commands = Replica.transition (state, event)
        state <- next
        List.iter perform commands

    // Bytes leave the window after the commands about them ran.
    let consume count =
        let left = max 0 (filled - count)
        Buffer.BlockCopy(window, filled - left, window, 0, left)
        filled <- left

    let receive () =
        try
            match socket.Receive(window, filled, window.Length - filled, SocketFlags.None) with
            | 0 -> carry (Event.Disconnected(state.Link, NetworkTrouble.Closed))
            | count -> filled <- filled + count
        with
        | :? SocketException as failure when failure.SocketErrorCode = SocketError.TimedOut -> ()
        | :? SocketException -> carry (Event.Disconnected(state.Link, NetworkTrouble.Reset))

    while not state.HasEnded do
        let elapsed = int clock.Elapsed.TotalSeconds

        if answers.Count > 0 then
            carry (answers.Dequeue())
        elif elapsed > seconds then
            carry (Event.Ticked(elapsed - seconds))
            seconds <- elapsed
        else
            match Framing.TryNext(state.Expects, ReadOnlySpan(window, 0, filled)) with
            | true, NonNull event, consumed ->
                carry event
                consume consumed
            | _ when state.Expects <> Expectation.Nothing -> receive ()
            | _ -> Threading.Tasks.Task.Delay(100).Wait()

    match state.TryGetOutcome() with
    | true, NonNull outcome -> outcome
    | _ -> Outcome.Stopped
