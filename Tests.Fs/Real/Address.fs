/// An address that stays the same while the server behind it changes.
module HybridReplica.Tests.Real.Address

open System
open System.Collections.Generic
open System.IO
open System.Net
open System.Net.Sockets
open System.Threading.Tasks

/// Passes everything on to a port of this machine, and back.
type Address(target: int) =
    let listener = new TcpListener(IPAddress.Loopback, 0)
    let sockets = List<TcpClient>()
    let mutable target = ValueSome target

    let keep (socket: TcpClient) =
        lock sockets (fun () -> sockets.Add socket)

    let pass (incoming: TcpClient) (port: int) =
        task {
            use outgoing = new TcpClient(NoDelay = true)

            try
                keep outgoing
                do! outgoing.ConnectAsync(IPAddress.Loopback, port)
                let near = incoming.GetStream()
                let far = outgoing.GetStream()
                let! _ = Task.WhenAny(near.CopyToAsync far, far.CopyToAsync near)
                ()
            with
            | :? IOException
            | :? SocketException
            | :? InvalidOperationException -> ()
        }

    let serve (incoming: TcpClient) =
        task {
            use incoming = incoming
            incoming.NoDelay <- true

            match target with
            | ValueNone -> ()
            | ValueSome port ->
                keep incoming
                do! pass incoming port
        }

    let accept () =
        task {
            try
                while true do
                    let! incoming = listener.AcceptTcpClientAsync()
                    serve incoming |> ignore
            with
            | :? SocketException
            | :? ObjectDisposedException -> ()
        }

    do
        listener.Start()
        accept () |> ignore

    let cut () =
        lock sockets (fun () ->
            sockets |> Seq.iter _.Dispose()
            sockets.Clear())

    /// The port that stays the same.
    member _.Port = (listener.LocalEndpoint :?> IPEndPoint).Port

    /// From now on it leads there; connections to where it led before are cut.
    member _.MoveTo(port: int) =
        target <- ValueSome port
        cut ()

    /// From now on it leads nowhere: connections are cut, and new ones closed at once.
    member _.Close() =
        target <- ValueNone
        cut ()

    interface IDisposable with
        member _.Dispose() =
            listener.Stop()
            cut ()
