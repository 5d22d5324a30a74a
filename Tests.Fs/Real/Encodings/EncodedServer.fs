/// A real server with values of every encoding, the snapshot it saves, and whether another server has the same.
module HybridReplica.Tests.Real.EncodedServer

open System.IO
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client

/// How a server saves.
let variants: (string * string list) list =
    [
        "compressed", []
        "not compressed, with how long it is idle", [ "rdbcompression no"; "maxmemory-policy allkeys-lru" ]
        "with how often it is used", [ "maxmemory-policy volatile-lfu" ]
        "without a checksum", [ "rdbchecksum no" ]
    ]

/// Writes into a server.
let write (server: RealServer) (commands: string list list) =
    use client = connect server
    // Pipelined, but not so far that both sides wait for each other.
    commands |> List.chunkBySize 100 |> List.iter client.AskAll

let private everything =
    EncodedValues.strings
    @ EncodedValues.lists
    @ EncodedValues.sets
    @ EncodedValues.hashes
    @ EncodedValues.sortedSets
    @ EncodedValues.expiries
    @ EncodedValues.databases
    @ EncodedValues.functions
    @ EncodedStreams.all

let private start (options: string list) =
    RealServer.Start(DataSet.holding ("sanitize-dump-payload yes" :: options))

/// A server that has everything.
let full (options: string list) : RealServer =
    let server = start options
    write server everything
    server

/// A server that has nothing.
let empty () : RealServer = start []

/// The path of the snapshot that the server saves now.
let save (server: RealServer) : string =
    Expect.equal (server.Ask "SAVE") "OK" "the answer to SAVE"
    Path.Combine(server.Folder, "dump.rdb")

let private told (server: RealServer) =
    use client = connect server

    let functions =
        match client.Ask [ "FUNCTION"; "LIST"; "WITHCODE" ] with
        | Many libraries -> List.sort libraries
        | other -> failtestf "%A is no list" other

    client.Tell "DEBUG DIGEST", ServerTold.keysOf client, ServerTold.streamsOf client, functions

/// Fails unless both hold the same.
let isSame (copy: RealServer) (origin: RealServer) =
    let copied, copiedKeys, copiedStreams, copiedFunctions = told copy
    let digest, keys, streams, functions = told origin

    // What differs is easier to read than that something does.
    for KeyValue(key, value) in keys do
        Expect.equal
            (copiedKeys.TryFind key
             |> Option.map (fun copy -> { copy with Encoding = value.Encoding }))
            (Some value)
            $"%A{key}"

    for KeyValue(key, stream) in streams do
        Expect.equal (copiedStreams.TryFind key) (Some stream) key

    Expect.equal copiedFunctions functions "functions"
    Expect.equal copiedKeys.Count keys.Count "the number of keys"
    Expect.equal copied digest "DEBUG DIGEST"
