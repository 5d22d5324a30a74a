/// What the shell tells: all that matters, and no secret.
module HybridReplica.Tests.LogTests

open System
open System.Threading.Tasks
open Microsoft.Extensions.Logging
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.LogList
open HybridReplica.Tests.Shell.Fetching

let private password = "correct horse battery staple"

/// Everything that a session tells anybody: its log, its exception, its progress.
let private told script : Task<string> =
    task {
        use place = new Place()
        use master = master script
        use log = new LogList()

        let options =
            impatient (Uri $"redis://replicator:{Uri.EscapeDataString password}@127.0.0.1:{master.Port}")

        let progress = ProgressList()
        use client = new ReplicaClient(options, log)

        let! ending =
            task {
                try
                    let! info = inTime (client.FetchSnapshotAsync(place.Target, progress))
                    return string info
                with :? ReplicaException as exn ->
                    return $"{exn} {exn.Message} {exn.Advice} %A{exn.Fault}"
            }

        return $"{log.Text}\n{ending}\n{progress.Reports}\n{options.Password}"
    }

let private staysSecret name script =
    testCaseTask name (fun () ->
        task {
            let! told = told script
            Expect.isFalse (told.Contains password) "no word of the password"
            Expect.isFalse (told.Contains(Uri.EscapeDataString password)) "nor in the form it has in the address"
        })

let private snapshot = rdb 1000

let tests =
    testList
        "log"
        [
            staysSecret "the password when it is right" (serveCounted snapshot)
            staysSecret
                "the password when it is wrong"
                (inTurn
                    [
                        hearOne
                        say "+PONG\r\n"
                        hearOne
                        say "-WRONGPASS invalid username-password pair\r\n"
                    ])
            staysSecret
                "the password when the master quotes it"
                (inTurn
                    [
                        hearOne
                        say "+PONG\r\n"
                        hearOne
                        say $"-ERR unknown command `AUTH`, with args beginning with: `replicator`, `{password}`, \r\n"
                    ])
            testCaseTask "entries keep the number, name, level and fields that the model gave them" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serveCounted snapshot)
                    use log = new LogList()
                    use client = new ReplicaClient(impatient master.Uri, log)
                    let! _ = inTime (client.FetchSnapshotAsync place.Target)

                    let entry = log.Entries |> List.find (fun entry -> entry.Id.Name = "FullResync")

                    let position = $"{replicationId}:1234"
                    Expect.equal entry.Id.Id 7 "number"
                    Expect.equal entry.Level Microsoft.Extensions.Logging.LogLevel.Information "level"
                    Expect.equal entry.Fields [ "position", position ] "fields"
                    Expect.stringContains entry.Sentence position "sentence"
                    Expect.equal (List.last log.Entries).Id.Name "Ended" "the last entry"
                })
        ]
