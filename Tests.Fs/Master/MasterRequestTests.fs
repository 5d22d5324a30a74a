/// How a master reads requests: a second opinion on how the replica writes them.
module HybridReplica.Tests.MasterRequestTests

open System
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

let private tryRead (bytes: byte[]) =
    match MasterRequest.TryRead(ReadOnlySpan bytes) with
    | true, request, consumed -> Some(request, consumed)
    | false, _, _ -> None

let private ofText (text: string) = tryRead (Encoding.Latin1.GetBytes text)

let private wordsOf text =
    match ofText text with
    | Some(MasterRequest.Words words, consumed) when consumed = text.Length -> words
    | other -> failtest $"%A{text} should be a request: %A{other}"

let private troubleOf text =
    match ofText text with
    | Some(MasterRequest.Malformed trouble, _) -> trouble
    | other -> failtest $"%A{text} should be malformed: %A{other}"

let private id =
    ReplicationId.TryParse "8de1787ba490483314a4d30f1c628bc5025eb761"
    |> ValueOption.get

let private login user =
    Request.Auth
        {
            User = user
            Password = Secret.OfText "s3cret"
        }

let private requests =
    [
        Request.Ping, [ "PING" ]
        login ValueNone, [ "AUTH"; "s3cret" ]
        login (ValueSome "replicator"), [ "AUTH"; "replicator"; "s3cret" ]
        Request.ListeningPort 6380, [ "REPLCONF"; "listening-port"; "6380" ]
        Request.AnnouncedAddress "10.0.0.9", [ "REPLCONF"; "ip-address"; "10.0.0.9" ]
        Request.Capabilities, [ "REPLCONF"; "capa"; "eof"; "capa"; "psync2" ]
        Request.AnnouncedVersion "9.1.0", [ "REPLCONF"; "version"; "9.1.0" ]
        Request.RdbOnly, [ "REPLCONF"; "rdb-only"; "1" ]
        Request.Psync ValueNone, [ "PSYNC"; "?"; "-1" ]
        Request.Psync(ValueSome(Position.AtFullResync(id, Offset 99L))), [ "PSYNC"; string id; "100" ]
        Request.Sync, [ "SYNC" ]
    ]

let private forms = [ WireForm.Inline; WireForm.Array ]

/// Bytes that are hard on a reader.
let private wordGenerator =
    Gen.elements [ 'a'; ' '; '\r'; '\n'; '$'; '*'; '"'; '\''; '\\'; '\000'; '\255' ]
    |> Gen.listOf
    |> Gen.map (fun characters -> String(Array.ofList characters))

let private secrets =
    wordGenerator
    |> Gen.map (fun word -> Secret.OfBytes(ReadOnlySpan(Encoding.Latin1.GetBytes word)), word)
    |> Arb.fromGen

let tests =
    testList
        "master requests"
        [
            testCase "what the replica writes is read as it was meant, inline and as an array" (fun () ->
                for request, words in requests do
                    for form in forms do
                        let bytes = RequestEncoding.encode (form, request)

                        Expect.equal
                            (tryRead bytes)
                            (Some(MasterRequest.Words words, bytes.Length))
                            $"%A{form} %A{request}")
            testCase "no part of a request is a request, and what is behind one is left alone" (fun () ->
                for request, words in requests do
                    for form in forms do
                        let bytes = RequestEncoding.encode (form, request)

                        for length in 0 .. bytes.Length - 1 do
                            Expect.isNone (tryRead bytes[.. length - 1]) $"{length} bytes of %A{form} %A{request}"

                        let followed = Array.append bytes "*1\r\n$4"B
                        Expect.equal (tryRead followed) (Some(MasterRequest.Words words, bytes.Length)) "followed")
            testProperty "an array carries any password there is"
            <| Prop.forAll secrets (fun (secret, word) ->
                let login = Request.Auth { User = ValueNone; Password = secret }

                let bytes = RequestEncoding.encode (WireForm.Array, login)
                tryRead bytes = Some(MasterRequest.Words [ "AUTH"; word ], bytes.Length))
            testProperty "a password that settings allow inline is read as it was meant"
            <| Prop.forAll secrets (fun (secret, word) ->
                let credentials = { User = ValueNone; Password = secret }

                let settings =
                    { Settings.Default with
                        Dialect = Dialect.Redis26
                        Credentials = ValueSome credentials
                    }

                let bytes = RequestEncoding.encode (WireForm.Inline, Request.Auth credentials)

                not (SettingsRules.troubles settings).IsEmpty
                || tryRead bytes = Some(MasterRequest.Words [ "AUTH"; word ], bytes.Length))
            testProperty "any bytes are read, or waited for, without a fuss" (fun (bytes: byte[]) ->
                match tryRead bytes with
                | Some(_, consumed) -> consumed <= bytes.Length
                | None -> true)
            testCase "inline words stand between spaces, and in quotes" (fun () ->
                Expect.equal (wordsOf "  PING \r\n") [ "PING" ] "spaces"
                Expect.equal (wordsOf "PING\n") [ "PING" ] "no carriage return"
                Expect.equal (wordsOf "\r\n") [] "an empty line"
                Expect.equal (wordsOf "AUTH \"a b\\n\\x41\\\"\"\r\n") [ "AUTH"; "a b\nA\"" ] "double quotes"
                Expect.equal (wordsOf "AUTH 'a \\'b'\r\n") [ "AUTH"; "a 'b" ] "single quotes"
                Expect.equal (wordsOf "AUTH \"\"\r\n") [ "AUTH"; "" ] "an empty word")
            testCase "an array of nothing has no words" (fun () ->
                Expect.equal (wordsOf "*0\r\n") [] "none"
                Expect.equal (wordsOf "*-1\r\n") [] "fewer than none")
            testCase "what cannot become a request is told apart from what is not all there" (fun () ->
                Expect.equal (troubleOf "PING \"x\r\n") "Protocol error: unbalanced quotes in request" "quotes"

                Expect.equal
                    (troubleOf "PING \"x\"y\r\n")
                    "Protocol error: unbalanced quotes in request"
                    "behind quotes"

                Expect.equal (troubleOf "*x\r\n") "Protocol error: invalid multibulk length" "count"
                Expect.equal (troubleOf "*1\r\nPING") "Protocol error: expected '$', got 'P'" "bulk"
                Expect.equal (troubleOf "*1\r\n$-1\r\n") "Protocol error: invalid bulk length" "negative length"
                Expect.equal (troubleOf "*1\r\n$99999999\r\n") "Protocol error: invalid bulk length" "long length"
                let endless = String.replicate MasterRequest.Longest "x"
                Expect.equal (troubleOf endless) "Protocol error: too big request" "endless line"
                let endlessArray = "*2\r\n$65530\r\n" + endless
                Expect.equal (troubleOf endlessArray) "Protocol error: too big request" "endless array")
        ]
