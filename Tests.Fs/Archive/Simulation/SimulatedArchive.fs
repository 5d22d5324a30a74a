namespace HybridReplica.Tests.Archive.Simulation

open System
open System.Text
open HybridReplica.Core

/// How a command about the archive is answered.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type ArchiveAnswer =
    /// It is not.
    | Nothing
    /// At once.
    | Now of event: ArchiveEvent
    /// A while later, with what is done until then.
    | Later of work: (unit -> ArchiveEvent)

/// Does with the folder what the replica commands about its archive, as a shell does. `boot` names the time since the
/// machine was started: what was written in it is still there, synced or not.
type SimulatedArchive(disk: FaultyDisk, stamps: int64, boot: int) =
    let lockFile = "archive.lock"
    let bootName = Encoding.Latin1.GetBytes $"%08d{boot}"
    let mutable isTrusted = false
    let mutable isDoubted = false
    let mutable writer: SegmentWriter voption = ValueNone
    let mutable target = ""

    let attempt step (work: unit -> ArchiveEvent) : ArchiveEvent =
        try
            work ()
        with DiskTrouble trouble ->
            ArchiveEvent.Failed(step, trouble)

    let doing step work =
        attempt step (fun () ->
            work ()
            ArchiveEvent.Done)

    // What was written since the machine was started is there. Of what was written before that, or could not be synced,
    // only what its index vouches for can be told from what was left there.
    let lock () =
        isTrusted <- disk.TryRead lockFile = ValueSome bootName

    // Only where everything is in order and on disk, what comes behind it can be trusted.
    let trust () =
        if not isTrusted && not isDoubted then
            orRaise (disk.Create lockFile)
            orRaise (disk.Append(lockFile, bootName))
            isTrusted <- true

    // What could not be synced may be lost, and the next sync says nothing of it.
    let watch (work: unit -> 'Result) : 'Result =
        try
            work ()
        with DiskTrouble _ ->
            isDoubted <- true
            isTrusted <- false
            disk.Empty lockFile
            reraise ()

    let readManifest name =
        match disk.TryRead(ArchiveNames.ofManifest name) with
        | ValueSome bytes -> ValueSome(Encoding.Latin1.GetString bytes)
        | ValueNone -> ValueNone

    let removeUnlisted (archive: Archive) name =
        let listed =
            set
                [
                    yield! archive.Files
                    for segment in archive.Segments do
                        ArchiveNames.ofIndex segment.File
                    ArchiveNames.ofManifest name
                ]

        for file in disk.Names do
            if ArchiveNames.isOurs name file && not (listed.Contains file) then
                orRaise (disk.Remove file)

    let recoverIndex (segment: ArchiveSegment) (marks: (SegmentMark * byte[]) list) =
        let index = ArchiveNames.ofIndex segment.File

        let kept =
            SegmentMarks.head.Length
            + (marks |> List.sumBy (fun (_, bytes) -> bytes.Length))

        let contents = disk.TryRead index |> ValueOption.defaultValue [||]

        if contents.Length < kept then
            orRaise (disk.Create index)
            orRaise (disk.Append(index, SegmentMarks.head))
        else
            orRaise (disk.Cut(index, kept))

    let anew (segment: ArchiveSegment) now =
        let next = SegmentWriter(disk, segment, stamps)
        next.Begin now
        watch next.Sync
        writer <- ValueSome next
        segment.Start

    let goOn (segment: ArchiveSegment) (text: SegmentText) (contents: byte[]) now =
        let marks =
            disk.TryRead(ArchiveNames.ofIndex segment.File)
            |> ValueOption.defaultValue [||]
            |> SegmentMarks.read
            |> SegmentMarks.verified contents

        let vouched =
            match List.tryLast marks with
            | _ when isTrusted -> text.SafeByte
            | Some(mark, _) -> mark.Byte
            | None -> 0

        match text.Boundaries |> List.tryFind (fun (_, byte, _) -> byte <= vouched) with
        | None -> anew segment now
        | Some(count, byte, database) ->
            let marks = marks |> List.filter (fun (mark, _) -> mark.Byte <= byte)
            orRaise (disk.Cut(segment.File, byte))
            recoverIndex segment marks

            let position =
                {
                    Id = segment.Start.Id
                    Offset = Offset(segment.Start.Offset.Bytes + int64 count)
                    Database = ValueSome database
                    InTransaction = false
                }

            let next = SegmentWriter(disk, segment, stamps)
            next.GoOn(position, marks)
            next.MarkSafe now

            if not isTrusted then
                for file in [ segment.File; ArchiveNames.ofIndex segment.File ] do
                    orRaise (disk.WriteAgain file)

            watch next.Sync
            writer <- ValueSome next
            position

    let recover (segment: ArchiveSegment) now =
        match disk.TryRead segment.File with
        | ValueNone -> ArchiveEvent.FileMissing segment.File
        | ValueSome contents ->
            let position =
                match SegmentText.read contents with
                | ValueSome text when ValueSome text.Database = segment.Start.Database -> goOn segment text contents now
                | _ -> anew segment now

            trust ()
            let left = disk.TryRead segment.File |> ValueOption.get
            ArchiveEvent.SegmentRecovered(position, int64 (max 0 (contents.Length - left.Length)))

    let sealSegment now =
        writer
        |> ValueOption.iter (fun open' ->
            open'.Cut()
            open'.MarkSafe now
            watch open'.Sync)

        writer <- ValueNone

    let openSegment segment now =
        let next = SegmentWriter(disk, segment, stamps)
        next.Begin now
        watch next.Sync
        trust ()
        writer <- ValueSome next

    let split (source: ArchiveSegment) (part: ArchiveSegment) now =
        let contents = disk.TryRead source.File |> ValueOption.defaultValue [||]
        let wanted = int (part.Start.Offset.Bytes - source.Start.Offset.Bytes)

        let found =
            SegmentText.read contents
            |> ValueOption.map (fun text -> List.tryFind (fun (count, _, _) -> count = wanted) text.Boundaries)

        match found with
        | ValueSome(Some(_, byte, _)) ->
            let next = SegmentWriter(disk, part, stamps)
            next.Begin now
            orRaise (disk.Append(part.File, Array.skip byte contents))
            next.Sync()
            ArchiveEvent.Done
        | _ -> ArchiveEvent.NotBetweenCommands part.Start.Offset

    let writeManifest archive name =
        let temporary = ArchiveNames.ofTemporaryManifest name
        orRaise (disk.Create temporary)
        orRaise (disk.Append(temporary, Encoding.Latin1.GetBytes(ArchiveManifest.print archive)))
        orRaise (disk.Sync temporary)

    let removeFiles files =
        for file in files do
            for name in [ file; ArchiveNames.ofIndex file ] do
                if (disk.TryRead name).IsSome then
                    orRaise (disk.Remove name)

    let append (bytes: byte[]) safe now =
        writer |> ValueOption.iter (fun open' -> open'.Append(bytes, safe, now))
        ArchiveEvent.Appended safe

    let beginSync (safe: Position) now =
        match writer with
        | ValueNone -> ArchiveAnswer.Later(fun () -> ArchiveEvent.Synced safe)
        | ValueSome open' ->
            let marked =
                attempt ArchiveStep.Sync (fun () ->
                    open'.MarkSafe now
                    ArchiveEvent.Done)

            match marked with
            | ArchiveEvent.Done ->
                let finish = open'.BeginSync()

                ArchiveAnswer.Later(fun () ->
                    attempt ArchiveStep.Sync (fun () ->
                        watch finish
                        ArchiveEvent.Synced safe))
            | failed -> ArchiveAnswer.Now failed

    let close now =
        writer
        |> ValueOption.iter (fun open' ->
            doing ArchiveStep.Seal (fun () ->
                open'.MarkSafe now
                watch open'.Sync)
            |> ignore)

        writer <- ValueNone

    /// Where the last whole command ends in the segment that is written.
    member _.Safe: Position voption = writer |> ValueOption.map (fun open' -> open'.Safe)

    /// The segment that is written.
    member _.Segment: ArchiveSegment voption =
        writer |> ValueOption.map (fun open' -> open'.Segment)

    /// The file that the next snapshot becomes.
    member _.Target = target

    /// Whether something could not be synced.
    member _.IsDoubted = isDoubted

    /// Does what a command says. `window` is what was received and not used up, and `now` the time in milliseconds.
    member _.Run(command: ArchiveCommand, window: byte[], now: int64) : ArchiveAnswer =
        match command with
        | ArchiveCommand.Lock -> ArchiveAnswer.Now(doing ArchiveStep.Lock lock)
        | ArchiveCommand.ReadManifest name ->
            ArchiveAnswer.Now(ArchiveEvent.ManifestRead(readManifest name, now / 1000L))
        | ArchiveCommand.RemoveUnlisted(archive, name) ->
            ArchiveAnswer.Now(doing ArchiveStep.Remove (fun () -> removeUnlisted archive name))
        | ArchiveCommand.RecoverSegment segment ->
            ArchiveAnswer.Later(fun () -> attempt ArchiveStep.Recover (fun () -> recover segment now))
        | ArchiveCommand.Append(bytes, safe) ->
            ArchiveAnswer.Now(attempt ArchiveStep.Append (fun () -> append window[.. bytes - 1] safe now))
        | ArchiveCommand.Sync safe -> beginSync safe now
        | ArchiveCommand.SealSegment _ ->
            ArchiveAnswer.Later(fun () -> doing ArchiveStep.Seal (fun () -> sealSegment now))
        | ArchiveCommand.OpenSegment segment ->
            ArchiveAnswer.Now(doing ArchiveStep.Open (fun () -> openSegment segment now))
        | ArchiveCommand.SplitSegment(source, part) ->
            ArchiveAnswer.Later(fun () -> attempt ArchiveStep.Split (fun () -> split source part now))
        | ArchiveCommand.WriteManifest(archive, name) ->
            ArchiveAnswer.Now(doing ArchiveStep.Publish (fun () -> writeManifest archive name))
        | ArchiveCommand.RenameManifest name ->
            ArchiveAnswer.Now(
                doing ArchiveStep.Publish (fun () ->
                    orRaise (disk.Rename(ArchiveNames.ofTemporaryManifest name, ArchiveNames.ofManifest name)))
            )
        | ArchiveCommand.SyncFolder ->
            ArchiveAnswer.Now(doing ArchiveStep.Publish (fun () -> orRaise (disk.SyncFolder())))
        | ArchiveCommand.Remove files -> ArchiveAnswer.Now(doing ArchiveStep.Remove (fun () -> removeFiles files))
        | ArchiveCommand.TargetBase file ->
            target <- file
            ArchiveAnswer.Nothing
        | ArchiveCommand.DescribeBase ->
            let bytes = disk.TryRead target |> ValueOption.defaultValue [||]

            ArchiveAnswer.Now(
                ArchiveEvent.BaseDescribed
                    {
                        ReceivedAt = now
                        Size = bytes.LongLength
                        Checksum = SegmentMarks.checksum bytes bytes.Length
                    }
            )
        // Whoever runs the other connection does that.
        | ArchiveCommand.FetchBase _ -> ArchiveAnswer.Nothing
        | ArchiveCommand.Close ->
            close now
            ArchiveAnswer.Nothing
