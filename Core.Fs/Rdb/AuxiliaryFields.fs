namespace HybridReplica.Core

open System
open System.Globalization
open System.Text

/// What is known of an auxiliary field.
[<RequireQualifiedAccess>]
type internal AuxiliaryField =
    /// The head is too short to tell.
    | Unread
    /// It is not there.
    | Absent
    /// It is there.
    | Value of text: string

/// Reads the auxiliary fields at the head of a snapshot. What lies behind the end of the head is read as zeros: whoever
/// gets that far finds out by the place where it leads.
module internal AuxiliaryFields =

    /// The opcode in front of each of them (`RDB_OPCODE_AUX`).
    [<Literal>]
    let private Opcode = 0xFAuy

    let private byteAt (head: byte[]) (at: int) =
        if at < head.Length then int head[at] else 0

    let private bigEndian head at count =
        let number =
            Seq.fold
                (fun number index -> (number <<< 8) ||| uint64 (byteAt head index))
                0UL
                (seq { at .. at + count - 1 })

        // More than the limit is too much, however much it is.
        int (min number (uint64 Limits.AuxiliaryFields))

    let private littleEndian head at count =
        let bytes = Array.zeroCreate<byte> 8
        Array.iteri (fun index _ -> bytes[index] <- byte (byteAt head (at + index))) bytes[.. count - 1]
        let unused = 64 - 8 * count
        (BitConverter.ToInt64 bytes <<< unused) >>> unused

    /// A length and the place behind it (`rdbLoadLenByRef`, 7.0.15). None: it is no length.
    let private tryLength head at : struct (int * int) voption =
        let first = byteAt head at

        match first >>> 6 with
        | 0 -> ValueSome(struct (first, at + 1))
        | 1 -> ValueSome(struct (((first &&& 0x3F) <<< 8) ||| byteAt head (at + 1), at + 2))
        | _ when first = 0x80 -> ValueSome(struct (bigEndian head (at + 1) 4, at + 5))
        | _ when first = 0x81 -> ValueSome(struct (bigEndian head (at + 1) 8, at + 9))
        | _ -> ValueNone

    let private number head at count =
        let text = (littleEndian head at count).ToString CultureInfo.InvariantCulture
        ValueSome(struct (text, at + count))

    /// A text that is compressed is longer than those that matter here, so it is passed over.
    let private tryCompressed head at =
        match tryLength head at with
        | ValueNone -> ValueNone
        | ValueSome(compressed, next) ->
            match tryLength head next with
            | ValueNone -> ValueNone
            | ValueSome(_, next) -> ValueSome(struct ("", next + compressed))

    let private tryPlain head at =
        match tryLength head at with
        | ValueNone -> ValueNone
        | ValueSome(length, first) ->
            let there = max 0 (min length (head.Length - first))

            let text =
                if there > 0 then
                    Encoding.Latin1.GetString(head, first, there)
                else
                    ""

            ValueSome(struct (text, first + length))

    /// A text and the place behind it (`rdbGenericLoadStringObject`, 7.0.15). None: it is no text.
    let private tryText (head: byte[]) at : struct (string * int) voption =
        match byteAt head at with
        | 0xC0 -> number head (at + 1) 1
        | 0xC1 -> number head (at + 1) 2
        | 0xC2 -> number head (at + 1) 4
        | 0xC3 -> tryCompressed head (at + 1)
        | _ -> tryPlain head at

    // What the fields from there on say.
    let rec private findFrom (at: int) (name: string) (head: byte[]) : AuxiliaryField =
        if at >= head.Length then
            AuxiliaryField.Unread
        elif head[at] <> Opcode then
            AuxiliaryField.Absent
        else
            match tryText head (at + 1) with
            | ValueNone -> AuxiliaryField.Absent
            | ValueSome(key, next) ->
                match tryText head next with
                | ValueNone -> AuxiliaryField.Absent
                | ValueSome(_, next) when next > head.Length -> AuxiliaryField.Unread
                | ValueSome(value, _) when key = name -> AuxiliaryField.Value value
                | ValueSome(_, next) -> findFrom next name head

    /// Looks for a field in the head of a snapshot.
    let find (name: string) (head: byte[]) : AuxiliaryField =
        if head.Length < Limits.RdbHeadLength then
            AuxiliaryField.Unread
        elif ValueOption.isNone (RdbVersion.TryRead(ReadOnlySpan head)) then
            AuxiliaryField.Absent
        else
            findFrom Limits.RdbHeadLength name head
