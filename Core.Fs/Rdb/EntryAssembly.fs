namespace HybridReplica.Core

open System

/// Puts whole entries together from the tokens of a scan: an entry, or in parts one that is larger than a limit. Each
/// token has to be added, and the entries have to be looked at as `RdbLook.Typed`.
[<NoComparison; NoEquality>]
type EntryAssembly =
    private
        {
            Limit: int64
            // None: between two entries.
            Key: byte[] voption
            Part: int
            Gathered: EntryPart
            // Of a text that comes in parts: those that came, the newest first.
            Pieces: byte[] list
            // The field or the member whose value is next.
            Name: byte[]
            // The entry of a stream that is being read: its fields and values, the newest first.
            StreamEntry: StreamId voption
            StreamFields: byte[] list
            Details: StreamAssembly
            ArrayIndex: uint64
            InsertAt: uint64 voption
            Module: ModuleId
        }

    /// <summary>Nothing was added yet.</summary>
    /// <param name="limit">
    /// How many bytes are put together at most: those of the elements, and some for keeping each. An entry that amounts
    /// to more comes in parts. An element that is larger alone is put together anyway, and so is what a stream says
    /// behind its entries. A string has the parts in which it was read, or several of them.
    /// </param>
    static member Empty(limit: int64) : EntryAssembly =
        {
            Limit = limit
            Key = ValueNone
            Part = 0
            Gathered = EntryPart.empty
            Pieces = []
            Name = [||]
            StreamEntry = ValueNone
            StreamFields = []
            Details = StreamAssembly.empty
            ArrayIndex = 0UL
            InsertAt = ValueNone
            Module = ModuleId 0L
        }

    // Puts an element into the part, or into a new one if that one is full, which is handed out then.
    static member private Gather
        (assembly: EntryAssembly, add: EntryPart -> EntryPart)
        : struct (EntryAssembly * EntryPart voption) =
        let gathered = assembly.Gathered
        let grown = add gathered

        if gathered.Count > 0 && grown.Bytes > assembly.Limit then
            { assembly with
                Gathered = add EntryPart.empty
            },
            ValueSome gathered
        else
            { assembly with Gathered = grown }, ValueNone

    // That an entry of a stream is over shows by what is behind it.
    static member private GatherStreamEntry(assembly: EntryAssembly) : struct (EntryAssembly * EntryPart voption) =
        match assembly.StreamEntry with
        | ValueNone -> assembly, ValueNone
        | ValueSome id ->
            let entry =
                {
                    Id = id
                    Fields = assembly.StreamFields |> Array.ofList |> Array.rev
                }

            let assembly =
                { assembly with
                    StreamEntry = ValueNone
                    StreamFields = []
                }

            EntryAssembly.Gather(assembly, EntryPart.addStreamEntry entry)

    // A text, all of it.
    static member private TakeText
        (assembly: EntryAssembly, token: RdbToken, text: byte[])
        : struct (EntryAssembly * EntryPart voption) =
        match token.Kind with
        | RdbTokenKind.Element -> EntryAssembly.Gather(assembly, EntryPart.addElement text)
        | RdbTokenKind.Field
        | RdbTokenKind.Member -> { assembly with Name = text }, ValueNone
        | RdbTokenKind.FieldValue ->
            let field =
                {
                    Field = assembly.Name
                    Value = text
                    Expiry = ValueNone
                }

            EntryAssembly.Gather(assembly, EntryPart.addField field)
        | RdbTokenKind.StreamField
        | RdbTokenKind.StreamValue ->
            { assembly with
                StreamFields = text :: assembly.StreamFields
            },
            ValueNone
        | RdbTokenKind.ArrayValue ->
            let value =
                if token.IsNumber then
                    ArrayValue.Integer token.Number
                else
                    ArrayValue.Text text

            EntryAssembly.Gather(assembly, EntryPart.addArrayElement assembly.ArrayIndex value)
        | RdbTokenKind.ModuleString -> EntryAssembly.Gather(assembly, EntryPart.addModuleItem (ModuleItem.Text text))
        | _ ->
            { assembly with
                Details = StreamAssembly.take token text assembly.Details
            },
            ValueNone

    // What is no text.
    static member private TakeNumber
        (assembly: EntryAssembly, token: RdbToken)
        : struct (EntryAssembly * EntryPart voption) =
        let number = token.Number

        let withItem item =
            EntryAssembly.Gather(assembly, EntryPart.addModuleItem item)

        match token.Kind with
        | RdbTokenKind.Score ->
            let scored =
                {
                    Member = assembly.Name
                    Score = token.Score
                }

            EntryAssembly.Gather(assembly, EntryPart.addMember scored)
        | RdbTokenKind.FieldExpiry ->
            { assembly with
                Gathered = EntryPart.expire number assembly.Gathered
            },
            ValueNone
        | RdbTokenKind.StreamEntry ->
            let struct (assembly, full) = EntryAssembly.GatherStreamEntry assembly

            { assembly with
                StreamEntry = ValueSome token.Id
            },
            full
        | RdbTokenKind.ArrayInsertIndex ->
            { assembly with
                InsertAt = ValueSome(uint64 number)
            },
            ValueNone
        | RdbTokenKind.ArrayIndex ->
            { assembly with
                ArrayIndex = uint64 number
            },
            ValueNone
        | RdbTokenKind.ArrayFloat ->
            EntryAssembly.Gather(assembly, EntryPart.addArrayElement assembly.ArrayIndex (ArrayValue.Float token.Score))
        | RdbTokenKind.Module ->
            { assembly with
                Module = ModuleId number
            },
            ValueNone
        | RdbTokenKind.ModuleSigned -> withItem (ModuleItem.Signed number)
        | RdbTokenKind.ModuleUnsigned -> withItem (ModuleItem.Unsigned(uint64 number))
        | RdbTokenKind.ModuleFloat -> withItem (ModuleItem.Float(float32 token.Score))
        | RdbTokenKind.ModuleDouble -> withItem (ModuleItem.Double token.Score)
        | _ ->
            let struct (assembly, full) = EntryAssembly.GatherStreamEntry assembly

            { assembly with
                Details = StreamAssembly.take token [||] assembly.Details
            },
            full

    // A text, or a part of one. All but strings are put together first.
    static member private TakePiece
        (assembly: EntryAssembly, token: RdbToken, piece: byte[])
        : struct (EntryAssembly * EntryPart voption) =
        match token.Kind, assembly.Pieces with
        | RdbTokenKind.String, _ -> EntryAssembly.Gather(assembly, EntryPart.addPiece piece)
        | _, pieces when not token.IsLast ->
            { assembly with
                Pieces = piece :: pieces
            },
            ValueNone
        | _, [] -> EntryAssembly.TakeText(assembly, token, piece)
        | _, pieces ->
            let text = Array.concat (List.rev (piece :: pieces))
            EntryAssembly.TakeText({ assembly with Pieces = [] }, token, text)

    static member private Entry
        (assembly: EntryAssembly, key: byte[], scan: inref<RdbScan>, part: EntryPart, isLast: bool)
        : RdbEntry voption =
        let details =
            if isLast then
                ValueSome(StreamAssembly.finish assembly.Details)
            else
                ValueNone

        let insertAt = if isLast then assembly.InsertAt else ValueNone

        match scan.ValueType, scan.Encoding with
        | null, _
        | _, null -> ValueNone
        | valueType, encoding ->
            ValueSome
                {
                    Database = scan.Database
                    Key = key
                    Type = valueType
                    Encoding = encoding
                    Expiry = scan.Expiry
                    Idle = scan.Idle
                    Frequency = scan.Frequency
                    Value = EntryPart.value valueType.Kind assembly.Module details insertAt part
                    Part = assembly.Part
                    IsLast = isLast
                }

    static member private TextOf
        (token: inref<RdbToken>, window: ReadOnlySpan<byte>, scratch: ReadOnlySpan<byte>)
        : byte[] =
        let room = if token.IsNumber then 20 else 0
        token.Text(window, scratch, Span(Array.zeroCreate<byte> room)).ToArray()

    /// <summary>Adds a token.</summary>
    /// <param name="assembly">What was put together so far.</param>
    /// <param name="scan">The scan that found the token.</param>
    /// <param name="token">The token.</param>
    /// <param name="window">The window that it was found in.</param>
    /// <param name="scratch">The scratch memory that it was found with.</param>
    /// <returns>What is put together then, and the entry that is ready, or a part of it.</returns>
    static member Add
        (
            assembly: EntryAssembly,
            scan: inref<RdbScan>,
            token: inref<RdbToken>,
            window: ReadOnlySpan<byte>,
            scratch: ReadOnlySpan<byte>
        ) : struct (EntryAssembly * RdbEntry voption) =
        match token.Kind, assembly.Key with
        | RdbTokenKind.EntryStarted, _ ->
            let key = EntryAssembly.TextOf(&token, window, scratch)

            { EntryAssembly.Empty assembly.Limit with
                Key = ValueSome key
            },
            ValueNone
        | _, ValueNone
        | RdbTokenKind.Raw, _ -> assembly, ValueNone
        | RdbTokenKind.EntryEnded, ValueSome key ->
            let entry = EntryAssembly.Entry(assembly, key, &scan, assembly.Gathered, true)
            EntryAssembly.Empty assembly.Limit, entry
        | _, ValueSome key ->
            let struct (next, full) =
                if token.place = TextPlace.Nowhere then
                    EntryAssembly.TakeNumber(assembly, token)
                else
                    EntryAssembly.TakePiece(assembly, token, EntryAssembly.TextOf(&token, window, scratch))

            match full with
            | ValueNone -> next, ValueNone
            | ValueSome part ->
                { next with Part = next.Part + 1 }, EntryAssembly.Entry(assembly, key, &scan, part, false)
