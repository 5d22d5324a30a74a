namespace HybridReplica.Core

open System
open System.Globalization

/// Reads a manifest as servers do (`aofLoadManifestFromFile`, 7.0.15). Numbers and types have to be what they say to
/// the last character, which servers do not insist on.
[<RequireQualifiedAccess>]
module ManifestParsing =

    // Most bytes of a line, its line end included (`MANIFEST_MAX_LINE`, 7.0.15).
    [<Literal>]
    let private LongestLine = 1024

    // Fewest words of a line.
    [<Literal>]
    let private FewestWords = 6

    // Lines as `fgets` gives them: with their line ends, and what is longer in pieces.
    let private linesOf (text: string) : string list =
        0
        |> List.unfold (fun start ->
            if start = text.Length then
                None
            else
                let most = min LongestLine (text.Length - start)

                let length =
                    match text.IndexOf('\n', start, most) with
                    | -1 -> most
                    | stop -> stop - start + 1

                Some(text.Substring(start, length), start + length))

    let private isNamed (key: string) (pair: string * string) =
        String.Equals(fst pair, key, StringComparison.OrdinalIgnoreCase)

    // Of pairs with the same key the last one counts.
    let private valueOf key pairs =
        pairs
        |> List.tryFindBack (isNamed key)
        |> Option.map snd
        |> ValueOption.ofOption

    let private required key pairs =
        match valueOf key pairs with
        | ValueSome value when value <> "" -> Ok value
        | _ -> Error(ManifestTrouble.Missing key)

    let private tryNumber (text: string) =
        match Int64.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, number -> ValueSome number
        | false, _ -> ValueNone

    let private sequenceOf text =
        match tryNumber text with
        | ValueSome number when number > 0L -> Ok number
        | _ -> Error(ManifestTrouble.BadSequence text)

    let private typeOf text =
        AppendOnlyType.All
        |> List.tryFind (fun known -> string known.Letter = text)
        |> Option.map Ok
        |> Option.defaultValue (Error(ManifestTrouble.BadType text))

    let private offsetOf key pairs =
        match valueOf key pairs with
        | ValueNone -> Ok ValueNone
        | ValueSome text ->
            match tryNumber text with
            | ValueSome offset -> Ok(ValueSome offset)
            | ValueNone -> Error(ManifestTrouble.BadOffset text)

    // `pathIsBaseName`, 7.0.15; and what no file is called.
    let private isPath (name: string) =
        name.IndexOfAny [| '/'; '\\'; '\000' |] >= 0 || name = "." || name = ".."

    let private known = [ "file"; "seq"; "type"; "startoffset"; "endoffset" ]

    let private pathAmong pairs =
        pairs |> List.filter (isNamed "file") |> List.map snd |> List.tryFind isPath

    let private fileOf pairs : Result<AppendOnlyFile, ManifestTrouble> =
        match pathAmong pairs with
        | Some name -> Error(ManifestTrouble.NameIsPath name)
        | None ->
            match required "file" pairs, required "seq" pairs, required "type" pairs with
            | Error trouble, _, _
            | _, Error trouble, _
            | _, _, Error trouble -> Error trouble
            | Ok name, Ok sequence, Ok letter ->
                match sequenceOf sequence, typeOf letter, offsetOf "startoffset" pairs, offsetOf "endoffset" pairs with
                | Error trouble, _, _, _
                | _, Error trouble, _, _
                | _, _, Error trouble, _
                | _, _, _, Error trouble -> Error trouble
                | Ok sequence, Ok kind, Ok first, Ok last ->
                    Ok
                        {
                            Name = name
                            Sequence = sequence
                            Type = kind
                            StartOffset = first
                            EndOffset = last
                            Others =
                                pairs
                                |> List.filter (fun pair -> not (List.exists (fun key -> isNamed key pair) known))
                        }

    let private pairsOf (line: string) =
        match InlineWords.split line with
        | ValueSome words when words.Length >= FewestWords && words.Length % 2 = 0 ->
            Ok(words |> List.chunkBySize 2 |> List.map (fun pair -> pair[0], pair[1]))
        | _ -> Error ManifestTrouble.NotPairs

    let private readLine (line: string) : Result<AppendOnlyFile, ManifestTrouble> =
        let lineEnd = line.IndexOf '\n'
        let zero = line.IndexOf '\000'

        // To C a line ends where a byte is zero.
        if lineEnd < 0 || zero >= 0 then
            Error ManifestTrouble.LineTooLong
        else
            match line.Trim([| ' '; '\t'; '\r'; '\n' |]) with
            | "" -> Error ManifestTrouble.BlankLine
            | trimmed -> pairsOf trimmed |> Result.bind fileOf

    // The manifest with one more file. Lists are the wrong way round for as long as files are added.
    let private add (file: AppendOnlyFile) (manifest: AppendOnlyManifest) =
        match file.Type, manifest.Incrementals with
        | AppendOnlyType.Base, _ when manifest.Base.IsSome -> Error ManifestTrouble.SecondBase
        | AppendOnlyType.Base, _ -> Ok { manifest with Base = ValueSome file }
        | AppendOnlyType.History, _ ->
            Ok
                { manifest with
                    History = file :: manifest.History
                }
        | AppendOnlyType.Incremental, last :: _ when file.Sequence <= last.Sequence ->
            Error(ManifestTrouble.SequenceNotRising file.Sequence)
        | AppendOnlyType.Incremental, _ ->
            Ok
                { manifest with
                    Incrementals = file :: manifest.Incrementals
                }

    let private addLine manifest (number, line: string) =
        let fault trouble =
            { Line = number; Trouble = trouble }: ManifestFault

        match manifest with
        | Ok manifest when not (line.StartsWith '#') ->
            readLine line
            |> Result.bind (fun file -> add file manifest)
            |> Result.mapError fault
        | other -> other

    let private inOrder (manifest: AppendOnlyManifest) =
        { manifest with
            History = List.rev manifest.History
            Incrementals = List.rev manifest.Incrementals
        }

    // What a checksum line looks like.
    let private looks (index: int) (character: char) =
        let sample = ManifestPrinting.checksumLine 0UL

        if sample[index] = '0' then
            Char.IsAsciiHexDigit character
        else
            sample[index] = character

    // The checksum that the end of the text says it has, if it says one, and what the text in front of it has. An end
    // that is such a line but for one byte says one too: no damage may turn it into a comment like any other.
    let private checksums (text: string) =
        let length = (ManifestPrinting.checksumLine 0UL).Length

        if text.Length < length then
            ValueNone
        else
            let line = text.Substring(text.Length - length)
            let differences = line |> Seq.mapi looks |> Seq.filter not |> Seq.length

            if line[0] = '#' && differences <= 1 then
                ValueSome(struct (line, ManifestPrinting.checksum (text.Substring(0, text.Length - length))))
            else
                ValueNone

    // Zero for what is no checksum: it is not the one there should be, or it would not be asked for.
    let private storedIn (line: string) =
        match UInt64.TryParse(line.Substring 8, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) with
        | true, stored -> stored
        | false, _ -> 0UL

    /// Whether the text ends in a checksum. Without one, nobody can tell whether lines are missing at its end.
    [<CompiledName "HasChecksum">]
    let hasChecksum (text: string) : bool = (checksums text).IsSome

    /// Reads a text of which each character stands for one byte, or says which rule it breaks.
    [<CompiledName "Parse">]
    let parse (text: string) : Result<AppendOnlyManifest, ManifestFault> =
        let lines = linesOf text

        let manifest =
            lines
            |> List.mapi (fun index line -> index + 1, line)
            |> List.fold addLine (Ok AppendOnlyManifest.Empty)
            |> Result.map inOrder

        match manifest, checksums text with
        | Ok _, _ when lines.IsEmpty ->
            Error
                {
                    Line = 1
                    Trouble = ManifestTrouble.Empty
                }
        | Ok _, ValueSome(line, computed) when line <> ManifestPrinting.checksumLine computed ->
            Error
                {
                    Line = lines.Length
                    Trouble = ManifestTrouble.ChecksumMismatch(storedIn (line.TrimEnd '\n'), computed)
                }
        | other, _ -> other
