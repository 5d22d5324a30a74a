namespace HybridReplica.Core

open System
open System.Globalization

/// An archive as the manifest in its folder lists it. Servers load the newest generation, and pass over the rest.
[<RequireQualifiedAccess>]
module ArchiveManifest =

    // Pairs that servers do not know.

    [<Literal>]
    let private IdKey = "replid"

    [<Literal>]
    let private DatabaseKey = "database"

    [<Literal>]
    let private ReceivedKey = "received"

    [<Literal>]
    let private SizeKey = "size"

    [<Literal>]
    let private ChecksumKey = "crc64"

    // Digits of a checksum.
    [<Literal>]
    let private ChecksumDigits = 16

    // Printing.

    let private placeOf (position: Position) =
        [
            IdKey, position.Id.Text
            // A snapshot that does not say so begins in the first database (`replicationCreateMasterClient`, 7.0.15).
            DatabaseKey, string (ValueOption.defaultValue 0 position.Database)
        ]

    let private ofBase kind (first: ArchiveBase) : AppendOnlyFile =
        {
            Name = first.File
            Sequence = first.Sequence
            Type = kind
            StartOffset = ValueSome first.Position.Offset.Bytes
            EndOffset = ValueNone
            Others =
                placeOf first.Position
                @ [
                    ReceivedKey, string first.ReceivedAt
                    SizeKey, string first.Size
                    ChecksumKey, first.Checksum.ToString($"x{ChecksumDigits}", CultureInfo.InvariantCulture)
                ]
        }

    let private ofSegment kind (segment: ArchiveSegment) : AppendOnlyFile =
        {
            Name = segment.File
            Sequence = segment.Sequence
            Type = kind
            StartOffset = ValueSome segment.Start.Offset.Bytes
            EndOffset = segment.End |> ValueOption.map (fun ended -> ended.Bytes)
            Others = placeOf segment.Start
        }

    let private asHistory (generation: Generation) =
        ofBase AppendOnlyType.History generation.Base
        :: List.map (ofSegment AppendOnlyType.History) generation.Segments

    /// The text of the manifest. Each character stands for one byte.
    [<CompiledName "Print">]
    let print (archive: Archive) : string =
        match List.rev archive.Generations with
        | [] -> ManifestPrinting.print AppendOnlyManifest.Empty
        | newest :: older ->
            ManifestPrinting.print
                {
                    Base = ValueSome(ofBase AppendOnlyType.Base newest.Base)
                    History = older |> List.rev |> List.collect asHistory
                    Incrementals = newest.Segments |> List.map (ofSegment AppendOnlyType.Incremental)
                }

    // Reading.

    let private valueOf (key: string) (file: AppendOnlyFile) =
        file.Others
        |> List.tryFindBack (fun (known, _) -> String.Equals(known, key, StringComparison.OrdinalIgnoreCase))
        |> Option.map snd

    let private numberOf key file =
        match valueOf key file with
        | Some text ->
            match Int64.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
            | true, number -> ValueSome number
            | false, _ -> ValueNone
        | None -> ValueNone

    let private checksumOf (file: AppendOnlyFile) =
        match valueOf ChecksumKey file with
        | Some text when text.Length = ChecksumDigits ->
            match UInt64.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) with
            | true, checksum -> ValueSome checksum
            | false, _ -> ValueNone
        | _ -> ValueNone

    let private idOf (file: AppendOnlyFile) =
        match valueOf IdKey file with
        | Some text -> ReplicationId.TryParse text
        | None -> ValueNone

    let private startOf (file: AppendOnlyFile) : Position voption =
        match idOf file, file.StartOffset, numberOf DatabaseKey file with
        | ValueSome id, ValueSome offset, ValueSome database when database <= int64 Int32.MaxValue ->
            ValueSome
                { Position.AtFullResync(id, Offset offset) with
                    Database = ValueSome(int database)
                }
        | _ -> ValueNone

    let private notOurs (file: AppendOnlyFile) = Error(ArchiveTrouble.NotOurs file.Name)

    let private readBase (file: AppendOnlyFile) : Result<ArchiveBase, ArchiveTrouble> =
        match startOf file, numberOf ReceivedKey file, numberOf SizeKey file, checksumOf file with
        | ValueSome position, ValueSome received, ValueSome size, ValueSome checksum when
            ArchiveNames.isBase file.Name && file.EndOffset.IsNone
            ->
            Ok
                {
                    File = file.Name
                    Sequence = file.Sequence
                    Position = position
                    ReceivedAt = received
                    Size = size
                    Checksum = checksum
                }
        | _ -> notOurs file

    let private readSegment (file: AppendOnlyFile) : Result<ArchiveSegment, ArchiveTrouble> =
        match startOf file with
        | ValueSome start when not (ArchiveNames.isBase file.Name) ->
            Ok
                {
                    File = file.Name
                    Sequence = file.Sequence
                    Start = start
                    End = file.EndOffset |> ValueOption.map Offset
                }
        | _ -> notOurs file

    // The files of each generation: a base, and what is listed up to the next one.
    let private groups (files: AppendOnlyFile list) =
        let isSegment (file: AppendOnlyFile) = not (ArchiveNames.isBase file.Name)

        files
        |> List.unfold (fun files ->
            match files with
            | [] -> None
            | first :: rest -> Some((first, List.takeWhile isSegment rest), List.skipWhile isSegment rest))

    // All of them, or the first trouble.
    let private all read items =
        let add item results =
            match read item, results with
            | Error trouble, _ -> Error trouble
            | Ok _, Error trouble -> Error trouble
            | Ok value, Ok values -> Ok(value :: values)

        List.foldBack add items (Ok [])

    let private readGeneration (first, rest) : Result<Generation, ArchiveTrouble> =
        match readBase first, all readSegment rest with
        | Error trouble, _
        | _, Error trouble -> Error trouble
        | Ok first, Ok segments -> Ok { Base = first; Segments = segments }

    // The first segment that does not begin there, or ends in front of its beginning, or is still open although
    // something is behind it.
    let rec private misplaced (at: Offset) isLast (segments: ArchiveSegment list) =
        match segments with
        | [] -> None
        | segment :: rest ->
            match segment.End with
            | _ when segment.Start.Offset <> at -> Some segment.File
            | ValueNone when isLast && rest.IsEmpty -> None
            | ValueSome ended when ended >= at -> misplaced ended isLast rest
            | _ -> Some segment.File

    let private contiguous (archive: Archive) =
        let last = archive.Generations.Length - 1

        archive.Generations
        |> List.indexed
        |> List.tryPick (fun (index, generation) ->
            misplaced generation.Base.Position.Offset (index = last) generation.Segments)
        |> Option.map (ArchiveTrouble.NotContiguous >> Error)
        |> Option.defaultValue (Ok archive)

    let private listedTwice (archive: Archive) =
        archive.Files
        |> List.countBy id
        |> List.tryFind (fun (_, count) -> count > 1)
        |> Option.map fst

    let private distinct (archive: Archive) =
        match listedTwice archive with
        | Some file -> Error(ArchiveTrouble.NotOurs file)
        | None -> Ok archive

    let private ofManifest (manifest: AppendOnlyManifest) : Result<Archive, ArchiveTrouble> =
        match manifest.Base, manifest.History @ manifest.Incrementals with
        | ValueNone, [] -> Ok Archive.Empty
        | ValueNone, first :: _ -> notOurs first
        | ValueSome newest, _ ->
            groups manifest.History @ [ newest, manifest.Incrementals ]
            |> all readGeneration
            |> Result.map (fun generations -> { Generations = generations })
            |> Result.bind distinct
            |> Result.bind contiguous

    /// Reads a text of which each character stands for one byte: `ManifestBroken`, `NotOurs` and `NotContiguous` say
    /// what is wrong with it.
    [<CompiledName "Parse">]
    let parse (text: string) : Result<Archive, ArchiveTrouble> =
        ManifestParsing.parse text
        |> Result.mapError ArchiveTrouble.ManifestBroken
        |> Result.bind ofManifest

    /// The same, for whoever changes the archive: what is not listed will be removed, so no line may be missing.
    [<CompiledName "ParseToChange">]
    let parseToChange (text: string) : Result<Archive, ArchiveTrouble> =
        match parse text with
        | Ok _ when not (ManifestParsing.hasChecksum text) ->
            Error(
                ArchiveTrouble.ManifestBroken
                    {
                        Line = (text.Split '\n').Length
                        Trouble = ManifestTrouble.ChecksumMissing
                    }
            )
        | parsed -> parsed
