/// Another driver of the model, as somebody would write it who has one thread, one socket and one file, and no use for
/// the library. It is all that it takes to embed the model elsewhere. The numbers are those of the contract in README.
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
    let window = Array.zeroCreate<byte> 65536
    let reports = Queue [ Event.Started ] // 1
    let clock = Stopwatch.StartNew()
    let mutable state = State.Initial settings
    let mutable filled = 0
    let mutable seconds = 0
    let mutable check = RdbCheck.empty
    let mutable socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
    let mutable file = Stream.Null

    // Does something, and reports what came of it, if anything is to be reported.
    let trying success failure work =
        try
            work ()
            List.iter reports.Enqueue success
        with
        | :? IOException
        | :? SocketException -> reports.Enqueue failure

    let onFile step success work =
        trying success (Event.FileFailed(step, FileTrouble.Other 0)) work

    let lost trouble = Event.Disconnected(state.Link, trouble) // 6

    let perform command =
        match command with
        | Command.Dial link ->
            trying [ Event.Connected link ] (Event.ConnectFailed(link, NetworkTrouble.Refused)) (fun () ->
                socket <- new Socket(SocketType.Stream, ProtocolType.Tcp, ReceiveTimeout = 100)
                socket.Connect(host, port))
        | Command.Send(form, request) ->
            trying [] (lost NetworkTrouble.Reset) (fun () ->
                RequestEncoding.encode (form, request) |> socket.Send |> ignore)
        | Command.HangUp ->
            socket.Dispose()
            filled <- 0
        | Command.CheckTarget -> reports.Enqueue Event.TargetReady
        | Command.CreateTemporary ->
            onFile FileStep.Create [ Event.TemporaryCreated ] (fun () ->
                // Written through, so that nothing is left to sync.
                let through = FileOptions.WriteThrough
                file <- new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, through)
                check <- RdbCheck.empty)
        | Command.Take count ->
            check <- RdbCheck.advance (check, ReadOnlySpan(window, 0, count))
            onFile FileStep.Write [] (fun () -> file.Write(window, 0, count))
        | Command.CheckSnapshot -> reports.Enqueue(Event.SnapshotChecked(RdbCheck.conclude check))
        | Command.Sync -> onFile FileStep.Sync [ Event.Synced ] file.Dispose
        | Command.Rename -> onFile FileStep.Rename [ Event.Renamed ] (fun () -> File.Move(temporary, target, true))
        | Command.SyncFolder -> reports.Enqueue Event.FolderSynced
        | Command.DeleteTemporary ->
            onFile FileStep.Delete [ Event.TemporaryDeleted ] (fun () ->
                file.Dispose()
                File.Delete temporary)
        | _ -> () // Nobody follows this replica, and nobody reads its log.

    // 2
    let carry event =
        let next, commands = Replica.transition (state, event)
        state <- next
        List.iter perform commands

    let receive () =
        try
            match socket.Receive(window, filled, window.Length - filled, SocketFlags.None) with
            | 0 -> reports.Enqueue(lost NetworkTrouble.Closed)
            | count -> filled <- filled + count
        with :? SocketException as failure ->
            if failure.SocketErrorCode <> SocketError.TimedOut then
                reports.Enqueue(lost NetworkTrouble.Reset)

    // 7
    while not state.HasEnded do
        let elapsed = int clock.Elapsed.TotalSeconds

        if reports.Count > 0 then
            carry (reports.Dequeue()) // 3
        elif elapsed > seconds then
            carry (Event.Ticked(elapsed - seconds)) // 5
            seconds <- elapsed
        else
            match Framing.TryNext(state.Expects, ReadOnlySpan(window, 0, filled)) with
            | true, NonNull event, consumed ->
                carry event // 4
                filled <- max 0 (filled - consumed)
                Buffer.BlockCopy(window, consumed, window, 0, filled)
            | _ when state.Expects <> Expectation.Nothing -> receive ()
            | _ -> Threading.Tasks.Task.Delay(100).Wait()

    match state.TryGetOutcome() with
    | true, NonNull outcome -> outcome
    | _ -> Outcome.Stopped
