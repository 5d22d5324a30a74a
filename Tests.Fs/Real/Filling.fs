/// Data for servers, as much as is wanted.
module HybridReplica.Tests.Filling

open System
open System.IO
open System.Net.Sockets
open System.Text

/// Bytes of each value.
[<Literal>]
let private ValueLength = 65536

/// Sets so many MiB of random values, which no compression makes smaller, and returns when the server has them all.
let fill (port: int) (mebibytes: int) =
    use client = new TcpClient("127.0.0.1", port)
    use stream = new BufferedStream(client.GetStream(), 1 <<< 20)
    let random = Random 1
    let value = Array.zeroCreate<byte> ValueLength
    let keys = mebibytes * 1048576 / ValueLength
    let answers = Array.zeroCreate<byte>(keys * "+OK\r\n".Length)

    let reading =
        client.GetStream().ReadExactlyAsync(answers, 0, answers.Length).AsTask()

    let write (bytes: byte array) = stream.Write(bytes, 0, bytes.Length)

    for key in 1..keys do
        random.NextBytes value
        let name = $"key:%07d{key}"
        write (Encoding.ASCII.GetBytes $"*3\r\n$3\r\nSET\r\n${name.Length}\r\n{name}\r\n${ValueLength}\r\n")
        write value
        write "\r\n"B

    stream.Flush()
    reading.Wait()
