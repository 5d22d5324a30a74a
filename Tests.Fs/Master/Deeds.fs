/// Things that happen to the history of a pure master, and how to draw them.
module HybridReplica.Tests.Deeds

open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

let idOf (digit: string) =
    ReplicationId.TryParse(String.replicate 40 digit) |> ValueOption.get

let id = idOf "a"
let otherId = idOf "b"
let bytesOf (Offset bytes) = bytes
let start = MasterHistory.Without(id, Offset 1000L)

/// A thing that can happen to a history.
type Deed =
    | Write of database: int * words: string list
    | Transact of (int * string list) list
    | Ping
    | Ask
    | Deselect

let act era (history: MasterHistory) deed =
    match deed with
    | Write(database, words) -> MasterStream.write (era, database, words, history)
    | Transact commands -> MasterStream.transact (era, commands, history)
    | Ping -> MasterStream.ping (era, history)
    | Ask -> MasterStream.ask (era, history)
    | Deselect -> MasterStream.deselect history, ""

/// The history after these deeds, and all bytes added.
let actAll era history deeds =
    ((history, ""), deeds)
    ||> List.fold (fun (history, bytes) deed ->
        let history, added = act era history deed
        history, bytes + added)

let written era deeds = snd (actAll era start deeds)

let array words =
    let word (text: string) = $"${text.Length}\r\n{text}\r\n"
    $"*{List.length words}\r\n" + String.concat "" (List.map word words)

let select database = array [ "SELECT"; string database ]
let del = [ "DEL"; "k" ]
let getack = array [ "REPLCONF"; "GETACK"; "*" ]

let command =
    Gen.zip
        (Gen.choose (0, 2))
        (Gen.elements
            [
                [ "SET"; "k"; "v\r\n$1\r\n" ]
                del
                [ "PUBLISH"; "channel"; "" ]
                [ "SET"; "k"; String.replicate 300 "x" ]
            ])

let deed =
    Gen.frequency
        [
            6, Gen.map Write command
            2, Gen.map Transact (Gen.resize 4 (Gen.listOf command))
            1, Gen.constant Ping
            1, Gen.constant Ask
            1, Gen.constant Deselect
        ]

let era = Gen.elements MasterEra.all

let deeds = Arb.fromGen (Gen.zip era (Gen.listOf deed))
