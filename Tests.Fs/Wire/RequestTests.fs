module HybridReplica.Tests.RequestTests

open System
open System.Text
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private id = "8de1787ba490483314a4d30f1c628bc5025eb761"

let private position offset =
    Position.AtFullResync(Generators.replicationIdOf id, Offset offset)

let private auth user password =
    Request.Auth { User = user; Password = password }

/// Request, the bytes of Redis 5 and later, and those of Redis 2.6 to 4.0, one character for each byte
/// (`sendSynchronousCommand`, 2.6.17, 4.0.14, 5.0.14 and 6.0.20).
let private encodings =
    [
        Request.Ping, "*1\r\n$4\r\nPING\r\n", "PING\r\n"
        auth ValueNone (Secret.OfText "p"), "*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n", "AUTH p\r\n"
        auth (ValueSome "u") (Secret.OfText "pw"), "*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$2\r\npw\r\n", "AUTH u pw\r\n"
        Request.ListeningPort 6380,
        "*3\r\n$8\r\nREPLCONF\r\n$14\r\nlistening-port\r\n$4\r\n6380\r\n",
        "REPLCONF listening-port 6380\r\n"
        Request.ListeningPort 0,
        "*3\r\n$8\r\nREPLCONF\r\n$14\r\nlistening-port\r\n$1\r\n0\r\n",
        "REPLCONF listening-port 0\r\n"
        Request.AnnouncedAddress "10.0.0.1",
        "*3\r\n$8\r\nREPLCONF\r\n$10\r\nip-address\r\n$8\r\n10.0.0.1\r\n",
        "REPLCONF ip-address 10.0.0.1\r\n"
        Request.Capabilities,
        "*5\r\n$8\r\nREPLCONF\r\n$4\r\ncapa\r\n$3\r\neof\r\n$4\r\ncapa\r\n$6\r\npsync2\r\n",
        "REPLCONF capa eof capa psync2\r\n"
        Request.AnnouncedVersion "9.1.0",
        "*3\r\n$8\r\nREPLCONF\r\n$7\r\nversion\r\n$5\r\n9.1.0\r\n",
        "REPLCONF version 9.1.0\r\n"
        Request.RdbOnly, "*3\r\n$8\r\nREPLCONF\r\n$8\r\nrdb-only\r\n$1\r\n1\r\n", "REPLCONF rdb-only 1\r\n"
        Request.Psync ValueNone, "*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n", "PSYNC ? -1\r\n"
        Request.Psync(ValueSome(position 1432L)),
        $"*3\r\n$5\r\nPSYNC\r\n$40\r\n%s{id}\r\n$4\r\n1433\r\n",
        $"PSYNC %s{id} 1433\r\n"
        Request.Psync(ValueSome(position 0L)),
        $"*3\r\n$5\r\nPSYNC\r\n$40\r\n%s{id}\r\n$1\r\n1\r\n",
        $"PSYNC %s{id} 1\r\n"
        Request.Sync, "*1\r\n$4\r\nSYNC\r\n", "SYNC\r\n"
    ]

let private encode form request =
    Encoding.Latin1.GetString(RequestEncoding.encode (form, request))

let private authBytes (bytes: byte[]) =
    Encoding.Latin1.GetString(
        RequestEncoding.encode (WireForm.Array, auth ValueNone (Secret.OfBytes(ReadOnlySpan bytes)))
    )

let private inArray (words: string list) =
    let bulk (word: string) = $"$%d{word.Length}\r\n%s{word}\r\n"
    $"*%d{words.Length}\r\n" + String.concat "" (List.map bulk words)

let tests =
    testList
        "request"
        [
            for request, inArray, inLine in encodings do
                let name = RequestEncoding.show request

                testCase $"the bytes of \"%s{name}\" as an array are those of Redis 5 and later" (fun () ->
                    Expect.equal (encode WireForm.Array request) inArray "the bytes")

                testCase $"the bytes of \"%s{name}\" inline are those of Redis 2.6" (fun () ->
                    Expect.equal (encode WireForm.Inline request) inLine "the bytes")

            for dialect in Dialect.All do
                testCase $"SYNC is typed in %s{dialect.Name}" (fun () ->
                    Expect.equal (Handshake.form dialect Request.Sync) WireForm.Inline "the form")

                testCase $"the form of all else in %s{dialect.Name} is that of its time" (fun () ->
                    let form =
                        if dialect = Dialect.Redis6 then
                            WireForm.Array
                        else
                            WireForm.Inline

                    for request, _, _ in encodings do
                        if request <> Request.Sync then
                            Expect.equal (Handshake.form dialect request) form (RequestEncoding.show request))

            testProperty
                "a password given as text is sent as UTF-8"
                (Prop.forAll Generators.unicode (fun text ->
                    let wire = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes text)
                    let sent = encode WireForm.Array (auth ValueNone (Secret.OfText text))
                    Expect.equal sent (inArray [ "AUTH"; wire ]) "the bytes"))
            testProperty
                "a password given as bytes is sent as it is, whatever bytes they are"
                (Prop.forAll Generators.bytes (fun bytes ->
                    let wire = Encoding.Latin1.GetString bytes
                    Expect.equal (authBytes bytes) (inArray [ "AUTH"; wire ]) "the bytes"))
            testCase "a password may hold every byte there is" (fun () ->
                let bytes = Array.init 256 byte
                Expect.equal (authBytes bytes) (inArray [ "AUTH"; String(Array.map char bytes) ]) "the bytes")
            testProperty
                "a user is sent as UTF-8, before the password"
                (Prop.forAll Generators.unicode (fun user ->
                    let wire = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes user)
                    let sent = encode WireForm.Array (auth (ValueSome user) (Secret.OfText "p"))
                    Expect.equal sent (inArray [ "AUTH"; wire; "p" ]) "the bytes"))
            testProperty
                "PSYNC asks for the byte after the last one known"
                (Prop.forAll (Arb.fromGen Generators.position) (fun position ->
                    let sent = encode WireForm.Inline (Request.Psync(ValueSome position))
                    let (Offset known) = position.Offset
                    Expect.equal sent $"PSYNC %s{position.Id.Text} %d{known + 1L}\r\n" "the bytes"))
            testProperty
                "shown to people, AUTH hides the password"
                (Prop.forAll Generators.unicode (fun text ->
                    let shown = RequestEncoding.show (auth ValueNone (Secret.OfText text))
                    Expect.equal shown "AUTH ***" "the text"))
            testCase "a secret prints as three stars, in whatever way it is printed" (fun () ->
                let secret = Secret.OfText "hunter2"

                Expect.equal
                    [
                        string secret
                        $"{secret}"
                        $"%A{secret}"
                        $"%O{secret}"
                        sprintf "%A" [ secret ]
                    ]
                    [ "***"; "***"; "***"; "***"; "[***]" ]
                    "the texts")
        ]
