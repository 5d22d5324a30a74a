/// `hybrid-replica inspect` looks at what is asked for, and refuses what makes no sense.
module HybridReplica.Tests.Inspect.InspectChoiceTests

open System.IO
open Expecto
open HybridReplica.Tests.Real.Tool
open HybridReplica.Tests.Inspect.InspectedFiles

let private writes name arguments (keys: string list) =
    testCase name (fun () ->
        let ended = inspect some (arguments @ [ "--format"; "keys" ])
        endsWith 0 ended
        Expect.equal ended.Errors "" "standard error"
        Expect.equal ended.Text (String.concat "" [ for key in keys -> key + "\n" ]) "the keys")

let private filters =
    [
        writes "all keys" [] [ "user:1"; "user:2"; "list"; "set"; "user:3" ]
        writes "those in a database" [ "--db"; "3" ] [ "set"; "user:3" ]
        writes "those in any of several databases" [ "--db"; "3"; "--db"; "9" ] [ "set"; "user:3" ]
        writes "those that fit" [ "--match"; "user:*" ] [ "user:1"; "user:2"; "user:3" ]
        writes "those that fit any of several patterns" [ "--match"; "*:3"; "--match"; "?ist" ] [ "list"; "user:3" ]
        writes "those of some types" [ "--type"; "list,set" ] [ "list"; "set" ]
        writes "those of some types, given one by one" [ "--type"; "list"; "--type"; "set" ] [ "list"; "set" ]
        writes "those of some size" [ "--min-size"; "500" ] [ "user:2" ]
        writes "the first of them" [ "--limit"; "2" ] [ "user:1"; "user:2" ]
        writes "the first of those that pass" [ "--limit"; "2"; "--db"; "3" ] [ "set"; "user:3" ]
        writes "all conditions hold" [ "--db"; "0"; "--match"; "user:*"; "--min-size"; "100" ] [ "user:2" ]
        writes "none" [ "--match"; "nobody" ] []
    ]

let private mistakes =
    [
        let mistaken name arguments said =
            testCase name (fun () -> inspect some arguments |> complains 2 said)

        mistaken "a format that there is not" [ "--format"; "xml" ] [ "xml"; "jsonl" ]
        mistaken "a type that there is not" [ "--type"; "string,text" ] [ "text"; "zset" ]
        mistaken "a size that is none" [ "--min-size"; "much" ] [ "much"; "no size" ]
        mistaken "a database that cannot be" [ "--db"; "-1" ] [ "--db"; "-1" ]
        mistaken "no keys" [ "--limit"; "0" ] [ "--limit" ]
        mistaken "an empty name of the output" [ "-o"; "" ] [ "--output" ]
        mistaken "a part to keep, and no file for it" [ "--keep-partial" ] [ "--keep-partial"; "file" ]
        mistaken "an option of masters" [ "--timeout"; "5" ] [ "--timeout"; "for masters" ]

        for useless in
            [
                [ "--format"; "keys" ]
                [ "--db"; "0" ]
                [ "--match"; "*" ]
                [ "--type"; "set" ]
                [ "--limit"; "1" ]
                [ "--min-size"; "1" ]
                [ "-o"; "x" ]
                [ "--keep-partial" ]
            ] do
            mistaken $"a check with {useless.Head}" ("--check" :: useless) [ "--check"; "no use" ]

        testCase "the output is what is read" (fun () ->
            use snapshot = new Snapshot(some)

            run [ "inspect"; snapshot.Path; "--format"; "keys"; "-o"; snapshot.Path ]
            |> complains 2 [ "the file that is read" ]

            Expect.equal (File.ReadAllBytes snapshot.Path) some "the snapshot")

        mistaken "a type without a name" [ "--type"; "string," ] [ "empty name"; "zset" ]
        mistaken "a type that acts on a terminal" [ "--type"; "\027[31m" ] [ @"\u001b[31m" ]

        testCase "no snapshot at all" (fun () ->
            run [ "inspect" ] |> complains 2 [ "inspect needs FILE|URI|-"; "missing" ])

        testCase "no value of an option" (fun () -> run [ "inspect"; "x"; "--db" ] |> complains 2 [ "--db" ])
        testCase "an empty name" (fun () -> run [ "inspect"; "" ] |> complains 2 [ "name"; "empty" ])

        testCase "a URI of something else" (fun () ->
            run [ "inspect"; "http://127.0.0.1/" ] |> complains 2 [ "redis://"; "unix://" ])

        testCase "a file that is not there" (fun () ->
            run [ "inspect"; "127.0.0.1:6379" ]
            |> complains 7 [ "no file 127.0.0.1:6379"; "redis://" ])

        testCase "a name that acts on a terminal" (fun () ->
            run [ "inspect"; "no\027[31mfile\007" ]
            |> complains 7 [ @"no file no\u001b[31mfile\u0007;" ])

        testCase "a folder" (fun () -> run [ "inspect"; Path.GetTempPath() ] |> complains 7 [ "is a folder" ])

        testCase "a target in a folder that is not there" (fun () ->
            inspect some [ "--format"; "keys"; "-o"; "/none/x" ]
            |> complains 7 [ "/none/x"; "create the folder" ])
    ]

let private options =
    [
        "--format"
        "--check"
        "--output"
        "--keep-partial"
        "--db"
        "--match"
        "--type"
        "--min-size"
        "--limit"
        "--json"
        "--quiet"
        "--verbose"
        "--password-file"
        "--timeout"
        "--attempts"
        "--tls-ca"
        "--rdb-only"
    ]

let tests =
    testList
        "inspect choices"
        [
            testList "filters" filters
            testList "mistakes" mistakes
            testCase "--help names every option" (fun () ->
                let ended = run [ "inspect"; "--help" ]
                endsWith 0 ended

                for option in options do
                    Expect.stringContains ended.Text option "the help")
        ]
