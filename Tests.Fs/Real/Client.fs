/// A client that asks a server on one connection, and so far more often than a program for each question can.
module HybridReplica.Tests.Real.Client

open System
open System.Globalization
open System.IO
open System.Net.Sockets
open System.Text
open Expecto
open HybridReplica.Tests.RealServer

/// What a server answers. Texts are one character for each byte.
type Answer =
    | Text of text: string
    | Number of number: int64
    | Failure of text: string
    | Nothing
    | Many of answers: Answer list

/// One character for each byte.
let bytesOf (text: string) = Encoding.Latin1.GetBytes text

/// A connection to a server of this machine. It gives up after half a minute of silence.
type Client(port: int) =
    let tcp =
        new TcpClient("127.0.0.1", port, NoDelay = true, ReceiveTimeout = 30_000, SendTimeout = 30_000)

    let reader = new BufferedStream(tcp.GetStream(), 1 <<< 16)
    let writer = new BufferedStream(tcp.GetStream(), 1 <<< 16)

    let writeLine (line: string) =
        writer.Write(ReadOnlySpan(bytesOf (line + "\r\n")))

    let readLine () =
        let line = StringBuilder()
        let mutable next = reader.ReadByte()

        while next <> int '\n' do
            if next < 0 then
                failtest "the server hung up"

            line.Append(char next) |> ignore
            next <- reader.ReadByte()

        line.ToString().TrimEnd '\r'

    let readBytes count =
        let bytes = Array.zeroCreate<byte> count
        reader.ReadExactly bytes
        Encoding.Latin1.GetString bytes

    let rec read () =
        let line = readLine ()
        let rest = line.Substring 1

        let number () =
            Int32.Parse(rest, CultureInfo.InvariantCulture)

        match line[0] with
        | '+' -> Text rest
        | '-' -> Failure rest
        | ':' -> Number(Int64.Parse(rest, CultureInfo.InvariantCulture))
        | _ when rest = "-1" -> Nothing
        | '$' ->
            let text = readBytes (number ())
            readLine () |> ignore
            Text text
        | '*' -> Many [ for _ in 1 .. number () -> read () ]
        | _ -> failtestf "the server answers %s" line

    /// Sends a command of so many words, of which the last one is sent by `write` and is so many bytes long.
    member _.SendLong(words: string list, length: int64, write: Stream -> unit) =
        writeLine $"*{words.Length + 1}"

        for word in words do
            writeLine $"${word.Length}"
            writeLine word

        writeLine $"${length}"
        write writer
        writeLine ""
        writer.Flush()

    /// Puts a command with those that are sent later.
    member _.Queue(words: string list) =
        writeLine $"*{words.Length}"

        for word in words do
            writeLine $"${word.Length}"
            writeLine word

    /// Sends a command, and all that were queued before.
    member client.Send(words: string list) =
        client.Queue words
        writer.Flush()

    /// Waits for the next answer.
    member _.Read() : Answer = read ()

    /// Sends a command and waits for the answer. Fails if that is an error.
    member client.Ask(words: string list) : Answer =
        client.Send words

        match client.Read() with
        | Failure text -> failtestf "%A is answered by %s" words text
        | answer -> answer

    /// The same, the words being what stands between the spaces.
    member client.Say(line: string) : Answer =
        client.Ask(List.ofArray (line.Split ' '))

    /// Sends many commands at once and waits for all answers. Fails if there is an error among them.
    member client.AskAll(commands: string list list) =
        commands |> List.iter client.Queue
        writer.Flush()

        for command in commands do
            match client.Read() with
            | Failure text -> failtestf "%A is answered by %s" command text
            | _ -> ()

    /// A text.
    member client.Tell(line: string) : string =
        match client.Say line with
        | Text text -> text
        | other -> failtestf "%s is answered by %A" line other

    /// A field of INFO.
    member client.Info(section: string, field: string) : string =
        client.Tell($"INFO {section}").Split "\r\n"
        |> Array.tryFind _.StartsWith(field + ":", StringComparison.Ordinal)
        |> Option.map _.Substring(field.Length + 1)
        |> Option.defaultValue ""

    interface IDisposable with
        member _.Dispose() = tcp.Dispose()

/// A client of this server.
let connect (server: RealServer) = new Client(server.Port)
