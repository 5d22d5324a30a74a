/// Commands with a relative expiry do the same to a real server when they are rewritten.
module HybridReplica.Tests.Archive.Real.ExpiryServerTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.ExpiryRewritingTests

let private key = Gen.elements [ "text"; "list"; "lasting"; "missing"; "other" ]

// Some of these are no numbers that a server takes.
let private time = Gen.elements [ "1000"; "86400"; "5000000"; "0"; "-5"; "x" ]

let private cased (name: string) =
    Gen.elements [ name; name.ToLowerInvariant() ]

let private option =
    Gen.oneof
        [
            Gen.elements [ [ "NX" ]; [ "XX" ]; [ "GET" ]; [ "KEEPTTL" ]; [ "REPLACE" ]; [ "FREQ"; "5" ] ]
            Gen.map2 (fun name time -> [ name; time ]) (Gen.elements [ "EX"; "px"; "PX"; "PXAT"; "EXAT" ]) time
        ]

let private options = Gen.map List.concat (Gen.resize 3 (Gen.listOf option))

/// Commands that may have to be rewritten, or not; `payload` is a value as DUMP gives it.
let private command (payload: string) =
    gen {
        let! key = key
        let! time = time
        let! options = options

        let! front =
            Gen.elements
                [
                    [ "EXPIRE"; key; time ]
                    [ "PEXPIRE"; key; time ]
                    [ "SETEX"; key; time; "new" ]
                    [ "PSETEX"; key; time; "new" ]
                    [ "SET"; key; "new" ]
                    [ "GETEX"; key ]
                    [ "RESTORE"; key; time; payload ]
                ]

        let! name = cased front.Head
        let! options = Gen.elements [ options; []; [ "EX"; time ] ]
        return name :: front.Tail @ options
    }

let private prepare (client: Client) (database: int) =
    client.AskAll
        [
            [ "SELECT"; string database ]
            [ "FLUSHDB" ]
            [ "SET"; "text"; "old"; "PX"; "100000000" ]
            [ "RPUSH"; "list"; "a"; "b" ]
            [ "SET"; "lasting"; "old" ]
            [ "SET"; "other"; "old" ]
            [ "PEXPIREAT"; "other"; "9999999999999" ]
            [ "PEXPIREAT"; "text"; "9999999999999" ]
        ]

let private serverTime (client: Client) =
    match client.Say "TIME" with
    | Many [ Text seconds; Text microseconds ] -> Int64.Parse seconds * 1000L + Int64.Parse microseconds / 1000L
    | other -> failtestf "TIME is answered by %A" other

// Each key with its value and with the time at which it expires.
let private content (client: Client) (database: int) =
    client.AskAll [ [ "SELECT"; string database ] ]

    [
        for key in [ "text"; "list"; "lasting"; "missing"; "other" ] do
            match client.Ask [ "PEXPIRETIME"; key ] with
            | Number time -> key, client.Ask [ "DUMP"; key ], time
            | other -> failtestf "PEXPIRETIME is answered by %A" other
    ]

// It may be refused; then it changes nothing.
let private apply (client: Client) (words: string list) =
    client.Send words
    client.Read() |> ignore

let tests =
    testList
        "expiry rewritten, on a server"
        [
            testCase "the key lives for as long, and everything else is the same" (fun () ->
                use server = RealServer.Start ServerSettings.Default
                use client = connect server
                client.Ask [ "SET"; "value"; "restored" ] |> ignore

                let payload =
                    match client.Ask [ "DUMP"; "value" ] with
                    | Text payload -> payload
                    | other -> failtestf "DUMP is answered by %A" other

                let mutable rewrittenCount = 0

                Prop.forAll (Arb.fromGen (command payload)) (fun words ->
                    prepare client 1
                    let before = serverTime client
                    apply client words
                    let after = serverTime client
                    let original = content client 1

                    match rewritten before words with
                    | ValueNone -> ()
                    | ValueSome words ->
                        rewrittenCount <- rewrittenCount + 1
                        prepare client 2
                        apply client words

                        for (key, value, time), (_, sameValue, sameTime) in List.zip original (content client 2) do
                            Expect.equal sameValue value $"the value of {key}"

                            Expect.isTrue
                                (sameTime = time || sameTime <= time && time - sameTime <= after - before)
                                $"{key} expires at {sameTime}, and on the server at {time}")
                |> fun law -> Check.One(Config.QuickThrowOnFailure.WithMaxTest 400, law)

                Expect.isGreaterThan rewrittenCount 50 "much of it has to be rewritten")
        ]
