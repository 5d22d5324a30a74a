/// Masters on loopback that follow a script.
module HybridReplica.Tests.Shell.ScriptedMaster

open System
open System.IO
open System.Net
open System.Net.Sockets
open System.Threading.Tasks

/// What became of connections whose other side goes away at any moment: nothing that a script has to see to.
let private untilItBreaks (script: unit -> Task<unit>) : Task<unit> =
    task {
        try
            do! script ()
        with
        | :? IOException
        | :? SocketException
        | :? ObjectDisposedException
        | :? Security.Authentication.AuthenticationException -> ()
    }

/// A server that runs a script for each connection; the number of the connection, from 1, chooses it.
type ScriptedMaster(listener: Socket, uri: Uri, script: int -> Stream -> Task<unit>) =
    let connections = ResizeArray<Socket>()

    let converse number (socket: Socket) =
        untilItBreaks (fun () ->
            task {
                use stream = new NetworkStream(socket, true)
                do! script number stream
            })

    let accept () =
        untilItBreaks (fun () ->
            task {
                while true do
                    let! socket = listener.AcceptAsync()
                    lock connections (fun () -> connections.Add socket)
                    Task.Run<unit>(fun () -> converse connections.Count socket) |> ignore
            })

    do accept () |> ignore

    /// Where it is.
    member _.Uri = uri

    /// Its port.
    member _.Port = uri.Port

    /// How many connections there were.
    member _.Connections = lock connections (fun () -> connections.Count)

    interface IDisposable with
        member _.Dispose() =
            listener.Dispose()
            lock connections (fun () -> connections |> Seq.iter _.Dispose())

let private listen (socket: Socket) (endPoint: EndPoint) =
    socket.Bind endPoint
    socket.Listen()
    socket

let private tcp () =
    listen
        (new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        (IPEndPoint(IPAddress.Loopback, 0))

let private portOf (socket: Socket) =
    match socket.LocalEndPoint with
    | :? IPEndPoint as endPoint -> endPoint.Port
    | _ -> 0

/// A master that runs another script for each connection, on a free port.
let masterOfEach (script: int -> Stream -> Task<unit>) : ScriptedMaster =
    let listener = tcp ()
    new ScriptedMaster(listener, Uri $"redis://127.0.0.1:{portOf listener}", script)

/// A master that runs the same script for each connection, on a free port.
let master (script: Stream -> Task<unit>) : ScriptedMaster = masterOfEach (fun _ -> script)

/// A master on a unix socket.
let masterAt (path: string) (script: Stream -> Task<unit>) : ScriptedMaster =
    let socket =
        new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)

    new ScriptedMaster(listen socket (UnixDomainSocketEndPoint path), Uri $"unix://{path}", fun _ -> script)

/// A port on which nobody listens.
let freePort () : int =
    use socket = tcp ()
    portOf socket

// Connects until the queue of the listener is full. Gives back what keeps it so.
let private fillQueue (listener: Socket) (connect: unit -> Socket * bool) : IDisposable =
    let rec fill sockets =
        match connect () with
        | socket, true -> fill (socket :: sockets)
        | socket, false -> socket :: sockets

    let sockets = fill []

    { new IDisposable with
        member _.Dispose() =
            sockets |> List.iter _.Dispose()
            listener.Dispose()
    }

/// A port that takes no connection and refuses none, and what keeps it so: its queue is full.
let stuckPort () : int * IDisposable =
    let socket () =
        new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)

    let listener = socket ()
    listener.Bind(IPEndPoint(IPAddress.Loopback, 0))
    listener.Listen 0

    let connect () =
        let socket = socket ()
        socket, socket.ConnectAsync(IPAddress.Loopback, portOf listener).Wait 300

    portOf listener, fillQueue listener connect

/// A unix socket that takes no connection and refuses none, for the same reason.
let stuckSocket (path: string) : IDisposable =
    let socket () =
        new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)

    let listener = socket ()
    listener.Bind(UnixDomainSocketEndPoint path)
    listener.Listen 0

    let connect () =
        let socket = socket ()
        socket.Blocking <- false

        try
            socket.Connect(UnixDomainSocketEndPoint path)
            socket, true
        with :? SocketException ->
            socket, false

    fillQueue listener connect
