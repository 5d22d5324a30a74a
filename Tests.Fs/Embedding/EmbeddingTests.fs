/// The model can be embedded elsewhere: a driver that knows nothing of the library brings home what a server holds.
module HybridReplica.Tests.EmbeddingTests

open System
open System.IO
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.RealServer

let private once settings =
    { settings with
        Retry = { settings.Retry with Attempts = 1 }
    }

let private settings = once Settings.Default

/// Does something with a folder that is gone afterwards.
let private inFolder work =
    let folder = Directory.CreateTempSubdirectory("hybrid-replica-embedding-").FullName

    try
        work folder
    finally
        Directory.Delete(folder, true)

/// DEBUG is what tells whether two servers hold the same.
let private debuggable =
    { ServerSettings.Default with
        Options = [ "enable-debug-command yes" ]
    }

let private withDiskless (isDiskless: bool) =
    let word = if isDiskless then "yes" else "no"

    { debuggable with
        Options =
            debuggable.Options
            @ [ "repl-diskless-sync " + word; "repl-diskless-sync-delay 0" ]
    }

let private fill (server: RealServer) =
    server.Ask("DEBUG", "POPULATE", "20000", "key", "100") |> ignore
    server.Ask("RPUSH", "list", "a", "b", "c") |> ignore
    server.Ask("-n", "3", "SET", "elsewhere", "value") |> ignore

/// What a server says that is started from a snapshot.
let private digestOf snapshot =
    use copy =
        RealServer.Start
            { debuggable with
                Snapshot = ValueSome snapshot
            }

    copy.Ask("DEBUG", "DIGEST")

let private fetchAll dialect isDiskless () =
    use server = RealServer.Start(withDiskless isDiskless)
    fill server

    inFolder (fun folder ->
        let target = Path.Combine(folder, "dump.rdb")

        let outcome =
            BlockingDriver.fetch { settings with Dialect = dialect } ("127.0.0.1", server.Port) target

        match outcome with
        | Outcome.SnapshotKept snapshot ->
            let isCounted =
                match snapshot.Framing with
                | Remainder.Counted _ -> true
                | Remainder.Until _ -> false

            Expect.equal snapshot.Size (FileInfo target).Length "bytes in the file"
            Expect.equal isCounted (not isDiskless || dialect <> Dialect.Redis6) "the length is known beforehand"

            match snapshot.Verdict with
            | RdbVerdict.Verified _ -> ()
            | other -> failtestf "the snapshot is not verified: %s" (Wording.verdict other)
        | other -> failtestf "no snapshot: %s" (Wording.outcome other)

        runProgram "redis-check-rdb" [ target ] [] |> ignore
        Expect.equal (digestOf target) (server.Ask("DEBUG", "DIGEST")) "what both servers hold"
        Expect.equal (Directory.GetFiles folder) [| target |] "files in the folder")

let private withPassword password =
    { settings with
        Credentials =
            ValueSome
                {
                    User = ValueNone
                    Password = Secret.OfText password
                }
    }

let private fails settings (port: int) (isExpected: Fault -> bool) =
    inFolder (fun folder ->
        let target = Path.Combine(folder, "dump.rdb")
        File.WriteAllText(target, "the old one")

        match BlockingDriver.fetch settings ("127.0.0.1", port) target with
        | Outcome.Failed fault when isExpected fault -> ()
        | other -> failtestf "it ended otherwise: %s" (Wording.outcome other)

        Expect.equal (File.ReadAllText target) "the old one" "the old target"
        Expect.equal (Directory.GetFiles folder) [| target |] "files in the folder")

let tests =
    testList
        "embedding"
        [
            testCase "redis6 from a disk-based master" (fetchAll Dialect.Redis6 false)
            testCase "redis6 from a diskless master" (fetchAll Dialect.Redis6 true)
            testCase "redis26 from a master that would rather be diskless" (fetchAll Dialect.Redis26 true)
            testCase "a wrong password leaves all as it was" (fun () ->
                use server =
                    RealServer.Start
                        { ServerSettings.Default with
                            Options = [ "requirepass s3cret" ]
                        }

                fails (withPassword "nope") server.Port (fun fault ->
                    match fault with
                    | Fault.StepRefused(Step.Auth, _) -> true
                    | _ -> false))
            testCase "a port nobody listens on leaves all as it was" (fun () ->
                fails settings (freePort ()) (fun fault -> fault = Fault.ConnectFailed NetworkTrouble.Refused))
        ]
