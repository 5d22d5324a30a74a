/// What modules save: items, each with an opcode in front.
module HybridReplica.Tests.Rdb.Modules

open System
open HybridReplica.Core

let private letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/// Nine characters of six bits each, and ten bits for the version of the encoding.
let idOf (name: string) (version: int) : uint64 =
    let folded =
        Seq.fold (fun id (letter: char) -> (id <<< 6) ||| uint64 (letters.IndexOf letter)) 0UL name

    (folded <<< 10) ||| uint64 version

let nameOf (id: uint64) : string =
    String(Array.init 9 (fun index -> letters[int (id >>> (58 - 6 * index)) &&& 0x3F]))

let versionOf (id: uint64) : int = int (id &&& 0x3FFUL)

let writeItem (pen: Pen) item =
    match item with
    | ModuleItem.Signed number ->
        pen.Length 1
        pen.Length(uint64 number)
    | ModuleItem.Unsigned number ->
        pen.Length 2
        pen.Length number
    | ModuleItem.Float number ->
        pen.Length 3
        pen.LittleEndian(4, int64 (BitConverter.SingleToInt32Bits number))
    | ModuleItem.Double number ->
        pen.Length 4
        pen.Double number
    | ModuleItem.Text text ->
        pen.Length 5
        Texts.write pen text

/// Items up to their end.
let writeItems (pen: Pen) (items: ModuleItem seq) =
    Seq.iter (writeItem pen) items
    pen.Length 0

let write (pen: Pen) name version (items: ModuleItem[]) =
    pen.Length(idOf name version)
    writeItems pen items
