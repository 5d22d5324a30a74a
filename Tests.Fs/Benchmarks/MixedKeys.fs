/// Keys of all sorts, as many as a server has that is used for everything, and a file that holds them.
module HybridReplica.Tests.Benchmarks.MixedKeys

open System
open System.IO
open System.Net.Sockets
open System.Text
open HybridReplica.Tests
open HybridReplica.Tests.RealServer

/// Keys in all, but for a few large ones.
[<Literal>]
let private Keys = 1_000_000

let private noise (random: Random) (length: int) =
    String(Array.init length (fun _ -> char (random.Next(int 'a', int 'z' + 1))))

/// Texts to choose from: half of them noise, which no compression makes smaller, half of them repeating themselves, as
/// what is serialized does.
let private values (random: Random) =
    [|
        for length in [ 10; 20; 40; 80; 160; 320; 640 ] do
            for _ in 1..40 do
                noise random length
                String.replicate (length / 10) (noise random 10)
    |]

/// Writes commands into a server, whose answers nobody wants to read.
type private Writer(port: int) =
    let client = new TcpClient("127.0.0.1", port)
    let stream = new BufferedStream(client.GetStream(), 1 <<< 20)

    let line (text: string) =
        stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes(text + "\r\n")))

    do line "CLIENT REPLY OFF"

    member _.Write(words: string list) =
        let command = StringBuilder($"*{words.Length}\r\n")

        for word in words do
            command.Append('$').Append(word.Length).Append("\r\n").Append(word).Append("\r\n")
            |> ignore

        stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes(string command)))

    /// Returns when the server has done them all.
    member _.Finish() =
        line "CLIENT REPLY ON"
        stream.Flush()
        client.GetStream().ReadExactly(Array.zeroCreate<byte> 5, 0, 5)

    interface IDisposable with
        member _.Dispose() = client.Dispose()

let private several (random: Random) (most: int) (one: int -> string list) =
    List.collect one [ 1 .. random.Next(2, most + 1) ]

let private one (random: Random) (value: unit -> string) (key: int) =
    let number () = string (random.Next 1_000_000_000)

    match random.Next 100 with
    | n when n < 38 -> [ "SET"; $"session:{key}"; value () ]
    | n when n < 43 ->
        [
            "SET"
            $"cache:{key}"
            value ()
            "EX"
            string (random.Next(100_000, 10_000_000))
        ]
    | n when n < 58 -> [ "SET"; $"counter:{key}"; number () ]
    | n when n < 76 ->
        "HSET"
        :: $"user:{key}"
        :: several random 10 (fun field -> [ $"field:{field}"; value () ])
    | n when n < 84 ->
        "ZADD"
        :: $"ranking:{key}"
        :: several random 20 (fun _ -> [ number (); $"member:{number ()}" ])
    | n when n < 92 -> "RPUSH" :: $"queue:{key}" :: several random 10 (fun _ -> [ value () ])
    | n when n < 96 ->
        "SADD"
        :: $"tags:{key}"
        :: several random 20 (fun tag -> [ $"tag:{number ()}:{tag}" ])
    | _ -> "SADD" :: $"ids:{key}" :: several random 40 (fun _ -> [ number () ])

/// Elements of each large key.
[<Literal>]
let private Elements = 70_000

let private large (random: Random) (value: unit -> string) (writer: Writer) =
    for key in 1..4 do
        for element in 1..Elements do
            let number = string (random.Next 1_000_000_000)
            writer.Write [ "HSET"; $"large:hash:{key}"; $"field:{element}"; value () ]
            writer.Write [ "ZADD"; $"large:ranking:{key}"; $"{number}.5"; $"member:{element}" ]

            writer.Write
                [
                    "XADD"
                    $"large:events:{key}"
                    $"1700000000000-{element}"
                    "sensor"
                    number
                    "note"
                    value ()
                ]

        writer.Write [ "XGROUP"; "CREATE"; $"large:events:{key}"; "workers"; "0" ]

        writer.Write
            [
                "XREADGROUP"
                "GROUP"
                "workers"
                "first"
                "COUNT"
                "10000"
                "STREAMS"
                $"large:events:{key}"
                ">"
            ]

/// A file of about 190 MB with a million keys, as a server saves it. The caller removes it.
let file () : string =
    use server = RealServer.Start ServerSettings.Default
    let random = Random 1
    let texts = values random
    // Short ones more often than long ones.
    let value () =
        texts[min (random.Next texts.Length) (random.Next texts.Length)]

    use writer = new Writer(server.Port)

    for key in 1..Keys do
        writer.Write(one random value key)

    large random value writer
    writer.Finish()
    server.Ask "SAVE" |> ignore
    let file = Path.GetTempFileName()
    File.Copy(Path.Combine(server.Folder, "dump.rdb"), file, true)
    file
