/// Somebody who writes to a master while it is followed, and what has to come out for that.
module HybridReplica.Tests.Real.FollowedWrites

open System
open System.IO
open System.Net.Sockets
open System.Text
open System.Text.Json
open System.Threading
open System.Threading.Tasks

/// The database that a write with this number goes to.
let databaseOf (number: int) = number % 16

let private request (words: string list) =
    let word (text: string) =
        $"${Encoding.UTF8.GetByteCount text}\r\n{text}\r\n"

    $"*{words.Length}\r\n" + String.Join("", List.map word words)

/// The commands that make up a write: every fifth is a transaction with the one after it.
let private commandsOf (number: int) =
    [
        [ "SELECT"; string (databaseOf number) ]
        if number % 5 = 0 then
            [ "MULTI" ]
        [ "SET"; $"key:{number}"; String('v', number * 37 % 300) ]
        if number % 5 = 0 then
            [ "SET"; $"key:{number}:too"; "é\255" ]
            [ "EXEC" ]
    ]

/// The keys that were set by so many writes, in order, with their databases.
let keysOf (writes: int) =
    [
        for number in 1..writes do
            databaseOf number, $"key:{number}"

            if number % 5 = 0 then
                databaseOf number, $"key:{number}:too"
    ]

/// Writes until it is told to stop. Gives the number of writes, once the master has done them all.
let writing (port: int) (perSecond: int) (stop: CancellationToken) : Task<int> =
    Task.Run<int>(fun () ->
        task {
            use client = new TcpClient("127.0.0.1", port)
            use stream = client.GetStream()
            use reader = new StreamReader(stream)
            let mutable number = 0

            while not stop.IsCancellationRequested do
                let batch = max 1 (perSecond / 100)

                let commands =
                    [ for next in number + 1 .. number + batch -> commandsOf next ] |> List.concat

                number <- number + batch
                do! stream.WriteAsync(Encoding.UTF8.GetBytes(commands |> List.map request |> String.concat ""))

                // EXEC answers with an array of two lines.
                for command in commands do
                    for _ in 1 .. (if command = [ "EXEC" ] then 3 else 1) do
                        let! _ = reader.ReadLineAsync()
                        ()

                do! Task.Delay 10

            return number
        })

/// The keys that the commands in an output set, in order, with their databases.
let keysIn (path: string) =
    [
        for line in File.ReadLines path do
            use document = JsonDocument.Parse line
            let root = document.RootElement

            match root.TryGetProperty "command" with
            | true, _ -> root.GetProperty("db").GetInt32(), root.GetProperty("args").[0].GetString()
            | false, _ -> ()
    ]
