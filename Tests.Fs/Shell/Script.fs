/// What a scripted master says and hears, one connection at a time.
module HybridReplica.Tests.Shell.Script

open System
open System.Buffers.Binary
open System.IO
open System.Text
open System.Threading.Tasks
open HybridReplica.Core

/// A replication id, as masters have them.
let replicationId = "0123456789abcdef0123456789abcdef01234567"

/// A mark, as masters put behind a snapshot.
let mark = "MARKMARKMARKMARKMARKMARKMARKMARKMARKMARK"

let private latin1 (text: string) = Encoding.Latin1.GetBytes text

/// A snapshot without keys of about so many bytes, in the format of Redis 7.0: noise in an auxiliary field, and a
/// checksum.
let rdb (size: int) : byte[] =
    let noise = Array.zeroCreate<byte> size
    Random(size).NextBytes noise
    let length = Array.zeroCreate<byte> 4
    BinaryPrimitives.WriteInt32BigEndian(Span<byte> length, size)

    let body =
        Array.concat
            [
                latin1 "REDIS0010"
                [| 0xFAuy; 1uy; byte 'x'; 0x80uy |]
                length
                noise
                [| 0xFFuy |]
            ]

    let checksum = Array.zeroCreate<byte> 8
    BinaryPrimitives.WriteUInt64LittleEndian(Span<byte> checksum, Crc64.update (0UL, ReadOnlySpan<byte> body))
    Array.append body checksum

/// Says bytes.
let write (bytes: byte[]) (stream: Stream) : Task<unit> =
    task {
        do! stream.WriteAsync bytes
        do! stream.FlushAsync()
    }

/// Says text, each character one byte.
let say (text: string) (stream: Stream) : Task<unit> = write (latin1 text) stream

/// Hears a line, without its end. None: there is no more.
let private hearLine (stream: Stream) : Task<string option> =
    task {
        let line = StringBuilder()
        let one = Array.zeroCreate<byte> 1
        let mutable state = 0

        while state = 0 do
            match! stream.ReadAsync(one, 0, 1) with
            | 0 -> state <- 2
            | _ when one[0] = byte '\n' -> state <- 1
            | _ -> line.Append(char one[0]) |> ignore

        return
            if state = 1 then
                Some(line.ToString().TrimEnd '\r')
            else
                None
    }

/// Hears a request, inline or as an array. Empty: there are no more.
let hear (stream: Stream) : Task<string list> =
    task {
        match! hearLine stream with
        | None -> return []
        | Some line when line.StartsWith '*' ->
            let words = ResizeArray()

            for _ in 1 .. int (line.Substring 1) do
                let! _ = hearLine stream
                let! word = hearLine stream
                words.Add(Option.defaultValue "" word)

            return List.ofSeq words
        | Some line -> return List.ofArray (line.Split ' ')
    }

/// Hears a request, whatever it is.
let hearOne (stream: Stream) : Task<unit> =
    task {
        let! _ = hear stream
        return ()
    }

/// Agrees to everything until PSYNC or SYNC is asked for, and to that says nothing yet.
let agree (stream: Stream) : Task<unit> =
    task {
        let mutable isOver = false

        while not isOver do
            match! hear stream with
            | []
            | "PSYNC" :: _
            | "SYNC" :: _ -> isOver <- true
            | "PING" :: _ -> do! say "+PONG\r\n" stream
            | _ -> do! say "+OK\r\n" stream
    }

/// Agrees to everything, and promises a snapshot.
let promise (stream: Stream) : Task<unit> =
    task {
        do! agree stream
        do! say $"+FULLRESYNC {replicationId} 1234\r\n" stream
    }

/// Hears something, whatever it is.
let listen (stream: Stream) : Task<unit> =
    task {
        let! _ = stream.ReadAsync(Array.zeroCreate<byte> 4096, 0, 4096)
        return ()
    }

/// Lets the other side know that nothing more will be said.
let fallSilent (stream: Stream) : Task<unit> =
    task {
        match stream with
        | :? Net.Sockets.NetworkStream as stream -> stream.Socket.Shutdown Net.Sockets.SocketShutdown.Send
        | _ -> ()
    }

/// Says nothing more, until the other side has closed the connection.
let wait (stream: Stream) : Task<unit> =
    task {
        let buffer = Array.zeroCreate<byte> 4096
        let mutable isOpen = true

        while isOpen do
            let! count = stream.ReadAsync(buffer, 0, buffer.Length)
            isOpen <- count > 0
    }

/// Says the same over and over, as fast as it is heard, until the other side has closed the connection.
let flood (text: string) (stream: Stream) : Task<unit> =
    task {
        let bytes = latin1 (String.replicate 4096 text)

        while true do
            do! stream.WriteAsync bytes
    }

/// One thing after the other.
let inTurn (scripts: (Stream -> Task<unit>) list) (stream: Stream) : Task<unit> =
    task {
        for script in scripts do
            do! script stream
    }

/// A whole conversation that ends in a snapshot of known length.
let serveCounted (snapshot: byte[]) =
    inTurn [ promise; say $"\n\n${snapshot.Length}\r\n"; write snapshot; wait ]

/// A whole conversation that ends in a snapshot with a mark behind it.
let serveUntilMark (snapshot: byte[]) =
    inTurn [ promise; say $"$EOF:{mark}\r\n"; write snapshot; say mark; wait ]
