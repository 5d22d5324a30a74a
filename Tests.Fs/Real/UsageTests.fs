/// Command lines: those that cannot be understood end with exit code 2 and one line, and help is at hand.
module HybridReplica.Tests.Real.UsageTests

open System
open System.IO
open Expecto
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

let private mistakenIn environment name said arguments =
    testCase name (fun () -> runWith environment arguments |> complains 2 said)

let private mistaken name said arguments = mistakenIn [] name said arguments

/// A backup with these arguments, to a file in a folder that does not exist.
let private backup arguments =
    [ "backup"; "-o"; "none/x" ] @ arguments

let private mistakes =
    [
        mistaken "no verb" [ "verb"; "--help" ] []
        mistaken "a verb that there is not" [ "backpu"; "--help" ] [ "backpu" ]
        mistaken "an option that there is not" [ "--speed" ] (backup [ "--speed" ])
        mistaken "an option that there is not, with a value" [ "--speed" ] (backup [ "--speed"; "7" ])
        mistaken "an option that there is not, of replay" [ "--speed" ] [ "replay"; "--speed" ]
        mistaken "an option that there is not, of demo" [ "--speed" ] [ "demo"; "--speed" ]
        mistaken "two masters" [ "redis://b" ] (backup [ "redis://a"; "redis://b" ])
        mistaken "no target" [ "--output" ] [ "backup" ]
        mistaken "a target without a name" [ "-o" ] [ "backup"; "-o" ]
        mistaken "an empty target" [ "target" ] [ "backup"; "-o"; "" ]
        mistaken "a dialect that there is not" [ "redis7"; "redis26-lenient" ] (backup [ "--dialect"; "redis7" ])
        mistaken "a URI of something else" [ "redis://"; "rediss://"; "unix://" ] (backup [ "http://127.0.0.1" ])
        mistaken "a URI that is none" [ "redis://host:6379" ] (backup [ "::::" ])
        mistaken "an empty URI" [ "names no host" ] (backup [ "" ])
        mistaken "a URI with a port that cannot be" [ "redis://host:6379" ] (backup [ "redis://127.0.0.1:99999" ])
        mistaken "a URI with a database" [ "database" ] (backup [ "redis://127.0.0.1/3" ])
        mistaken "a listening port that cannot be" [ "70000"; "65535" ] (backup [ "--listening-port"; "70000" ])
        mistaken "a port to announce that cannot be" [ "-1"; "65535" ] (backup [ "--announce-port"; "-1" ])
        mistaken "a port that is no number" [ "--announce-port"; "many" ] (backup [ "--announce-port"; "many" ])
        mistaken "an address to bind to that is none" [ "nowhere" ] (backup [ "--bind"; "nowhere" ])
        mistaken "no attempts" [ "attempts"; "at least 1" ] (backup [ "--attempts"; "0" ])
        mistaken "no time" [ "timeout"; "at least 1" ] (backup [ "--timeout"; "0" ])
        mistaken "a password file that is not there" [ "/none" ] (backup [ "--password-file"; "/none" ])
        mistaken "a password file without a password" [ "/dev/null" ] (backup [ "--password-file"; "/dev/null" ])
        mistaken "an authority that is not there" [ "/none" ] (backup [ "rediss://127.0.0.1"; "--tls-ca"; "/none" ])
        mistaken "a key without a certificate" [ "certificate" ] (backup [ "rediss://127.0.0.1"; "--tls-key"; "/none" ])
        mistaken "redis26 cannot ask for the RDB only" [ "redis6" ] (backup [ "--dialect"; "redis26"; "--rdb-only" ])
        mistakenIn
            [ "REDISCLI_AUTH", "two words" ]
            "redis26 cannot send a password with a space"
            [ "password"; "space" ]
            (backup [ "--dialect"; "redis26" ])
        testCase "an empty line of JSON is not all that programs get of a mistake" (fun () ->
            let ended = run (backup [ "--dialect"; "redis7"; "--json" ])
            endsWith 2 ended
            Expect.stringContains ended.Text "\"exitCode\":2" "the JSON")
        testCase "a mistake is found before anything is written" (fun () ->
            use place = new Place()

            run
                [
                    "backup"
                    "-o"
                    place.Target
                    "--attempts"
                    "0"
                    "--transcript"
                    Path.Combine(place.Folder, "t")
                ]
            |> complains 2 []

            place.IsUntouched())
    ]

let private verbs = [ "backup"; "follow"; "inspect"; "replay"; "demo" ]

let private help =
    [
        testCase "--help names every verb" (fun () ->
            let ended = run [ "--help" ]
            endsWith 0 ended
            Expect.equal ended.Errors "" "standard error"

            for verb in verbs do
                Expect.stringContains ended.Text $"\n  {verb} " "the help")
        for verb in verbs do
            testCase $"{verb} --help" (fun () ->
                let ended = run [ verb; "--help" ]
                endsWith 0 ended
                Expect.stringContains ended.Text $"hybrid-replica {verb}" "the help")
        testCase "backup --help names every option" (fun () ->
            let ended = run [ "backup"; "--help" ]

            for option in
                [
                    "--output"
                    "--dialect"
                    "--announce-ip"
                    "--announce-port"
                    "--listening-port"
                    "--bind"
                    "--timeout"
                    "--attempts"
                    "--tls-ca"
                    "--tls-cert"
                    "--tls-key"
                    "--tls-skip-verify"
                    "--password-file"
                    "--rdb-only"
                    "--transcript"
                    "--json"
                    "--quiet"
                    "--verbose"
                ] do
                Expect.stringContains ended.Text option "the help")
        testCase "--version" (fun () ->
            let ended = run [ "--version" ]
            endsWith 0 ended
            Expect.isMatch ended.Text "^[0-9]+\\.[0-9]+\\.[0-9]+" "the version")
    ]

let tests = testList "usage" (mistakes @ help)
