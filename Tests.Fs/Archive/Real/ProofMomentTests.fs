/// Moments noted under load are what stock servers hold that start from what is restored.
module HybridReplica.Tests.Archive.Real.ProofMomentTests

open System
open System.IO
open System.Text
open System.Text.RegularExpressions
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Client
open HybridReplica.Tests.Real.Waiting
open HybridReplica.Tests.Archive.Real.Recording
open HybridReplica.Tests.Archive.Real.ProofMoments

// The second that each annotation of a file names, and where its line begins.
let private annotationsIn (path: string) : (int64 * int) list =
    [
        for found in Regex.Matches(Encoding.Latin1.GetString(File.ReadAllBytes path), "#TS:([0-9]+)\r\n") do
            Int64.Parse found.Groups[1].Value, found.Index
    ]

// Waits until nothing that comes later can be taken for what came before: times are as exact as a tenth of a second.
let private passTime (time: DateTimeOffset) =
    until "it is later" (fun () -> DateTimeOffset.UtcNow - time > TimeSpan.FromMilliseconds 200.0)

// Small writes for so long that the clock shows three other seconds.
let private writeForSeconds (client: Client) =
    let start = DateTimeOffset.UtcNow.ToUnixTimeSeconds()

    until "seconds have passed" (fun () ->
        client.Say "INCR seconds" |> ignore
        DateTimeOffset.UtcNow.ToUnixTimeSeconds() >= start + 3L)

// redis-check-aof cuts what was restored in front of a second, and a server starts from what is left.
let private isCutBySecond (folder: string) =
    let restored = Path.Combine(folder, "appendonlydir")
    let manifest = Path.Combine(restored, "appendonly.aof.manifest")

    let path =
        match ManifestParsing.parse (File.ReadAllText manifest) with
        | Ok files -> Path.Combine(restored, (List.last files.Incrementals).Name)
        | Error fault -> failtest (ArchiveWording.manifestFault fault)

    let second, index = List.last (annotationsIn path)
    let before = File.ReadAllBytes path

    runProgram "redis-check-aof" [ "--truncate-to-timestamp"; string (second - 1L); manifest ] []
    |> ignore

    Expect.equal (File.ReadAllBytes path) before[.. index - 1] "what is left of it"
    isAccepted restored
    use server = startFrom folder
    Expect.equal (server.Ask "PING") "PONG" "what the server says"

let tests =
    testList
        "moments under load"
        [
            testCase "twenty are what stock servers hold that start from them, by offset and by time" (fun () ->
                let quiet = [ "repl-ping-replica-period 3600"; "repl-backlog-size 256mb" ]
                use server = RealServer.Start(DataSet.diskless quiet)
                use client = connect server
                DataSet.fill server
                ProofLoad.prepare client
                use room = new Room()

                let options =
                    ArchiveOptions(SegmentSize = 64_000L, BaseEvery = TimeSpan.FromSeconds 2.0)

                use recorder = new Recorder(room.Archive, server.Port, options)
                recorder.Await("the base is there", (fun status -> status.Bases = 1))
                let random = Random 20
                let mutable round = 0

                let moments =
                    [
                        for _ in 1..20 do
                            let rounds = random.Next(1, 4)
                            ProofLoad.write server client [ round + 1 .. round + rounds ]
                            round <- round + rounds
                            recorder.CatchUp client
                            let noted = note client
                            isAccepted room.Archive
                            passTime noted.Time
                            noted
                    ]

                writeForSeconds client
                recorder.CatchUp client
                recorder.Stop()
                isVerified room.Archive
                Expect.isGreaterThan (fst recorder.Counts) 2 "bases"
                Expect.isGreaterThan (snd recorder.Counts) 20 "segments"

                for number, noted in List.indexed moments do
                    let folder = room.Beside $"offset-{number}"
                    isRestored room.Archive folder noted
                    let time = Moment.ToTime(noted.Time.ToUnixTimeMilliseconds())
                    let restored = restore room.Archive time (room.Beside $"time-{number}")
                    Expect.equal restored.Offset noted.Offset "what had come at that time"
                    isAccepted restored.Folder
                    Directory.Delete(folder, true)

                let folder = room.Beside "newest"
                restore room.Archive Moment.Newest folder |> ignore
                isCutBySecond folder)
        ]
