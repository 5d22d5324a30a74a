/// Ziplists, listpacks, intsets and zipmaps, with their elements in every form there is.
module HybridReplica.Tests.Rdb.Packed

open HybridReplica.Core

/// A count that may also say that it does not know.
let private countOr unknown (pen: Pen) count =
    if count >= unknown || pen.Chance.OnceIn 6 then
        unknown
    else
        count

/// The bytes that `write` writes.
let private aside (pen: Pen) (write: Pen -> unit) : byte[] =
    let other = pen.Aside()
    write other
    other.ToArray()

let private ziplistText (pen: Pen) (text: byte[]) =
    pen.AnyOf
        [
            if text.Length < 64 then
                fun () -> pen.Byte text.Length
            if text.Length < 16384 then
                fun () -> pen.BigEndian(2, 0x4000UL ||| uint64 text.Length)
            fun () ->
                pen.Byte 0x80
                pen.BigEndian(4, uint64 text.Length)
        ]

    pen.Bytes text

let private ziplistNumber (pen: Pen) (number: int64) =
    let form width first () =
        pen.Byte first
        pen.LittleEndian(width, number)

    pen.AnyOf
        [
            if number >= 0L && number <= 12L then
                fun () -> pen.Byte(0xF1 + int number)
            for width, first in [ 1, 0xFE; 2, 0xC0; 3, 0xF0; 4, 0xD0; 8, 0xE0 ] do
                if Texts.fits (8 * width) number then
                    form width first
            fun () -> ziplistText pen (Texts.decimal number)
        ]

let private ziplistPrevious (pen: Pen) (length: int) =
    pen.AnyOf
        [
            if length < 254 then
                fun () -> pen.Byte length
            fun () ->
                pen.Byte 0xFE
                pen.LittleEndian(4, int64 length)
        ]

let ziplist (pen: Pen) (elements: byte[] list) : byte[] =
    let body = pen.Aside()
    let mutable last = 0
    let mutable previous = 0

    for element in elements do
        last <- body.Position
        ziplistPrevious body previous

        match Texts.tryNumber element with
        | Some number -> ziplistNumber body number
        | None -> ziplistText body element

        previous <- body.Position - last

    aside pen (fun pen ->
        pen.LittleEndian(4, int64 (10 + body.Position + 1))
        pen.LittleEndian(4, int64 (10 + last))
        pen.LittleEndian(2, int64 (countOr 65535 pen elements.Length))
        pen.Bytes(body.ToArray())
        pen.Byte 0xFF)

let private listpackText (pen: Pen) (text: byte[]) =
    pen.AnyOf
        [
            if text.Length < 64 then
                fun () -> pen.Byte(0x80 ||| text.Length)
            if text.Length < 4096 then
                fun () -> pen.BigEndian(2, 0xE000UL ||| uint64 text.Length)
            fun () ->
                pen.Byte 0xF0
                pen.LittleEndian(4, int64 text.Length)
        ]

    pen.Bytes text

let private listpackInteger (pen: Pen) (number: int64) =
    let form width first () =
        pen.Byte first
        pen.LittleEndian(width, number)

    pen.AnyOf
        [
            if number >= 0L && number <= 127L then
                fun () -> pen.Byte(int number)
            if Texts.fits 13 number then
                fun () -> pen.BigEndian(2, 0xC000UL ||| (uint64 number &&& 0x1FFFUL))
            for width, first in [ 2, 0xF1; 3, 0xF2; 4, 0xF3; 8, 0xF4 ] do
                if Texts.fits (8 * width) number then
                    form width first
        ]

/// Seven bits in a byte, the highest first; the highest bit says that there is a byte in front.
let private listpackBackLength (pen: Pen) (length: int) =
    let width =
        if length <= 127 then 1
        elif length < 16383 then 2
        elif length < 2097151 then 3
        elif length < 268435455 then 4
        else 5

    for index in width - 1 .. -1 .. 0 do
        let isFirst = (index = width - 1)
        pen.Byte((length >>> (7 * index)) &&& 0x7F ||| (if isFirst then 0 else 0x80))

/// An element of a listpack: what is inside a stream must be a number in some places.
[<RequireQualifiedAccess>]
type ListpackElement =
    | Text of byte[]
    | Integer of int64

let listpackOf (pen: Pen) (elements: ListpackElement list) : byte[] =
    let body = pen.Aside()

    for element in elements do
        let start = body.Position

        match element with
        | ListpackElement.Integer number -> listpackInteger body number
        | ListpackElement.Text text ->
            match Texts.tryNumber text with
            | Some number when not (pen.Chance.OnceIn 5) -> listpackInteger body number
            | _ -> listpackText body text

        listpackBackLength body (body.Position - start)

    aside pen (fun pen ->
        pen.LittleEndian(4, int64 (6 + body.Position + 1))
        pen.LittleEndian(2, int64 (countOr 65535 pen elements.Length))
        pen.Bytes(body.ToArray())
        pen.Byte 0xFF)

let listpack (pen: Pen) (elements: byte[] list) : byte[] =
    listpackOf pen (List.map ListpackElement.Text elements)

/// The numbers must ascend.
let intset (pen: Pen) (numbers: int64 list) : byte[] =
    let widths =
        [ 2; 4; 8 ]
        |> List.filter (fun width -> List.forall (Texts.fits (8 * width)) numbers)

    let width =
        if pen.Chance.OnceIn 4 then
            pen.Chance.Pick widths
        else
            List.head widths

    aside pen (fun pen ->
        pen.LittleEndian(4, int64 width)
        pen.LittleEndian(4, int64 numbers.Length)

        for number in numbers do
            pen.LittleEndian(width, number))

/// One form only for each: servers do not agree on how to read a short length in the long form (`zipmap.c`, 7.0.15:
/// `zipmapValidateIntegrity` takes it for five bytes long, `zipmapRawKeyLength` for one).
let private zipmapLength (pen: Pen) (length: int) =
    if length < 254 then
        pen.Byte length
    else
        pen.Byte 254
        pen.LittleEndian(4, int64 length)

let zipmap (pen: Pen) (fields: HashField[]) : byte[] =
    aside pen (fun pen ->
        pen.Byte(countOr 254 pen fields.Length)

        for field in fields do
            zipmapLength pen field.Field.Length
            pen.Bytes field.Field
            zipmapLength pen field.Value.Length
            let free = if pen.Chance.OnceIn 4 then pen.Chance.Between(1, 9) else 0
            pen.Byte free
            pen.Bytes field.Value
            pen.Bytes(Array.init free (fun _ -> byte (pen.Chance.Between(0, 255))))

        pen.Byte 255)
