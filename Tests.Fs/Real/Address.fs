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

    let mutable left = Int64.MaxValue

    let keep (socket: TcpClient) =
        lock sockets (fun () -> sockets.Add socket)

    // Ends where it is to be cut: what was allowed is passed on, and not a byte more.
    let copy (source: Stream) (destination: Stream) : Task =
        task {
            let buffer = Array.zeroCreate<byte> 65536
            let mutable isOpen = true

            while isOpen do
                let! count = source.ReadAsync(buffer, 0, buffer.Length)
                let passed = int (min (int64 count) left)
                do! destination.WriteAsync(buffer, 0, passed)
                left <- left - int64 passed
                isOpen <- passed > 0 && left > 0L

            left <- Int64.MaxValue
        }

    let pass (incoming: TcpClient) (port: int) =
        task {
            use outgoing = new TcpClient(NoDelay = true)

            try
                keep outgoing
                do! outgoing.ConnectAsync(IPAddress.Loopback, port)
                let near = incoming.GetStream()
                let far = outgoing.GetStream()
                let! _ = Task.WhenAny(near.CopyToAsync far, copy far near)
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

    /// The connection is cut after so many bytes more of what the server says.
    member _.CutAfter(bytes: int64) = left <- bytes

    /// From now on it leads nowhere: connections are cut, and new ones closed at once.
    member _.Close() =
        target <- ValueNone
        cut ()

    interface IDisposable with
        member _.Dispose() =
            listener.Stop()
            cut ()
