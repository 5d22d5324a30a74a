namespace HybridReplica.Core

/// An element of a packed container: a number, or where in the container its bytes are.
[<Struct; NoComparison; NoEquality>]
type internal PackedElement =
    [<DefaultValue(false)>]
    val mutable IsNumber: bool

    [<DefaultValue(false)>]
    val mutable Number: int64

    [<DefaultValue(false)>]
    val mutable Start: int

    [<DefaultValue(false)>]
    val mutable Length: int

    /// The element is a number, whose decimal form it stands for.
    static member OfNumber(element: byref<PackedElement>, number: int64) : unit =
        element.IsNumber <- true
        element.Number <- number

    /// The element is made of bytes.
    static member OfBytes(element: byref<PackedElement>, start: int, length: int) : unit =
        element.IsNumber <- false
        element.Start <- start
        element.Length <- length

/// How far a packed container was walked.
[<Struct; NoComparison; NoEquality>]
type internal PackedCursor =
    /// Where the next element begins.
    [<DefaultValue(false)>]
    val mutable At: int

    /// How many elements were seen; a pair is two.
    [<DefaultValue(false)>]
    val mutable Seen: int

    /// How many elements the container says it has. -1: it does not say.
    [<DefaultValue(false)>]
    val mutable Expected: int

    /// Of a ziplist: how many bytes the element before takes, zero in front of the first.
    [<DefaultValue(false)>]
    val mutable Previous: int

    /// Of an intset: how many bytes an element takes.
    [<DefaultValue(false)>]
    val mutable Width: int

    /// What is wrong with the container, once that is known.
    [<DefaultValue(false)>]
    val mutable Trouble: PackedTrouble

    /// A new walk.
    static member Begin(cursor: byref<PackedCursor>, at: int, expected: int) : bool =
        cursor <- PackedCursor()
        cursor.At <- at
        cursor.Expected <- expected
        true

    /// The container is damaged, and the walk over. Walking on finds the same again.
    static member Fail(cursor: byref<PackedCursor>, trouble: PackedTrouble) : bool =
        cursor.Trouble <- trouble
        false

    /// The walk has come to the byte that ends a container. There are no more elements in any case.
    static member Finish(cursor: byref<PackedCursor>, length: int) : bool =
        if cursor.At <> length - 1 then
            PackedCursor.Fail(&cursor, PackedTrouble.NotTerminated)
        elif cursor.Expected >= 0 && cursor.Expected <> cursor.Seen then
            PackedCursor.Fail(&cursor, PackedTrouble.WrongCount)
        else
            false

/// Numbers as containers store them: the lowest byte first, negative ones in two's complement.
[<AbstractClass; Sealed>]
type internal PackedNumber =

    /// Three bytes.
    static member Read24(blob: System.ReadOnlySpan<byte>, at: int) : int64 =
        let low = int blob[at] ||| (int blob[at + 1] <<< 8)
        int64 (low ||| (int (sbyte blob[at + 2]) <<< 16))
