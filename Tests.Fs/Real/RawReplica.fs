/// The simplest of replicas, which is ours in nothing: it says PSYNC and keeps all bytes.
module HybridReplica.Tests.Real.RawReplica

open System
open System.Net.Sockets
open System.Text
open HybridReplica.Tests.RealServer

/// What a master sent: the offset at which its stream begins, its snapshot and its stream, one character for each byte.
type Joined =
    {
        Offset: int64
        Snapshot: string
        Stream: string
    }

/// A connection that reads line by line and byte by byte, and gives up after half a minute of silence.
type private Wire(server: RealServer) =
    let client = new TcpClient("127.0.0.1", server.Port, ReceiveTimeout = 30000)
    let stream = client.GetStream()
    let received = StringBuilder()
    let buffer = Array.zeroCreate<byte> 65536

    let receive () =
        match stream.Read(buffer, 0, buffer.Length) with
        | 0 -> failwith "the master hung up"
        | count -> received.Append(Encoding.Latin1.GetString(buffer, 0, count)) |> ignore

    member _.Send(line: string) =
        stream.Write(ReadOnlySpan(Encoding.Latin1.GetBytes(line + "\r\n")))

    member _.Take(count: int) : string =
        while received.Length < count do
            receive ()

        let taken = received.ToString(0, count)
        received.Remove(0, count) |> ignore
        taken

    /// Everything up to a text and with it.
    member wire.TakeUntil(text: string) : string =
        let rec position () =
            match received.ToString().IndexOf(text, StringComparison.Ordinal) with
            | -1 ->
                receive ()
                position ()
            | found -> found

        wire.Take(position () + text.Length)

    interface IDisposable with
        member _.Dispose() = client.Dispose()

/// Says something to a server on one connection, and waits for the end of its answer.
let say (server: RealServer) (lines: string list) (last: string) : unit =
    use wire = new Wire(server)
    List.iter wire.Send lines
    wire.TakeUntil last |> ignore

/// Joins a master, does some work on it, and gives everything it sent up to a text at the end of its stream.
let join (server: RealServer) (last: string) (work: unit -> unit) : Joined =
    use wire = new Wire(server)
    wire.Send "PSYNC ? -1"
    let promise = (wire.TakeUntil "\r\n").Split ' '
    // While the file is made the master sends newlines.
    wire.TakeUntil "$" |> ignore
    let length = Int32.Parse((wire.TakeUntil "\r\n").TrimEnd())
    let snapshot = wire.Take length
    work ()

    {
        Offset = Int64.Parse(promise[2].TrimEnd())
        Snapshot = snapshot
        Stream = wire.TakeUntil last
    }
