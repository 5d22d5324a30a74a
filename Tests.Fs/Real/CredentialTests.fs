/// Who may have a snapshot of a real server, how the tool is told who it is, and that it tells nobody else.
module HybridReplica.Tests.Real.CredentialTests

open System.IO
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

let private password = "s3cret-of-this-test"

let private guarded =
    DataSet.diskless
        [
            $"requirepass {password}"
            $"user replicator on >{password} +psync +replconf +ping"
            $"user reader on >{password} ~* +@read +ping"
        ]

/// A password in a file of its own.
let private kept (place: Place) (text: string) =
    let file = Path.Combine(place.Folder, "password")
    File.WriteAllText(file, text)
    file

/// Runs a backup of the server as the user with these credentials.
let private backup (server: RealServer) (place: Place) (userInfo: string) environment arguments =
    let uri = $"redis://{userInfo}127.0.0.1:{server.Port}"
    runWith environment ([ "backup"; uri; "-o"; place.Target ] @ arguments)

/// Ended well, with a snapshot in its place.
let private brings (ended: Ended) (place: Place) =
    endsSilently ended
    runProgram "redis-check-rdb" [ place.Target ] [] |> ignore

let private works name userInfo environment fileText =
    testCase name (fun () ->
        use server = RealServer.Start guarded
        use place = new Place()

        let arguments =
            match fileText with
            | Some text -> [ "--password-file"; kept place text ]
            | None -> []

        brings (backup server place userInfo environment arguments) place)

let private fails name userInfo environment fileText said =
    testCase name (fun () ->
        use server = RealServer.Start guarded
        use place = new Place()
        use elsewhere = new Place()

        let arguments =
            match fileText with
            | Some text -> [ "--password-file"; kept elsewhere text ]
            | None -> []

        backup server place userInfo environment arguments |> complains 4 said
        place.IsUntouched())

let private right = [ "REDISCLI_AUTH", password ]
let private wrong = [ "REDISCLI_AUTH", "wrong" ]

let private sources =
    [
        works "a password file" "" [] (Some(password + "\n"))
        works "a password file that ends like those of Windows" "" [] (Some(password + "\r\n"))
        works "REDISCLI_AUTH" "" right None
        works "the URI" $":{password}@" [] None
        works "the URI is preferred to REDISCLI_AUTH" $":{password}@" wrong None
        works "a password file is preferred to the URI and to REDISCLI_AUTH" ":wrong@" wrong (Some password)
        works "an ACL user with +psync +replconf +ping alone" "replicator@" right None
        works "an ACL user and a password file" "replicator@" [] (Some password)
        fails
            "a wrong password in a file does not fall back to the right one in the URI"
            $":{password}@"
            right
            (Some "wrong")
            [ "-WRONGPASS" ]
        fails "a wrong password" "" wrong None [ "auth"; "WRONGPASS"; "check the user and the password" ]
        fails "an unknown user" "nobody@" right None [ "WRONGPASS"; "check the user and the password" ]
        fails "no password" "" [] None [ "NOAUTH"; "REDISCLI_AUTH"; "--password-file" ]
        fails "a user who may not replicate" "reader@" right None [ "NOPERM"; "+psync +replconf +ping" ]
    ]

let private modes =
    [
        for dialect in [ "redis26"; "redis26-lenient" ] do
            testCase $"{dialect} gives its password too" (fun () ->
                use server = RealServer.Start guarded
                use place = new Place()
                brings (backup server place "" right [ "--dialect"; dialect ]) place)

            testCase $"{dialect} with a wrong password is refused" (fun () ->
                use server = RealServer.Start guarded
                use place = new Place()
                backup server place "" wrong [ "--dialect"; dialect ] |> complains 4 []
                place.IsUntouched())
    ]

let private secrecy =
    [
        testCase "no password is in the log, the transcript or an error" (fun () ->
            use server = RealServer.Start guarded
            use place = new Place()
            let transcript = Path.Combine(place.Folder, "transcript.txt")

            let runs =
                [
                    for userInfo in [ ""; "replicator@"; "nobody@"; $"replicator:{password}@"; $":x{password}@" ] do
                        let arguments = [ "--verbose"; "--json"; "--transcript"; transcript ]
                        let ended = backup server place userInfo right arguments
                        ended.Text
                        ended.Errors
                        File.ReadAllText transcript
                ]

            for told in runs do
                Expect.isNonEmpty told "what was told"
                Expect.isFalse (told.Contains password) "the password is in what was told")
        testCase "a command line that is not understood is not repeated with its password" (fun () ->
            for arguments in
                [
                    [ $"redis://:{password}@127.0.0.1" ]
                    [ "backup"; "127.0.0.1"; $"redis://:{password}@127.0.0.1"; "-o"; "x" ]
                    [ "backup"; $"redis://:{password}@127.0.0.1:port"; "-o"; "x" ]
                ] do
                let ended = run arguments
                complains 2 [] ended
                Expect.isFalse (ended.Errors.Contains password) "the password is in the error")
    ]

let tests = testList "credentials" (sources @ modes @ secrecy)
