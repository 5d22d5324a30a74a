namespace HybridReplica.Core

open System
open System.Text

/// What a connection still has to bring.
[<RequireQualifiedAccess; NoComparison; NoEquality>]
type internal Piece =
    /// These bytes.
    | Bytes of ReadOnlyMemory<byte>
    /// So many bytes, whatever they are.
    | Filler of count: int64
    /// Its end: the master closes it.
    | End of closed: Event

/// What was received from a master and not used up yet, as an immutable value.
[<NoComparison; NoEquality>]
type internal Received =
    {
        /// The window: what has been looked at, and was not enough.
        Window: ReadOnlyMemory<byte>
        /// What comes behind it.
        Behind: Piece list
    }

/// A receive window that is never changed, only replaced.
module internal Received =

    // Filler is all the same, so all of it can be the same memory.
    let private filler = ReadOnlyMemory(Array.create 1048576 (byte 'x'))

    let empty =
        {
            Window = ReadOnlyMemory.Empty
            Behind = []
        }

    let ofText (text: string) =
        Piece.Bytes(ReadOnlyMemory(Encoding.Latin1.GetBytes text))

    let add piece received =
        { received with
            Behind = received.Behind @ [ piece ]
        }

    /// The window without its first bytes.
    let consume count received =
        { received with
            Window = received.Window.Slice count
        }

    let private join (front: ReadOnlyMemory<byte>) (more: ReadOnlyMemory<byte>) =
        if front.IsEmpty then
            more
        else
            ReadOnlyMemory(Array.append (front.ToArray()) (more.ToArray()))

    /// The window with more of what comes behind it. None: nothing does, or the end.
    let tryGrow received =
        let grown more behind =
            ValueSome
                {
                    Window = join received.Window more
                    Behind = behind
                }

        match received.Behind with
        | Piece.Bytes bytes :: later -> grown bytes later
        | Piece.Filler count :: later when count > int64 filler.Length ->
            grown filler (Piece.Filler(count - int64 filler.Length) :: later)
        | Piece.Filler count :: later -> grown (filler.Slice(0, int (max 0L count))) later
        | Piece.End _ :: _
        | [] -> ValueNone
