namespace HybridReplica.Core

open System
open System.Globalization
open System.Text

/// Bytes from the wire as text that does nothing to a terminal or a log, and back. Each character stands for one byte.
[<RequireQualifiedAccess>]
module Printable =

    let private escapeCharacter character =
        match character with
        | '\\' -> @"\\"
        | '\r' -> @"\r"
        | '\n' -> @"\n"
        | c when c < ' ' || c >= '\127' -> $@"\x{int c:x2}"
        | c -> string c

    /// Writes backslashes, control characters and bytes outside ASCII as `\\`, `\r`, `\n` and `\xHH`.
    [<CompiledName "Escape">]
    let escape (text: string) : string =
        if text |> String.forall (fun c -> c >= ' ' && c < '\127' && c <> '\\') then
            text
        else
            String.collect escapeCharacter text

    let private isEscape (text: string) (index: int) =
        index + 1 < text.Length && text[index] = '\\'

    let private tryByte (text: string) (index: int) =
        match index + 4 <= text.Length with
        | true ->
            match
                Byte.TryParse(text.AsSpan(index + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            with
            | true, value -> ValueSome(char value)
            | false, _ -> ValueNone
        | false -> ValueNone

    /// Reads what `escape` writes. A backslash that starts no known escape stands for itself.
    [<CompiledName "Unescape">]
    let unescape (text: string) : string =
        let result = StringBuilder text.Length

        let rec read index =
            if index < text.Length then
                if not (isEscape text index) then
                    result.Append text[index] |> ignore
                    read (index + 1)
                else
                    match text[index + 1], lazy (tryByte text index) with
                    | '\\', _ ->
                        result.Append '\\' |> ignore
                        read (index + 2)
                    | 'r', _ ->
                        result.Append '\r' |> ignore
                        read (index + 2)
                    | 'n', _ ->
                        result.Append '\n' |> ignore
                        read (index + 2)
                    | 'x', Lazy(ValueSome character) ->
                        result.Append character |> ignore
                        read (index + 4)
                    | _ ->
                        result.Append '\\' |> ignore
                        read (index + 1)

        read 0
        result.ToString()
