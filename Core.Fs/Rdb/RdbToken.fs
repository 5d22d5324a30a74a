namespace HybridReplica.Core

open System
open System.Buffers.Text

/// How closely the value of an entry is looked at.
[<RequireQualifiedAccess>]
type RdbLook =
    /// Only where it ends.
    | Skip = 0
    /// Its bytes as they are, fit for `RESTORE`.
    | Raw = 1
    /// What they mean.
    | Typed = 2

/// What a token is.
[<RequireQualifiedAccess>]
type RdbTokenKind =
    /// The head was read: `RdbScan.Version`.
    | Started = 0
    /// The name of an auxiliary field: a text. Its value is next.
    | AuxiliaryName = 1
    /// The value of the auxiliary field: a text.
    | AuxiliaryValue = 2
    /// The entries from here on are in the database `Number`.
    | DatabaseSelected = 3
    /// The database has `Number` keys, `Second` of them expire.
    | DatabaseSize = 4
    /// The keys that follow are in the cluster slot `Number`: `Second` keys, `Third` of them expire.
    | SlotInfo = 5
    /// Slots were being imported in a job of that name, a text: `SlotRange` follows.
    | SlotImport = 6
    /// Slots from `Number` to `Second`.
    | SlotRange = 7
    /// The source of a function library: a text.
    | FunctionLibrary = 8
    /// Data a module keeps beside the keys: module `Number`, saved in front of the keys if `Second` is 1, behind them
    /// if it is 2. The items of the module follow, then `ModuleEnded`.
    | ModuleAuxiliary = 9
    /// Data a module keeps about the key that follows: class `Number`. Items follow, then `ModuleEnded`.
    | KeyMetadata = 10

    /// An entry begins: its key, always a whole text. The scan knows its type and its expiry.
    | EntryStarted = 20
    /// The entry is over; it takes `Number` bytes, `Second` of them its value.
    | EntryEnded = 21
    /// Bytes of the value as they are in the RDB, in parts.
    | Raw = 22

    /// The value of a string: a text.
    | String = 30
    /// An element of a list or a member of a set: a text.
    | Element = 31
    /// A field of a hash: a text. Its value is next.
    | Field = 32
    /// The value of the field: a text.
    | FieldValue = 33
    /// The field before expires at `Number`, in milliseconds since 1970. Those that do not have no such token.
    | FieldExpiry = 34
    /// A member of a sorted set: a text. Its score is next.
    | Member = 35
    /// The score of the member: `Score`.
    | Score = 36

    /// An entry of a stream: `Id`. Its fields and values follow.
    | StreamEntry = 40
    /// A field of the stream's entry: a text. Its value is next.
    | StreamField = 41
    /// The value of that field: a text.
    | StreamValue = 42
    /// The stream says it has `Number` entries.
    | StreamLength = 43
    /// The last id the stream has given: `Id`.
    | StreamLastId = 44
    /// The id of its first entry: `Id`.
    | StreamFirstId = 45
    /// The largest id that was deleted: `Id`.
    | StreamMaximumDeletedId = 46
    /// `Number` entries were ever added.
    | StreamEntriesAdded = 47
    /// A consumer group: its name, a text.
    | Group = 48
    /// The last id the group has delivered: `Id`.
    | GroupLastId = 49
    /// The group has read `Number` entries, or -1: nobody knows.
    | GroupEntriesRead = 50
    /// An entry delivered and not acknowledged: `Id`, delivered last at `Time`, `Count` times in all.
    | GroupPending = 51
    /// A consumer of the group: its name, a text.
    | Consumer = 52
    /// The consumer was seen last at `Number`, in milliseconds since 1970.
    | ConsumerSeen = 53
    /// The consumer last did something at `Number`, in milliseconds since 1970, or never: -1.
    | ConsumerActive = 54
    /// The entry `Id` is pending for this consumer.
    | ConsumerPending = 55
    /// The group's pending entry `Id` was given back by its consumer.
    | GroupNacked = 56
    /// Ids of producers are kept for `Number` seconds, `Second` of them at most.
    | StreamIdempotence = 57
    /// A producer: its name, a text.
    | Producer = 58
    /// What the producer called an entry: a text. The entry's id is next.
    | ProducerEntry = 59
    /// The id of that entry: `Id`.
    | ProducerEntryId = 60
    /// Producers added `Number` entries, and tried `Second` more that were there.
    | StreamIdempotenceCounts = 61

    /// The next element is inserted into the array at `Number`.
    | ArrayInsertIndex = 70
    /// An index of an array that is in use: `Number`, unsigned. Its value is next.
    | ArrayIndex = 71
    /// A value of an array: a text.
    | ArrayValue = 72
    /// A value of an array that is a number with a fraction: `Score`.
    | ArrayFloat = 73

    /// The value belongs to the module `Number`. Its items follow.
    | Module = 80
    /// A signed number: `Number`.
    | ModuleSigned = 81
    /// An unsigned number: `Number`, to be read as unsigned.
    | ModuleUnsigned = 82
    /// A number with a fraction, stored in four bytes: `Score`.
    | ModuleFloat = 83
    /// A number with a fraction, stored in eight bytes: `Score`.
    | ModuleDouble = 84
    /// A text.
    | ModuleString = 85
    /// The last item was read, of what a module keeps beside the keys.
    | ModuleEnded = 86

    /// The RDB ends here; `RdbScan.Verdict` says what its checksum is worth.
    | Ended = 100

/// Where the bytes of a text are.
[<RequireQualifiedAccess>]
type internal TextPlace =
    | Nowhere = 0
    | Window = 1
    | Scratch = 2
    /// The text is the decimal form of `Number`.
    | Number = 3

/// The id of an entry of a stream. It is printed `milliseconds-sequence`.
[<Struct>]
type StreamId =
    {
        /// Milliseconds since 1970.
        Milliseconds: uint64
        /// Counts the entries of one millisecond.
        Sequence: uint64
    }

    override this.ToString() = $"{this.Milliseconds}-{this.Sequence}"

/// One thing found in an RDB. What its kind does not mention has no meaning. It points into the memory it was found in
/// instead of keeping anything of it.
[<Struct; NoComparison; NoEquality>]
type RdbToken =
    [<DefaultValue(false)>]
    val mutable internal kind: RdbTokenKind

    [<DefaultValue(false)>]
    val mutable internal place: TextPlace

    [<DefaultValue(false)>]
    val mutable internal start: int

    [<DefaultValue(false)>]
    val mutable internal length: int

    // Of the whole text, of which this may be a part, and of the parts before.
    [<DefaultValue(false)>]
    val mutable internal total: int64

    [<DefaultValue(false)>]
    val mutable internal before: int64

    [<DefaultValue(false)>]
    val mutable internal number: int64

    [<DefaultValue(false)>]
    val mutable internal second: int64

    [<DefaultValue(false)>]
    val mutable internal third: int64

    // How often a pending entry was delivered.
    [<DefaultValue(false)>]
    val mutable internal count: int64

    // As two numbers.
    member internal this.TakeId(id: StreamId) : unit =
        this.number <- int64 id.Milliseconds
        this.second <- int64 id.Sequence

    /// What it is.
    member this.Kind = this.kind

    /// See the kind. A text that is stored as a number is this number too.
    member this.Number = this.number

    /// See the kind.
    member this.Second = this.second

    /// See the kind.
    member this.Third = this.third

    /// The id of an entry of a stream.
    member this.Id: StreamId =
        {
            Milliseconds = uint64 this.number
            Sequence = uint64 this.second
        }

    /// What the module is called whose number this is.
    member this.Module = ModuleId this.number

    /// When a pending entry was delivered last, in milliseconds since 1970.
    member this.Time = this.third

    /// How often a pending entry was delivered.
    member this.Count = this.count

    /// A number with a fraction, or infinite, or none.
    member this.Score = BitConverter.Int64BitsToDouble this.number

    /// Whether the text is stored as a number: `Number`, of which it is the decimal form.
    member this.IsNumber = (this.place = TextPlace.Number)

    /// Whether the text begins here. A text that comes whole begins and ends at once.
    member this.IsFirst = (this.before = 0L)

    /// Whether the text ends here.
    member this.IsLast = this.before + int64 this.length >= this.total

    /// The length in bytes of the whole text, known from its first part on.
    member this.Total =
        if this.IsNumber then
            RdbToken.DecimalLength this.number
        else
            this.total

    static member private DecimalLength(number: int64) : int64 =
        let mutable digits = if number < 0L then 2L else 1L
        let mutable rest = number / 10L

        while rest <> 0L do
            digits <- digits + 1L
            rest <- rest / 10L

        digits

    /// <summary>The bytes of the text, or of the part of it that is here.</summary>
    /// <param name="window">The window that the token was found in.</param>
    /// <param name="scratch">The scratch memory that the token was found with.</param>
    /// <param name="room">Where a number is written in decimal: twenty bytes.</param>
    member this.Text(window: ReadOnlySpan<byte>, scratch: ReadOnlySpan<byte>, room: Span<byte>) : ReadOnlySpan<byte> =
        match this.place with
        | TextPlace.Window -> window.Slice(this.start, this.length)
        | TextPlace.Scratch -> scratch.Slice(this.start, this.length)
        | TextPlace.Number ->
            let mutable written = 0
            Utf8Formatter.TryFormat(this.number, room, &written) |> ignore
            Span.op_Implicit (room.Slice(0, written))
        | _ -> ReadOnlySpan.Empty
