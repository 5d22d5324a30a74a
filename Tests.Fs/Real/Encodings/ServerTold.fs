/// The values of keys as a server tells them when it is asked, in the form in which decoded values are told.
module HybridReplica.Tests.Real.ServerTold

open System
open System.Globalization
open Expecto
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.ToldValues

/// A key as the server has it.
type ServerKey =
    {
        Type: string
        Encoding: string
        /// In milliseconds since 1970.
        Expiry: int64 voption
        Value: Told
    }

let private texts (answer: Answer) =
    match answer with
    | Many answers ->
        answers
        |> List.map (fun answer ->
            match answer with
            | Answer.Text text -> text
            | other -> failtestf "%A is no text" other)
    | other -> failtestf "%A is no list" other

let private elements answer = texts answer |> List.map Text |> List

let private pairs (value: string -> string) answer =
    texts answer
    |> List.chunkBySize 2
    |> List.map (fun pair -> pair[0], Text(value pair[1]))
    |> Pairs

let private score (text: string) =
    match text with
    | "inf"
    | "-inf" -> text
    | number -> toldScore (Double.Parse(number, CultureInfo.InvariantCulture))

let private entry (answer: Answer) =
    match answer with
    | Many [ Answer.Text name; fields ] -> Pairs [ "id", Text name; "items", pairs id fields ]
    | other -> failtestf "%A is no entry" other

let private valueOf (client: Client) (kind: string) (key: string) : Told =
    match kind, (fun words -> client.Ask words) with
    | "string", ask ->
        match ask [ "GET"; key ] with
        | Answer.Text text -> Text text
        | other -> failtestf "%A is no string" other
    | "list", ask -> elements (ask [ "LRANGE"; key; "0"; "-1" ])
    | "set", ask -> texts (ask [ "SMEMBERS"; key ]) |> List.map Text |> Members
    | "hash", ask -> pairs id (ask [ "HGETALL"; key ])
    | "zset", ask -> pairs score (ask [ "ZRANGE"; key; "0"; "-1"; "WITHSCORES" ])
    | "stream", ask ->
        match ask [ "XRANGE"; key; "-"; "+" ] with
        | Many entries -> Pairs [ "entries", List(List.map entry entries) ]
        | other -> failtestf "%A is no stream" other
    | other, _ -> failtestf "nobody asks for a %s" other

let private encodingOf (client: Client) (key: string) =
    match client.Ask [ "OBJECT"; "ENCODING"; key ] with
    | Answer.Text text -> text
    | other -> failtestf "%A is no encoding" other

let private keyOf (client: Client) (key: string) : ServerKey =
    let kind =
        match client.Ask [ "TYPE"; key ] with
        | Answer.Text text -> text
        | other -> failtestf "%A is no type" other

    {
        Type = kind
        Encoding = encodingOf client key
        Expiry =
            match client.Ask [ "PEXPIRETIME"; key ] with
            | Number -1L -> ValueNone
            | Number time -> ValueSome time
            | other -> failtestf "%A is no time" other
        Value = inOrder (valueOf client kind key)
    }

/// All keys of a server, by database and name.
let keysOf (client: Client) : Map<int * string, ServerKey> =
    let keys =
        [
            for database in 0..15 do
                client.Ask [ "SELECT"; string database ] |> ignore

                for key in texts (client.Ask [ "KEYS"; "*" ]) do
                    (database, key), keyOf client key
        ]

    client.Ask [ "SELECT"; "0" ] |> ignore
    Map.ofList keys

// Of a consumer it is not kept when it was seen, and of a stream not in how many pieces it is.
let private isAside (name: string) =
    List.contains name [ "seen-time"; "active-time"; "radix-tree-keys"; "radix-tree-nodes" ]

let rec private withoutAside (answer: Answer) : Answer =
    match answer with
    | Many answers ->
        let rec keep (answers: Answer list) =
            match answers with
            | Answer.Text name :: _ :: rest when isAside name -> keep rest
            | answer :: rest -> withoutAside answer :: keep rest
            | [] -> []

        Many(keep answers)
    | other -> other

/// What the server says of its streams that no digest covers: groups, consumers, what is pending.
let streamsOf (client: Client) : Map<string, Answer> =
    texts (client.Ask [ "KEYS"; "*" ])
    |> List.filter (fun key -> client.Ask [ "TYPE"; key ] = Answer.Text "stream")
    |> List.map (fun key -> key, withoutAside (client.Ask [ "XINFO"; "STREAM"; key; "FULL"; "COUNT"; "0" ]))
    |> Map.ofList
