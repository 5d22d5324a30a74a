namespace HybridReplica.Core

open System.Globalization
open System.Text

/// What is wrong with an RDB, in words for people: what and where, and what to try. Nothing branches on these.
[<RequireQualifiedAccess>]
module RdbWording =

    /// More of a key than this is of no use in a sentence.
    [<Literal>]
    let private KeyLength = 60

    let private counted (number: int64) =
        number.ToString("N0", CultureInfo.InvariantCulture)

    let private packedTrouble trouble =
        match trouble with
        | PackedTrouble.TooShort -> "it is too short to be one"
        | PackedTrouble.WrongSize -> "the size it says is not the size it has"
        | PackedTrouble.WrongTail -> "its last element is not where it says"
        | PackedTrouble.WrongCount -> "it has not as many elements as it says"
        | PackedTrouble.UnknownEncoding -> "an element of it is encoded in a way there is none of"
        | PackedTrouble.OutOfBounds -> "an element of it reaches beyond its end"
        | PackedTrouble.WrongBackLength -> "an element of it has not the length that is said beside it"
        | PackedTrouble.NotTerminated -> "it does not end where it should"
        | PackedTrouble.NotAscending -> "its numbers do not ascend"
        | _ -> "it contradicts itself"

    let private withArticle (container: string) =
        if container.StartsWith 'i' then
            "An " + container
        else
            "A " + container

    /// What is wrong, without a full stop.
    [<CompiledName "Trouble">]
    let trouble (trouble: RdbTrouble) : string =
        match trouble with
        | RdbTrouble.Empty -> "There is no RDB: not a single byte"
        | RdbTrouble.NotRdb -> "This is no RDB: it does not begin with REDIS or VALKEY and a version"
        | RdbTrouble.FutureVersion version -> $"The RDB is a {version}, which is newer than all that is known"
        | RdbTrouble.Cut -> "The RDB ends in the middle"
        | RdbTrouble.UnknownOpcode number -> $"There is no opcode {number}"
        | RdbTrouble.UnknownType number -> $"There is no type of values {number}"
        | RdbTrouble.Refused(number, name) ->
            $"The number {number} stands for what is not read: {Printable.escape name}"
        | RdbTrouble.NotALength first -> $"There should be a length, and none begins with the byte 0x{first:X2}"
        | RdbTrouble.ImpossibleLength length -> $"Nothing here can be as long, or as many, as {length}"
        | RdbTrouble.UnknownStringEncoding number -> $"There is no encoding of strings {number}"
        | RdbTrouble.BadCompression -> "A compressed string does not become what it says"
        | RdbTrouble.Damaged(container, trouble) ->
            $"{withArticle (Printable.escape container)} is damaged: {packedTrouble trouble}"
        | RdbTrouble.Uneven container ->
            $"{withArticle (Printable.escape container)} of pairs or triples ends in the middle of one"
        | RdbTrouble.BadScore -> "The text of a score is no number"
        | RdbTrouble.BadStream what -> $"A stream contradicts itself in {Printable.escape what}"
        | RdbTrouble.BadModule opcode -> $"There is no item {opcode} in the data of modules"
        | RdbTrouble.TooLarge(bytes, limit) ->
            $"Something takes {counted bytes} bytes of memory at once, and {counted limit} are allowed"
        | RdbTrouble.WrongChecksum(stored, computed) ->
            $"The RDB is damaged: its checksum says {stored:x16}, its bytes say {computed:x16}"

    // One character for each byte, so that nothing in it acts on a terminal.
    let private keyText (key: byte[]) =
        let text = Encoding.Latin1.GetString(key, 0, min key.Length KeyLength)
        let rest = if key.Length > KeyLength then "…" else ""
        $"\"{Printable.escape text}{rest}\""

    let private place (fault: RdbFault) =
        [
            $"at byte {counted fault.Offset}"
            match fault.Database with
            | ValueSome database -> $"in db {database}"
            | ValueNone -> ()
            match fault.Key with
            | ValueSome key -> $"key {keyText key}"
            | ValueNone -> ()
        ]
        |> String.concat ", "

    let private stillGood entries =
        match entries with
        | 0L -> "no entry before it is whole"
        | 1L -> "1 entry before it is whole"
        | _ -> $"{counted entries} entries before it are whole"

    /// What is wrong, where, and what was still good, in one line and without a full stop.
    [<CompiledName "Fault">]
    let fault (fault: RdbFault) : string =
        match fault.Trouble with
        | RdbTrouble.Empty
        | RdbTrouble.NotRdb
        | RdbTrouble.FutureVersion _ -> trouble fault.Trouble
        | RdbTrouble.WrongChecksum _ when fault.Entries = 1L ->
            $"{trouble fault.Trouble}; 1 entry could be read, and may not be what was saved"
        | RdbTrouble.WrongChecksum _ ->
            $"{trouble fault.Trouble}; {counted fault.Entries} entries could be read, and any may not be what was saved"
        | other -> $"{trouble other}, {place fault}; {stillGood fault.Entries}"

    /// What to try, beginning in lower case and without a full stop.
    [<CompiledName "Advice">]
    let advice (trouble: RdbTrouble) : string =
        match trouble with
        | RdbTrouble.Empty
        | RdbTrouble.NotRdb -> "check that it is the right file, and neither packed nor encrypted"
        | RdbTrouble.FutureVersion _ -> "read it with a newer version of this program"
        | RdbTrouble.UnknownOpcode _
        | RdbTrouble.UnknownType _ ->
            "take another copy; if a newer server wrote it, a newer version of this program may know more"
        | RdbTrouble.Refused _ -> "load it into a server that knows this, and save it from there in another form"
        | RdbTrouble.TooLarge _ -> "allow more memory, or take another copy if nothing in it can be as large"
        | RdbTrouble.Cut -> "copy it again, once it has been saved to its end"
        | RdbTrouble.NotALength _
        | RdbTrouble.ImpossibleLength _
        | RdbTrouble.UnknownStringEncoding _
        | RdbTrouble.BadCompression
        | RdbTrouble.Damaged _
        | RdbTrouble.Uneven _
        | RdbTrouble.BadScore
        | RdbTrouble.BadStream _
        | RdbTrouble.BadModule _
        | RdbTrouble.WrongChecksum _ ->
            "copy it again; if it is the same again, the server that saved it, or its disk, damages data"
