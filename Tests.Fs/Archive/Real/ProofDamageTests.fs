/// One byte of a real archive that is not what was written: it is found, and what lies in front of it is not lost.
module HybridReplica.Tests.Archive.Real.ProofDamageTests

open System
open System.IO
open System.Security.Cryptography
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

[<Literal>]
let private Manifest = "appendonly.aof.manifest"

/// A byte that is changed.
type private Flip =
    {
        File: string
        Byte: int64
        /// The bits of it that are the other way round.
        Bits: byte
    }

/// An archive of a real server, some of its moments, and what they are when they are restored from it.
type private Original =
    {
        Folder: string
        Archive: Archive
        Moments: (Noted * string) list
    }

// All that a restored folder holds.
let private fingerprint (restored: RestoreResult) =
    Directory.GetFiles restored.Folder
    |> Array.sort
    |> Array.map (fun path ->
        string (Path.GetFileName path)
        + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes path)))
    |> String.concat " "

// What belongs to the archive. A base that came while it ended is not listed, and nobody misses it.
let private filesOf (folder: string) : FileInfo list =
    let archive = manifestOf folder

    Manifest :: archive.Files
    @ (archive.Segments |> List.map (fun segment -> ArchiveNames.ofIndex segment.File))
    |> List.map (fun name -> FileInfo(Path.Combine(folder, name)))

// A copy of the archive with that byte changed, for as long as the work takes.
let private withFlip (room: Room) (original: Original) (flip: Flip) (work: string -> unit) =
    let copy = room.Beside "copy"
    Directory.CreateDirectory copy |> ignore

    for file in filesOf original.Folder do
        file.CopyTo(Path.Combine(copy, file.Name)) |> ignore

    let path = Path.Combine(copy, flip.File)
    let bytes = File.ReadAllBytes path
    bytes[int flip.Byte] <- bytes[int flip.Byte] ^^^ flip.Bits
    File.WriteAllBytes(path, bytes)
    work copy
    Directory.Delete(copy, true)

// Whether all that is needed for the moment comes before the byte: with the same base and the same segments.
let private isInFront (original: Original) (flip: Flip) (noted: Noted) =
    let base' =
        original.Archive.Generations
        |> List.tryFind (fun generation -> generation.Base.File = flip.File)

    let segment =
        original.Archive.Segments
        |> List.tryFind (fun segment -> segment.File = flip.File)

    match base', segment with
    | Some generation, _ -> noted.Offset < generation.Base.Position.Offset.Bytes
    | _, Some segment ->
        let bytes = File.ReadAllBytes(Path.Combine(original.Folder, segment.File))
        let whole = ProofStream.commandsAmong bytes[.. int flip.Byte - 1]

        noted.Offset
        <= segment.Start.Offset.Bytes
           + (whole |> List.sumBy (fun (_, own) -> int64 own.Length))
    | None, None -> flip.File <> Manifest

let private isNamed (copy: string) (flip: Flip) =
    try
        let verified = ReplicaArchive(copy).VerifyAsync().GetAwaiter().GetResult()

        Expect.exists verified.Findings (fun finding -> finding.File = flip.File) $"whether {flip} is found"
    with :? ArchiveException as refused ->
        Expect.isTrue refused.Blame.IsCorrupt $"whose doing {flip} is"
        Expect.equal flip.File Manifest "the file without which nothing is verified"

let private restoresWell (room: Room) (copy: string) (original: Original) (flip: Flip) =
    for number, (noted, expected) in List.indexed original.Moments do
        let folder = room.Beside $"damaged-{number}"

        try
            let restored = restore copy (byOffset noted) folder
            Expect.equal restored.Offset noted.Offset "the offset that is restored"

            if restored.PassedOver.Count = 0 then
                Expect.equal (fingerprint restored) expected $"what is restored at {noted.Offset} in spite of {flip}"

            Directory.Delete(folder, true)
        with :? ArchiveException as refused ->
            Expect.isFalse (isInFront original flip noted) $"{noted.Offset} with {flip}: {refused.Message}"
            Expect.isTrue refused.Blame.IsCorrupt $"whose doing {flip} is"
            Expect.isFalse (Directory.Exists folder) "whether anything is left of it"

let private record (room: Room) : Original =
    let quiet = [ "repl-ping-replica-period 3600"; "repl-backlog-size 64mb" ]
    use server = RealServer.Start(DataSet.diskless quiet)
    use client = connect server
    ProofLoad.prepare client

    let options =
        ArchiveOptions(SegmentSize = 30_000L, BaseEvery = TimeSpan.FromSeconds 1.0)

    use recorder = new Recorder(room.Archive, server.Port, options)
    let mutable noted = []

    let isEnough () =
        ProofLoad.write server client [ noted.Length * 4 + 1; noted.Length * 4 + 2 ]
        recorder.CatchUp client
        noted <- note client :: noted
        noted.Length >= 6 && fst recorder.Counts >= 3

    until "some moments and bases" isEnough
    recorder.Stop()
    isVerified room.Archive

    let expected (number: int) (noted: Noted) =
        let folder = room.Beside $"expected-{number}"
        isRestored room.Archive folder noted
        Directory.Delete(folder, true)
        let restored = restore room.Archive (byOffset noted) folder
        noted, fingerprint restored

    {
        Folder = room.Archive
        Archive = manifestOf room.Archive
        Moments = noted |> List.rev |> List.truncate 8 |> List.mapi expected
    }

let private flipIn (random: Random) (file: FileInfo) : Flip =
    {
        File = file.Name
        Byte = random.NextInt64 file.Length
        Bits = byte (random.Next(1, 256))
    }

// Some bases and segments of a few hundred bytes each.
let private recordLittle (room: Room) =
    use server = RealServer.Start(DataSet.diskless [ "repl-ping-replica-period 3600" ])
    use client = connect server
    client.Say "SET key value" |> ignore

    use recorder =
        new Recorder(
            room.Archive,
            server.Port,
            ArchiveOptions(SegmentSize = 150L, BaseEvery = TimeSpan.FromSeconds 1.0)
        )

    recorder.Await("the base is there", (fun status -> status.Bases = 1))

    until "another base is there" (fun () ->
        if snd recorder.Counts < 4 then
            client.AskAll [ [ "MULTI" ]; [ "INCR"; "count" ]; [ "SET"; "key"; "value" ]; [ "EXEC" ] ]

        fst recorder.Counts >= 2)

    recorder.CatchUp client
    recorder.Stop()
    isVerified room.Archive

let tests =
    testList
        "damaged archives"
        [
            testCase "a bit the other way round is found, whichever byte of an archive it is in" (fun () ->
                use room = new Room()
                recordLittle room

                for file in filesOf room.Archive do
                    let bytes = File.ReadAllBytes file.FullName

                    for place in 0 .. bytes.Length - 1 do
                        let flip =
                            {
                                File = file.Name
                                Byte = int64 place
                                Bits = 1uy <<< place % 8
                            }

                        let changed = Array.copy bytes
                        changed[place] <- changed[place] ^^^ flip.Bits
                        File.WriteAllBytes(file.FullName, changed)
                        isNamed room.Archive flip

                    File.WriteAllBytes(file.FullName, bytes)

                isVerified room.Archive)
            testCase "a changed byte is found by the file it is in, and what lies in front of it is restored" (fun () ->
                use room = new Room()
                let original = record room
                let random = Random 4
                let files = filesOf original.Folder

                for _ in 1..40 do
                    let flip = flipIn random (List.item (random.Next files.Length) files)

                    withFlip room original flip (fun copy ->
                        isNamed copy flip
                        restoresWell room copy original flip)

                // The same to people, for each kind of file.
                for kind in [ ".base.rdb"; ".incr.aof"; ".index"; ".manifest" ] do
                    let flip = flipIn random (files |> List.find _.Name.EndsWith(kind))

                    withFlip room original flip (fun copy ->
                        let ended = Tool.run [ "verify"; copy ]
                        Tool.endsWith 8 ended
                        Expect.hasLength ended.ErrorLines 1 "lines on standard error"
                        let named = if flip.File = Manifest then "the manifest" else flip.File
                        Expect.stringContains (ended.Text + ended.Errors) named "the file that it names"))
        ]
