namespace HybridReplica.Core

open System
open System.Buffers
open System.Globalization
open System.Text

/// Why a snapshot cannot be read, as a transcript tells it. Keys are data, and so are hexadecimal.
module internal RdbFaultWords =

    let private plain =
        [
            "empty", RdbTrouble.Empty
            "not-rdb", RdbTrouble.NotRdb
            "cut", RdbTrouble.Cut
            "bad-compression", RdbTrouble.BadCompression
            "bad-score", RdbTrouble.BadScore
        ]

    let private trouble trouble =
        match trouble with
        | RdbTrouble.Empty
        | RdbTrouble.NotRdb
        | RdbTrouble.Cut
        | RdbTrouble.BadCompression
        | RdbTrouble.BadScore ->
            plain
            |> List.filter (fun (_, other) -> other = trouble)
            |> List.map fst
            |> String.concat ""
        | RdbTrouble.FutureVersion version -> $"future-version {version}"
        | RdbTrouble.UnknownOpcode number -> $"unknown-opcode {number}"
        | RdbTrouble.UnknownType number -> $"unknown-type {number}"
        | RdbTrouble.Refused(number, name) -> $"refused {number} {Printable.escape name}"
        | RdbTrouble.NotALength first -> $"not-a-length {first}"
        | RdbTrouble.ImpossibleLength length -> $"impossible-length {length}"
        | RdbTrouble.UnknownStringEncoding number -> $"unknown-string-encoding {number}"
        | RdbTrouble.Damaged(container, trouble) -> $"damaged {int trouble} {Printable.escape container}"
        | RdbTrouble.Uneven container -> $"uneven {Printable.escape container}"
        | RdbTrouble.BadStream what -> $"bad-stream {Printable.escape what}"
        | RdbTrouble.BadModule opcode -> $"bad-module {opcode}"
        | RdbTrouble.TooLarge(bytes, limit) -> $"too-large {bytes} {limit}"
        | RdbTrouble.WrongChecksum(stored, computed) -> $"wrong-checksum {stored} {computed}"

    /// The fault in words.
    let write (fault: RdbFault) : string =
        [
            $"offset={fault.Offset}"
            $"entries={fault.Entries}"
            match fault.Database with
            | ValueSome database -> $"db={database}"
            | ValueNone -> ()
            match fault.Key with
            | ValueSome key -> $"key={Convert.ToHexString key}"
            | ValueNone -> ()
            trouble fault.Trouble
        ]
        |> String.concat " "

    let private tryNumber (tryParse: string -> bool * 'number) (text: string) : 'number voption =
        match tryParse text with
        | true, number -> ValueSome number
        | false, _ -> ValueNone

    let private int32 =
        tryNumber (fun text -> Int32.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))

    let private int64 =
        tryNumber (fun text -> Int64.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))

    let private uint64 =
        tryNumber (fun text -> UInt64.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture))

    let private splitAtSpace (text: string) =
        match text.IndexOf ' ' with
        | -1 -> text, ""
        | space -> text.Substring(0, space), text.Substring(space + 1)

    // Two values, of which the second is the rest of the line.
    let private both first second make text =
        let before, behind = splitAtSpace text

        match first before, second behind with
        | ValueSome before, ValueSome behind -> ValueSome(make (before, behind))
        | _ -> ValueNone

    let private words text = ValueSome(Printable.unescape text)

    let private version (text: string) =
        RdbVersion.TryRead(ReadOnlySpan(Encoding.Latin1.GetBytes text))

    let private tryTrouble (text: string) : RdbTrouble voption =
        let name, details = splitAtSpace text

        match name with
        | "future-version" -> version details |> ValueOption.map RdbTrouble.FutureVersion
        | "unknown-opcode" -> int32 details |> ValueOption.map RdbTrouble.UnknownOpcode
        | "unknown-type" -> int32 details |> ValueOption.map RdbTrouble.UnknownType
        | "refused" -> both int32 words RdbTrouble.Refused details
        | "not-a-length" -> int32 details |> ValueOption.map RdbTrouble.NotALength
        | "impossible-length" -> uint64 details |> ValueOption.map RdbTrouble.ImpossibleLength
        | "unknown-string-encoding" -> int32 details |> ValueOption.map RdbTrouble.UnknownStringEncoding
        | "damaged" ->
            details
            |> both int32 words (fun (trouble, container) -> RdbTrouble.Damaged(container, enum trouble))
        | "uneven" -> words details |> ValueOption.map RdbTrouble.Uneven
        | "bad-stream" -> words details |> ValueOption.map RdbTrouble.BadStream
        | "bad-module" -> uint64 details |> ValueOption.map RdbTrouble.BadModule
        | "too-large" -> both int64 int64 RdbTrouble.TooLarge details
        | "wrong-checksum" -> both uint64 uint64 RdbTrouble.WrongChecksum details
        | _ ->
            plain
            |> List.tryFind (fun (word, _) -> word = text)
            |> ValueOption.ofOption
            |> ValueOption.map snd

    let private tryKey (text: string) =
        let key = Array.zeroCreate<byte>(text.Length / 2)

        match Convert.FromHexString(text, Span key) with
        | OperationStatus.Done, _, _ -> ValueSome key
        | _ -> ValueNone

    // A field in front of the others, which may be missing.
    let private field (name: string) read (text: string) =
        let word, rest = splitAtSpace text

        if word.StartsWith(name + "=", StringComparison.Ordinal) then
            read (word.Substring(name.Length + 1)), rest
        else
            ValueNone, text

    /// Reads what `write` writes.
    let tryRead (text: string) : RdbFault voption =
        let offset, rest = field "offset" int64 text
        let entries, rest = field "entries" int64 rest
        let database, rest = field "db" int32 rest
        let key, rest = field "key" tryKey rest

        match offset, entries, tryTrouble rest with
        | ValueSome offset, ValueSome entries, ValueSome trouble ->
            ValueSome
                {
                    Trouble = trouble
                    Offset = offset
                    Database = database
                    Key = key
                    Entries = entries
                }
        | _ -> ValueNone
