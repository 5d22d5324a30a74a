/// `hybrid-replica inspect`, on what masters send.
module HybridReplica.Tests.Inspect.InspectMasterTests

open System
open Expecto
open HybridReplica.Tests
open HybridReplica.Tests.Shell
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Tool
open HybridReplica.Tests.Inspect.Inspecting

/// Too many bytes to be on their way all at once.
let private large: byte[] =
    snapshotOf
        9
        [
            for number in 1..400 ->
                let noise = Array.zeroCreate<byte> 60_000
                Random(number).NextBytes noise
                entry $"key:{number}" 0 (HybridReplica.Core.RdbValue.String noise)
        ]

let private small = snapshotOf 9 [ text "a" "1"; text "b" "2" ]

let private inspect (master: ScriptedMaster) arguments =
    run ([ "inspect"; string master.Uri; "--attempts"; "1" ] @ arguments)

let private announce (length: int) = say $"\n\n${length}\r\n"

let tests =
    testList
        "inspect of masters"
        [
            testCase "what a master sends is inspected while it comes" (fun () ->
                use master = master (serveCounted large)
                let ended = inspect master [ "--format"; "keys" ]
                endsWith 0 ended
                Expect.equal ended.Errors "" "standard error"
                Expect.equal ended.Text (String.concat "" [ for number in 1..400 -> $"key:{number}\n" ]) "the keys")
            testCase "a check says where it comes from" (fun () ->
                use master = master (serveCounted small)
                let ended = inspect master [ "--check" ]
                endsWith 0 ended
                let uri = (string master.Uri).TrimEnd '/'
                Expect.stringStarts ended.Text $"{uri} is sound: REDIS0009, checksum verified, 2 keys, " "the line")
            testCase "the first keys are enough: the rest is not waited for, and that is no failure" (fun () ->
                use master =
                    master (inTurn [ promise; announce large.Length; write large[..3_000_000]; wait ])

                let ended = inspect master [ "--format"; "keys"; "--limit"; "2" ]
                endsWith 0 ended
                Expect.equal ended.Text "key:1\nkey:2\n" "the keys"
                Expect.equal ended.Errors "" "standard error")
            testCase "a link that breaks is a failure of the network" (fun () ->
                use master =
                    master (inTurn [ promise; announce large.Length; write large[..3_000_000]; fallSilent ])

                inspect master [ "--check" ] |> complains 3 [ "closed the connection" ])
            testCase "a master that falls silent is one, too" (fun () ->
                use master =
                    master (inTurn [ promise; announce large.Length; write large[..3_000_000]; wait ])

                inspect master [ "--check"; "--timeout"; "1" ] |> complains 6 [ "silent" ])
            testCase "damage is damage, and nothing more is fetched" (fun () ->
                let damaged = Array.copy large
                damaged[9] <- 99uy

                use master =
                    master (inTurn [ promise; announce large.Length; write damaged[..3_000_000]; wait ])

                inspect master [ "--check" ]
                |> complains 8 [ "no type of values 99"; "at byte" ])
            testCase "a wrong checksum is damage" (fun () ->
                use master = master (serveCounted (Snapshots.flip 8_000 large))
                inspect master [ "--check" ] |> complains 8 [ "checksum" ])
            testCase "an interruption leaves nothing behind" (fun () ->
                use master =
                    master (inTurn [ promise; announce large.Length; write large[..3_000_000]; wait ])

                use place = new Fetching.Place()

                use running =
                    start [ "inspect"; string master.Uri; "--format"; "jsonl"; "-o"; place.Target ]

                Real.Waiting.untilBytesFlow place.Folder
                running.Signal "INT"
                running.Wait() |> complains 130 [ "Interrupted" ]
                place.IsUntouched())
            testCase "a master that is not there" (fun () ->
                let uri = $"redis://127.0.0.1:{freePort ()}"

                run [ "inspect"; uri; "--attempts"; "1" ]
                |> complains 3 [ "connection refused"; uri ])
            testCase "a real server has the keys that are read, and a rebuilt one has the same digest" (fun () ->
                requireServer ()
                use server = RealServer.Start(Real.DataSet.diskless [])
                use copy = RealServer.Start(Real.DataSet.diskless [])
                server.Ask("SET", "a", "1") |> ignore
                server.Ask("HSET", "h", "f", "v") |> ignore
                server.Ask("XADD", "x", "1-1", "f", "v") |> ignore
                let uri = $"redis://127.0.0.1:{server.Port}"
                use place = new Fetching.Place()

                run [ "inspect"; uri; "--format"; "resp"; "-o"; place.Target ] |> endsSilently

                let pipe = $"redis-cli -p {copy.Port} --pipe < '{place.Target}'"
                runProgram "/bin/sh" [ "-c"; pipe ] [] |> ignore
                Expect.equal (copy.Ask("DBSIZE")) "3" "the keys"

                Expect.equal (copy.Ask("DEBUG", "DIGEST")) (server.Ask("DEBUG", "DIGEST")) "the digest")
        ]
