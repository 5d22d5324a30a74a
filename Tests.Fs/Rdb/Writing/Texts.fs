/// Strings, as lengths and bytes, as numbers, or compressed.
module HybridReplica.Tests.Rdb.Texts

open System
open System.Globalization
open System.Text

/// The bytes of a text of ASCII characters.
let ascii (text: string) = Encoding.ASCII.GetBytes text

let decimal (number: int64) =
    ascii (number.ToString CultureInfo.InvariantCulture)

/// The number a text is the decimal form of, if it is that of one.
let tryNumber (text: byte[]) : int64 option =
    match
        Int64.TryParse(Encoding.ASCII.GetString text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
    with
    | true, number when decimal number = text -> Some number
    | _ -> None

let fits bits (number: int64) =
    bits = 64 || (number >= -(1L <<< (bits - 1)) && number < (1L <<< (bits - 1)))

let private writePlain (pen: Pen) (text: byte[]) =
    pen.Length text.Length
    pen.Bytes text

let private writeCompressed (pen: Pen) (text: byte[]) =
    let compressed = Compression.compress text
    pen.Byte 0xC3
    pen.Length compressed.Length
    pen.Length text.Length
    pen.Bytes compressed

/// As a length and bytes, or compressed: never as a number.
let writeBytes (pen: Pen) (text: byte[]) =
    pen.AnyOf
        [
            fun () -> writePlain pen text
            if text.Length >= 4 && text.Length <= 20_000 then
                fun () -> writeCompressed pen text
        ]

/// In any of the forms there are. A number is one whether the server would have taken it for one or not.
let write (pen: Pen) (text: byte[]) =
    match tryNumber text with
    | Some number when fits 32 number ->
        pen.AnyOf
            [
                for width, form in [ 1, 0xC0; 2, 0xC1; 4, 0xC2 ] do
                    if fits (8 * width) number then
                        fun () ->
                            pen.Byte form
                            pen.LittleEndian(width, number)
                fun () -> writeBytes pen text
            ]
    | _ -> writeBytes pen text
