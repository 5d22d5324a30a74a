/// Moments of a master that are noted while it is archived, and whether they are the same when they are restored.
module HybridReplica.Tests.Archive.Real.ProofMoments

open System
open System.IO
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real
open HybridReplica.Tests.Real.Client

/// What a server holds.
type Held =
    {
        /// DEBUG DIGEST: all keys and values, and which of them expire.
        Digest: string
        /// What the digest leaves out: functions, groups of streams, and when keys expire.
        Beyond: Answer list
    }

/// A moment of a master.
type Noted =
    {
        Id: ReplicationId
        Offset: int64
        Time: DateTimeOffset
        Held: Held
    }

// The last fields of a group, entries-read and lag, are not told to replicas for every read (`streamPropagateXCLAIM`,
// 7.0.15), and so nobody who heard the stream alone has them.
let private withoutCounts (groups: Answer) =
    match groups with
    | Many [ Many fields ] -> Many(List.truncate 8 fields)
    | other -> other

// Of databases in which the same keys are written all the time.
let private beyond (client: Client) =
    let ask database (line: string) =
        client.Say $"SELECT {database}" |> ignore
        client.Send(List.ofArray (line.Split ' '))
        client.Read()

    [
        ask 0 "FUNCTION LIST WITHCODE"
        for database in 0..5..15 do
            ask database "XPENDING jobs workers"
            withoutCounts (ask database "XINFO GROUPS jobs")
            ask database "PEXPIRETIME log"
            ask database "PEXPIRETIME long:1"
    ]

let heldBy (client: Client) : Held =
    {
        Digest = client.Tell "DEBUG DIGEST"
        Beyond = beyond client
    }

/// The offset that a master has reached.
let offsetOf (client: Client) =
    int64 (client.Info("replication", "master_repl_offset"))

/// Where a master stands now, if nobody writes.
let note (client: Client) : Noted =
    {
        Id = (ReplicationId.TryParse(client.Info("replication", "master_replid"))).Value
        Offset = offsetOf client
        Time = DateTimeOffset.UtcNow
        Held = heldBy client
    }

/// Fails unless redis-check-aof has nothing against the files that this manifest lists.
let isAccepted (folder: string) =
    runProgram "redis-check-aof" [ Path.Combine(folder, "appendonly.aof.manifest") ] []
    |> ignore

/// A stock server that starts from what was restored, and would not start if there were anything to repair.
let startFrom (folder: string) : RealServer =
    RealServer.Start(
        DataSet.holding
            [
                $"dir {folder}"
                "appendonly yes"
                "aof-load-truncated no"
                "auto-aof-rewrite-percentage 0"
            ]
    )

/// Restores a moment of an archive into a folder that is not there yet.
let restore (archive: string) (moment: Moment) (folder: string) : RestoreResult =
    ReplicaArchive(archive).RestoreAsync(folder, moment).GetAwaiter().GetResult()

/// By its offset.
let byOffset (noted: Noted) =
    Moment.ToOffset(ValueSome noted.Id, noted.Offset)

/// Restores what was noted, by its offset: a stock server holds the same.
let isRestored (archive: string) (folder: string) (noted: Noted) =
    let restored = restore archive (byOffset noted) folder
    Expect.equal restored.Offset noted.Offset "the offset that was restored"
    isAccepted restored.Folder
    use server = startFrom folder
    use client = connect server
    Expect.equal (heldBy client) noted.Held $"what a server holds at {noted.Offset}"

/// Fails unless every byte of the archive is what was written.
let isVerified (archive: string) =
    let verified = ReplicaArchive(archive).VerifyAsync().GetAwaiter().GetResult()
    Expect.isEmpty verified.Findings "what is damaged"
