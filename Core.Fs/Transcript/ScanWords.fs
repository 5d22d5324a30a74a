namespace HybridReplica.Core

open System
open System.Globalization

/// How far a stream was looked at, as a transcript tells it: in numbers, because the stream itself is data.
module internal ScanWords =

    let private fields (scan: StreamScan) =
        let fields = scan.Fields

        [
            "end", fields.End
            "command", fields.First
            "safe", fields.SafeEnd
            "changed", fields.ChangedEnd
            "asked", fields.AskedEnd
            "db", int64 fields.Selected
            "safe-db", int64 fields.SafeSelected
            "multi", fields.Multi
            "kind", int64 fields.Kind
            "words", fields.Announced
            "seen", fields.Seen
            "left", fields.Left
            "length", fields.Length
        ]

    /// The scan in words.
    let write (scan: StreamScan) : string =
        fields scan
        |> List.map (fun (name, value) -> $"{name}={value}")
        |> String.concat " "

    let private readField (word: string) =
        match word.Split '=' with
        | [| name; digits |] ->
            match Int64.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
            | true, value -> Some(name, value)
            | false, _ -> None
        | _ -> None

    /// Reads what `write` writes.
    let tryRead (text: string) : StreamScan voption =
        let read = text.Split ' ' |> Array.choose readField |> Map.ofArray

        let scan =
            let field name =
                Map.tryFind name read |> Option.defaultValue -1L

            {
                Fields =
                    {
                        End = field "end"
                        First = field "command"
                        SafeEnd = field "safe"
                        ChangedEnd = field "changed"
                        AskedEnd = field "asked"
                        Selected = int (field "db")
                        SafeSelected = int (field "safe-db")
                        Multi = field "multi"
                        Kind = enum (int (field "kind"))
                        Announced = field "words"
                        Seen = field "seen"
                        Left = field "left"
                        Length = field "length"
                    }
            }

        if write scan = text then ValueSome scan else ValueNone
