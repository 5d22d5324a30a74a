/// The bytes that a master streamed, as somebody else received them, and as they stand in the segments of an archive.
module HybridReplica.Tests.Archive.Real.ProofStream

open System
open System.IO
open System.Net.Sockets
open System.Text
open System.Threading.Tasks
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Waiting
open HybridReplica.Tests.Archive.Real.Recording

/// Somebody who follows a master from an offset on, undisturbed, and has nothing of ours in it.
type Witness(server: RealServer, from: Position) =
    let client = new TcpClient("127.0.0.1", server.Port)
    let stream = client.GetStream()
    let received = new MemoryStream()

    let readLine () =
        let line = StringBuilder()

        while line.Length = 0 || line[line.Length - 1] <> '\n' do
            line.Append(char (stream.ReadByte())) |> ignore

        line.ToString()

    let receive () =
        task {
            let buffer = Array.zeroCreate<byte> 65536
            let mutable count = -1

            try
                while count <> 0 do
                    let! read = stream.ReadAsync(buffer, 0, buffer.Length)
                    count <- read
                    lock received (fun () -> received.Write(buffer, 0, count))
            with
            | :? IOException
            | :? ObjectDisposedException -> ()
        }

    do
        stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes $"PSYNC {from.Id.Text} {from.Offset.Bytes + 1L}\r\n"))
        Expect.stringStarts (readLine ()) "+CONTINUE" "what the master says"
        receive () |> ignore

    /// All bytes up to an offset.
    member _.Until(offset: int64) : byte[] =
        let length = int (offset - from.Offset.Bytes)
        until "the witness has everything" (fun () -> lock received (fun () -> int received.Length >= length))
        lock received (fun () -> received.ToArray()[.. length - 1])

    interface IDisposable with
        member _.Dispose() = client.Dispose()

// Where the line that begins here ends, if it does.
let private lineEnd (bytes: byte[]) (start: int) =
    match Array.IndexOf(bytes, byte '\n', start) with
    | -1 -> None
    | found -> Some(found + 1)

let private numberAt (bytes: byte[]) (start: int) (ended: int) =
    int (Encoding.ASCII.GetString(bytes, start + 1, ended - start - 3))

let private word (bytes: byte[]) (start: int) =
    lineEnd bytes start
    |> Option.bind (fun first ->
        let last = first + numberAt bytes start first

        if last + 2 > bytes.Length then
            None
        else
            Some(Encoding.Latin1.GetString(bytes, first, last - first), last + 2))

// A command that begins here, if all of it is there, and where it ends.
let private command (bytes: byte[]) (start: int) =
    let rec words (count: int) (place: int) (found: string list) =
        if count = 0 then
            Some(List.rev found, place)
        else
            match word bytes place with
            | None -> None
            | Some(one, next) -> words (count - 1) next (one :: found)

    lineEnd bytes start
    |> Option.bind (fun first -> words (numberAt bytes start first) first [])

/// The whole commands in the bytes of a segment, each with its own bytes, without the SELECT in front.
let commandsAmong (bytes: byte[]) : (string list * byte[]) list =
    let rec from (start: int) (found: (string list * byte[]) list) =
        if start >= bytes.Length then
            List.rev found
        elif bytes[start] = byte '#' then
            match lineEnd bytes start with
            | Some next -> from next found
            | None -> List.rev found
        else
            match command bytes start with
            | Some(words, next) -> from next ((words, bytes[start .. next - 1]) :: found)
            | None -> List.rev found

    match from 0 [] with
    | ([ "SELECT"; _ ], _) :: rest -> rest
    | [] -> []
    | (first, _) :: _ -> failtestf "a segment begins with %A" first

/// The whole commands in all segments of an archive. Someone may archive, or have been killed at it.
let commandsOf (folder: string) : (string list * byte[]) list =
    (manifestOf folder).Segments
    |> List.collect (fun segment -> commandsAmong (File.ReadAllBytes(Path.Combine(folder, segment.File))))
