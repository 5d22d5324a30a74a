/// Commands of all sorts, as a cache, a queue and a few counters have them, to write into a server.
module HybridReplica.Tests.Benchmarks.MixedCommands

open System
open System.Net.Sockets
open System.Text

let private text (random: Random) length =
    String(Array.init length (fun _ -> char (random.Next(int 'a', int 'z' + 1))))

/// Values of some lengths, to choose from.
let private values (random: Random) =
    [| 20; 64; 100; 200; 400 |] |> Array.map (text random)

let private one (random: Random) (values: string[]) =
    let key = random.Next 100000
    let value () = values[random.Next values.Length]

    match random.Next 20 with
    | n when n < 7 -> [ "SET"; $"key:{key}"; value () ]
    | n when n < 11 -> [ "HSET"; $"hash:{key % 20000}"; $"field:{random.Next 50}"; value () ]
    | n when n < 13 ->
        [
            "ZADD"
            $"zset:{key % 5000}"
            string (random.Next 1000000)
            $"member:{random.Next 500}"
        ]
    | n when n < 15 -> [ "INCRBY"; $"counter:{key % 1000}"; "3" ]
    | n when n < 17 -> [ "SADD"; $"set:{key % 5000}"; $"member:{random.Next 300}" ]
    | 17 -> [ "LPUSH"; $"list:{key % 5000}"; value () ]
    | 18 -> [ "LTRIM"; $"list:{key % 5000}"; "0"; "99" ]
    | _ -> [ "SETEX"; $"key:{key}"; "100000"; value () ]

let private encode (words: string list) =
    let bulk (word: string) = $"${word.Length}\r\n{word}\r\n"
    $"*{words.Length}\r\n" + String.concat "" (List.map bulk words)

/// So many commands as bytes, the same each time.
let bytes (count: int) : byte[] =
    let random = Random 1
    let values = values random
    let all = StringBuilder()

    for _ in 1..count do
        all.Append(encode (one random values)) |> ignore

    Encoding.ASCII.GetBytes(string all)

/// Writes the bytes into the server again and again, and returns when it has taken all of them.
let write (port: int) (times: int) (commands: byte[]) : unit =
    use client = new TcpClient("127.0.0.1", port)
    let stream = client.GetStream()
    // Nobody wants to read the replies.
    stream.Write(ReadOnlySpan "CLIENT REPLY OFF\r\n"B)

    for _ in 1..times do
        stream.Write(ReadOnlySpan commands)

    stream.Write(ReadOnlySpan "CLIENT REPLY ON\r\n"B)
    let answer = Array.zeroCreate<byte> 5
    stream.ReadExactly(answer, 0, answer.Length)
