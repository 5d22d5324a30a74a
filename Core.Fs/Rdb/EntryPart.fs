namespace HybridReplica.Core

/// The elements of an entry, or of a part of it, that are put together, the newest first. Only those are there that
/// belong to the kind of the entry.
type internal EntryPart =
    {
        /// How many elements there are, and what they amount to in bytes.
        Count: int
        Bytes: int64
        /// The pieces of a string, the elements of a list, or the members of a set.
        Texts: byte[] list
        Fields: HashField list
        Members: ScoredMember list
        StreamEntries: StreamEntry list
        ArrayElements: struct (uint64 * ArrayValue) list
        ModuleItems: ModuleItem list
    }

module internal EntryPart =

    let empty: EntryPart =
        {
            Count = 0
            Bytes = 0L
            Texts = []
            Fields = []
            Members = []
            StreamEntries = []
            ArrayElements = []
            ModuleItems = []
        }

    // What it takes to keep an array of bytes, or an element, besides the bytes themselves: about.
    [<Literal>]
    let private Overhead = 32L

    let private grow bytes (part: EntryPart) =
        { part with
            Count = part.Count + 1
            Bytes = part.Bytes + bytes
        }

    let private sizeOf (text: byte[]) = int64 text.Length + Overhead

    /// A piece of a string, which counts as its bytes alone.
    let addPiece (piece: byte[]) (part: EntryPart) : EntryPart =
        { grow (int64 piece.Length) part with
            Texts = piece :: part.Texts
        }

    /// An element of a list, or a member of a set.
    let addElement (text: byte[]) (part: EntryPart) : EntryPart =
        { grow (sizeOf text) part with
            Texts = text :: part.Texts
        }

    let addField (field: HashField) (part: EntryPart) : EntryPart =
        { grow (sizeOf field.Field + sizeOf field.Value) part with
            Fields = field :: part.Fields
        }

    let addMember (scored: ScoredMember) (part: EntryPart) : EntryPart =
        { grow (sizeOf scored.Member) part with
            Members = scored :: part.Members
        }

    let addStreamEntry (entry: StreamEntry) (part: EntryPart) : EntryPart =
        { grow (Overhead + Array.sumBy sizeOf entry.Fields) part with
            StreamEntries = entry :: part.StreamEntries
        }

    let addArrayElement (index: uint64) (value: ArrayValue) (part: EntryPart) : EntryPart =
        let bytes =
            match value with
            | ArrayValue.Text text -> sizeOf text
            | _ -> Overhead

        { grow bytes part with
            ArrayElements = struct (index, value) :: part.ArrayElements
        }

    let addModuleItem (item: ModuleItem) (part: EntryPart) : EntryPart =
        let bytes =
            match item with
            | ModuleItem.Text text -> sizeOf text
            | _ -> Overhead

        { grow bytes part with
            ModuleItems = item :: part.ModuleItems
        }

    let private inOrder (newestFirst: 'T list) : 'T[] =
        newestFirst |> Array.ofList |> Array.rev

    /// The value that these elements are of, or the part of it.
    let value (kind: RdbKind) (moduleId: ModuleId) details insertAt (part: EntryPart) : RdbValue =
        match kind with
        | RdbKind.String -> RdbValue.String(Array.concat (List.rev part.Texts))
        | RdbKind.List -> RdbValue.List(inOrder part.Texts)
        | RdbKind.Set -> RdbValue.Set(inOrder part.Texts)
        | RdbKind.SortedSet -> RdbValue.SortedSet(inOrder part.Members)
        | RdbKind.Hash -> RdbValue.Hash(inOrder part.Fields)
        | RdbKind.Stream -> RdbValue.Stream(inOrder part.StreamEntries, details)
        | RdbKind.Array -> RdbValue.Array(inOrder part.ArrayElements, insertAt)
        | _ -> RdbValue.Module(moduleId.Name, moduleId.Version, inOrder part.ModuleItems)

    /// The last field expires then: that is said behind it.
    let expire (time: int64) (part: EntryPart) : EntryPart =
        match part.Fields with
        | last :: others ->
            { part with
                Fields = { last with Expiry = ValueSome time } :: others
            }
        | [] -> part
