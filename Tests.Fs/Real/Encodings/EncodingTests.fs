/// Every type and every encoding that a real server writes, decoded and compared with what the server has.
module HybridReplica.Tests.Real.EncodingTests

open System
open System.IO
open System.Text
open Expecto
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.Decoding
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.ToldValues
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.ServerTold

let private latin1 (bytes: byte[]) = Encoding.Latin1.GetString bytes

let private decodeFile (look: RdbLook) (path: string) =
    let decoded = decode look (File.ReadAllBytes path)
    Expect.isNone decoded.Trouble "what is wrong with the snapshot"
    decoded

/// A decoded key as the server would tell it. Only of strings the snapshot has another encoding than the server.
let private asServerKey (server: ServerKey) (entry: FoundEntry) =
    {
        Type = entry.Type.KindName
        Encoding =
            if server.Type = "string" then
                server.Encoding
            else
                entry.Encoding
        Expiry = entry.Expiry
        Value = inOrder (told entry)
    }

let private isDecoded (options: string list) =
    use server = EncodedServer.full options
    EncodedServer.write server EncodedStreams.lost
    use client = connect server
    let decoded = decodeFile RdbLook.Typed (EncodedServer.save server)
    let keys = keysOf client

    for entry in decoded.Entries do
        let key = entry.Database, latin1 entry.Key
        let has = keys[key]
        Expect.equal (asServerKey has entry) has $"%A{key}"

    Expect.equal decoded.Entries.Length keys.Count "the number of keys"
    let has (option: string) = List.contains option options

    for entry in decoded.Entries do
        Expect.equal
            entry.Idle.IsSome
            (has "maxmemory-policy allkeys-lru")
            "whether it is known for how long it is idle"

        Expect.equal
            entry.Frequency.IsSome
            (has "maxmemory-policy volatile-lfu")
            "whether it is known how often it is used"

    let types = decoded.Entries |> List.map _.Type.Number |> List.distinct |> List.sort
    Expect.equal types [ 0; 2; 4; 5; 11; 16; 17; 18; 19 ] "the types that this server writes"

    Expect.equal
        (decoded.Entries
         |> List.filter (fun entry -> entry.Type.Kind = RdbKind.String)
         |> List.map _.Encoding
         |> List.distinct
         |> List.sort)
        (if has "rdbcompression no" then
             [ "int"; "raw" ]
         else
             [ "int"; "lzf"; "raw" ])
        "the encodings of its strings"

/// What DUMP would give of an entry.
let private payload (version: RdbVersion) (entry: FoundEntry) =
    DumpPayload.Whole(byte entry.Type.Number, ReadOnlySpan(rawValue entry), version)

let private isRestored (options: string list) =
    use origin = EncodedServer.full options
    EncodedServer.write origin EncodedStreams.lost
    use copy = EncodedServer.empty ()
    use client = connect copy
    use asked = connect origin
    let decoded = decodeFile RdbLook.Raw (EncodedServer.save origin)

    for entry in decoded.Entries do
        let key = latin1 entry.Key
        let select = [ "SELECT"; string entry.Database ]
        let expiry = entry.Expiry |> ValueOption.defaultValue 0L
        client.Ask select |> ignore

        client.Ask
            [
                "RESTORE"
                key
                string expiry
                latin1 (payload decoded.Version entry)
                "ABSTTL"
            ]
        |> ignore

        asked.Ask select |> ignore
        let digest = [ "DEBUG"; "DIGEST-VALUE"; key ]
        Expect.equal (client.Ask digest) (asked.Ask digest) $"%A{key}"

    for found in decoded.Beside do
        if found.Kind = RdbTokenKind.FunctionLibrary then
            client.Ask [ "FUNCTION"; "LOAD"; latin1 found.Text ] |> ignore

    EncodedServer.isSame copy origin

let tests =
    testList
        "encodings"
        [
            testList
                "are decoded to what the server tells"
                [
                    for variant, options in EncodedServer.variants -> testCase variant (fun () -> isDecoded options)
                ]
            testList
                "are restored from the bytes that stand for the value"
                [
                    for variant, options in List.take 2 EncodedServer.variants ->
                        testCase variant (fun () -> isRestored options)
                ]
        ]
