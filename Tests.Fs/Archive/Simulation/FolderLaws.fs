/// What holds of the folder of an archive, read as whoever restores from it would: by the manifest, and by nothing that
/// the replica remembers.
module HybridReplica.Tests.Archive.Simulation.FolderLaws

open System
open System.Text
open HybridReplica.Core
open HybridReplica.Tests.Simulation
open HybridReplica.Tests.Simulation.Following

/// All files, as they are read.
type Folder = Map<string, byte[]>

let private require rule holds =
    if not holds then
        raise (RuleBroken rule)

/// What the manifest lists. None: there is none.
let archive (name: string) (folder: Folder) : Archive voption =
    match folder.TryFind(ArchiveNames.ofManifest name) with
    | None -> ValueNone
    | Some bytes ->
        match ArchiveManifest.parse (Encoding.Latin1.GetString bytes) with
        | Ok archive -> ValueSome archive
        | Error trouble ->
            raise (RuleBroken $"the manifest can be read at every moment: {ArchiveWording.trouble trouble}")

let private file (folder: Folder) name : byte[] =
    match folder.TryFind name with
    | Some bytes -> bytes
    | None -> raise (RuleBroken "the manifest lists only files that exist, at every moment")

let private isWholeBase (folder: Folder) (first: ArchiveBase) =
    let bytes = file folder first.File

    let check =
        RdbCheck.conclude (RdbCheck.advance (RdbCheck.empty, ReadOnlySpan bytes))

    require
        "every base that is listed is whole, at every moment"
        (bytes.LongLength = first.Size
         && SegmentMarks.checksum bytes bytes.Length = first.Checksum
         && match check with
            | RdbVerdict.Verified _
            | RdbVerdict.Unchecked _ -> true
            | _ -> false)

let private length (segment: ArchiveSegment) (ended: Offset) =
    int (ended.Bytes - segment.Start.Offset.Bytes)

let private isWholeSegment (folder: Folder) (segment: ArchiveSegment) =
    let bytes = file folder segment.File

    match segment.End, SegmentText.read bytes with
    | ValueNone, _ -> ()
    | ValueSome ended, ValueSome text ->
        require
            "every segment that is sealed can be read whole, at every moment"
            (text.IsWhole
             && text.Safe = text.Stream.Length
             && text.Safe = length segment ended)
    | ValueSome _, ValueNone -> raise (RuleBroken "every segment that is sealed begins with a SELECT, at every moment")

/// What holds at every moment, whatever happens next: the manifest can be read, and all that is sealed is there.
let atEveryMoment (name: string) (folder: Folder) : unit =
    match archive name folder with
    | ValueNone -> ()
    | ValueSome archive ->
        for generation in archive.Generations do
            isWholeBase folder generation.Base
            List.iter (isWholeSegment folder) generation.Segments

/// What is in a segment, cut where its last whole command ends.
let stream (folder: Folder) (segment: ArchiveSegment) : byte[] =
    match SegmentText.read (file folder segment.File) with
    | ValueSome text -> Array.truncate text.Safe text.Stream
    | ValueNone -> [||]

let private isHistory (histories: Truth list) (segment: ArchiveSegment) (bytes: byte[]) =
    let start = segment.Start.Offset.Bytes
    let text = Encoding.Latin1.GetString bytes
    let ended = start + int64 text.Length

    histories
    |> List.exists (fun truth -> truth.Has(segment.Start.Id, ended) && truth.Between(start, ended) = text)

// Whether each command is for the database that it was written for.
let private isInDatabase (histories: Truth list) (segment: ArchiveSegment) (text: SegmentText) =
    let start = segment.Start.Offset.Bytes

    histories
    |> List.exists (fun truth ->
        truth.Has(segment.Start.Id, start)
        && text.Data
           |> List.forall (fun (count, database) ->
               count > text.Safe || truth.Data.TryFind(start + int64 count) = Some database))

/// What holds when nothing is torn: every segment is the history, byte for byte, under one id.
let whenWhole (name: string) (histories: Truth list) (folder: Folder) : unit =
    atEveryMoment name folder

    match archive name folder with
    | ValueNone -> ()
    | ValueSome archive ->
        for generation in archive.Generations do
            let first = generation.Base.Position

            require
                "a base is a place in a history"
                (histories |> List.exists (fun truth -> truth.Has(first.Id, first.Offset.Bytes)))

            for segment in generation.Segments do
                match SegmentText.read (file folder segment.File) with
                | ValueNone -> raise (RuleBroken "every segment begins with a SELECT")
                | ValueSome text ->
                    require "no annotation stands inside of a transaction" (not text.IsAnnotatedInside)
                    require "a segment can be read whole" (segment.IsSealed || text.Safe <= text.Stream.Length)
                    require "a segment selects the database it says" (ValueSome text.Database = segment.Start.Database)

                    require
                        "a segment is the history, byte for byte, under one id"
                        (isHistory histories segment (stream folder segment))

                    require
                        "every command in a segment is for the database it was written for"
                        (isInDatabase histories segment text)

/// How far a generation goes with a history. None: it is not of it.
let private reach (folder: Folder) (truth: Truth) (generation: Generation) : int64 voption =
    let first = generation.Base.Position
    let start = first.Offset.Bytes

    if not (truth.Has(first.Id, start)) then
        ValueNone
    else
        let bytes = generation.Segments |> List.map (stream folder) |> Array.concat
        let text = Encoding.Latin1.GetString bytes
        let known = truth.Between(start, start + int64 text.Length)

        let common =
            Seq.zip known text
            |> Seq.takeWhile (fun (one, other) -> one = other)
            |> Seq.length

        ValueSome(truth.SafeBefore(start + int64 common))

/// Whether what lies in front of an offset of a history is in the archive. What follows at once of SELECT, PING and
/// REPLCONF needs nobody to keep it.
let holds (name: string) (folder: Folder) (truth: Truth) (offset: int64) : bool =
    match archive name folder with
    | ValueNone -> offset = 0L
    | ValueSome archive ->
        archive.Generations
        |> List.exists (fun generation ->
            match reach folder truth generation with
            | ValueSome reached -> offset <= truth.BehindHousekeeping reached
            | ValueNone -> false)

/// Where the newest generation ends.
let ended (name: string) (folder: Folder) : Position voption =
    match archive name folder with
    | ValueSome { Generations = generations } when not generations.IsEmpty ->
        let newest = List.last generations

        let bytes =
            newest.Segments
            |> List.sumBy (fun segment -> (stream folder segment).LongLength)

        let last = List.last newest.Segments

        ValueSome
            { last.Start with
                Offset = Offset(newest.Base.Position.Offset.Bytes + bytes)
            }
    | _ -> ValueNone
