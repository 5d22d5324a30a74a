namespace HybridReplica.Core

open System

/// What is wrong with the text of a transcript.
type TranscriptError =
    {
        /// The number of the line, counted from 1.
        Line: int
        /// What is wrong with it.
        Problem: string
    }

    override this.ToString() = $"line {this.Line}: {this.Problem}"

/// Text as transcripts.
[<RequireQualifiedAccess>]
module TranscriptParsing =

    let private empty =
        {
            Preface = []
            Settings = Settings.Default
            OtherDialects = []
            Lines = []
        }

    let private isEmpty (_: int, line: string) = String.IsNullOrWhiteSpace line

    let private splitAtSpace (line: string) =
        match line.IndexOf ' ' with
        | -1 -> line, ""
        | space -> line.Substring(0, space), line.Substring(space + 1)

    let private dialects (names: string) (transcript: Transcript) =
        let read =
            names.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            |> Array.toList
            |> List.map Dialect.TryParse

        match List.choose ValueOption.toOption read with
        | first :: others when not (List.contains ValueNone read) ->
            Ok
                { transcript with
                    Settings =
                        { transcript.Settings with
                            Dialect = first
                        }
                    OtherDialects = others
                }
        | _ -> Error $"There is no such dialect: {names}"

    let private headerLine (line: string) (transcript: Transcript) =
        if line.StartsWith '#' then
            match TranscriptGrammar.read line with
            | Ok(TranscriptLine.Remark text) ->
                Ok
                    { transcript with
                        Preface = transcript.Preface @ [ text ]
                    }
            | Ok _ -> Ok transcript
            | Error problem -> Error problem
        else
            match splitAtSpace line with
            | ("dialect" | "dialects"), names -> dialects names transcript
            | setting ->
                TranscriptHeader.read setting transcript.Settings
                |> Result.map (fun settings -> { transcript with Settings = settings })

    let private located number problem = { Line = number; Problem = problem }

    let private readHeader lines =
        ((empty, []), lines)
        ||> List.fold (fun (transcript, errors) (number, line) ->
            match headerLine line transcript with
            | Ok transcript -> transcript, errors
            | Error problem -> transcript, located number problem :: errors)

    let private readBody lines =
        (([], []), lines)
        ||> List.fold (fun (read, errors) (number, line) ->
            match TranscriptGrammar.read line with
            | Ok line -> line :: read, errors
            | Error problem -> read, located number problem :: errors)

    let private linesOf (text: string) =
        let lines = text.Split '\n' |> Array.map _.TrimEnd('\r') |> Array.toList

        // What follows the last line end is no line.
        match List.rev lines with
        | "" :: earlier -> List.rev earlier
        | _ -> lines

    /// Reads a transcript, or says what is wrong with it, line by line.
    [<CompiledName "Parse">]
    let parse (text: string) : Result<Transcript, TranscriptError list> =
        let lines = linesOf text |> List.mapi (fun index line -> index + 1, line)
        let header = lines |> List.takeWhile (isEmpty >> not)
        let body = lines |> List.skip (min lines.Length (header.Length + 1))
        let transcript, headerErrors = readHeader header
        let read, bodyErrors = readBody body

        match bodyErrors @ headerErrors with
        | [] ->
            Ok
                { transcript with
                    Lines = List.rev read
                }
        | errors -> Error(List.rev errors)
