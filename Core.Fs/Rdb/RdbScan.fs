namespace HybridReplica.Core

open System

/// What came of a look at an RDB.
[<RequireQualifiedAccess>]
type RdbStep =
    /// Something was found: the token.
    | Token = 0
    /// The window ends too early: at least `RdbScan.Wanted` bytes have to be in it behind those that are used.
    | NeedsMore = 1
    /// The scratch memory is too small: at least `RdbScan.Wanted` bytes. Its content does not matter.
    | NeedsScratch = 2
    /// The RDB is over.
    | Finished = 3
    /// It cannot be read further: `RdbScan.Trouble`.
    | Failed = 4

/// A node of a stream that is being read.
[<Struct; NoComparison; NoEquality>]
type internal StreamNode =
    // What its ids are counted from.
    [<DefaultValue(false)>]
    val mutable Id: StreamId

    // How many entries it still has, and how many that were deleted.
    [<DefaultValue(false)>]
    val mutable Entries: int64

    [<DefaultValue(false)>]
    val mutable Deleted: int64

    // The fields that most of its entries have: how many, and where they are.
    [<DefaultValue(false)>]
    val mutable CommonCount: int64

    [<DefaultValue(false)>]
    val mutable CommonFields: PackedCursor

    // Of the entry that is being read: whether it was deleted, whether it has the common fields, where these are, how
    // many fields are left, and how many elements it is made of.
    [<DefaultValue(false)>]
    val mutable IsDeleted: bool

    [<DefaultValue(false)>]
    val mutable IsCommon: bool

    [<DefaultValue(false)>]
    val mutable NextCommon: PackedCursor

    [<DefaultValue(false)>]
    val mutable FieldsLeft: int64

    [<DefaultValue(false)>]
    val mutable Elements: int64

/// Where in the RDB a scan is.
[<RequireQualifiedAccess>]
type internal RdbPlace =
    | Head = 0
    /// In front of an opcode, or of the type of an entry.
    | Between = 1
    /// In front of the key of an entry.
    | Key = 2
    /// In the value of an entry, or behind an opcode.
    | Steps = 3
    /// In front of the value of an entry.
    | Value = 4
    /// Behind the value of an entry.
    | EntryEnd = 5
    /// The end of the entry has been told.
    | EntryOver = 6
    /// In front of the checksum.
    | Tail = 7
    | Over = 8
    | Failed = 9

/// How far an RDB has been read. It begins as `RdbScanner.Start` makes it, and only `RdbScanner` changes it. A copy
/// goes on from where it was made, given the same window and the same scratch memory.
[<Struct; NoComparison; NoEquality>]
type RdbScan =
    // The largest text that is handed out whole although it could come in parts, and what may be in memory at once.
    [<DefaultValue(false)>]
    val mutable internal partsAbove: int

    [<DefaultValue(false)>]
    val mutable internal limit: int64

    [<DefaultValue(false)>]
    val mutable internal version: RdbVersion

    [<DefaultValue(false)>]
    val mutable internal place: RdbPlace

    // Where the window begins, how much of it is used, and how much of that is under the checksum already.
    [<DefaultValue(false)>]
    val mutable internal origin: int64

    [<DefaultValue(false)>]
    val mutable internal used: int

    [<DefaultValue(false)>]
    val mutable internal summed: int

    [<DefaultValue(false)>]
    val mutable internal checksum: uint64

    [<DefaultValue(false)>]
    val mutable internal stored: uint64

    [<DefaultValue(false)>]
    val mutable internal wanted: int64

    [<DefaultValue(false)>]
    val mutable internal trouble: RdbTrouble | null

    [<DefaultValue(false)>]
    val mutable internal database: int

    [<DefaultValue(false)>]
    val mutable internal entries: int64

    // How closely the value is looked at.
    [<DefaultValue(false)>]
    val mutable internal look: RdbLook

    // The steps that are taken now, the next of them, how often the innermost repetition is still to be taken, and
    // those around it.
    [<DefaultValue(false)>]
    val mutable internal steps: ValueStep[]

    [<DefaultValue(false)>]
    val mutable internal next: int

    [<DefaultValue(false)>]
    val mutable internal left: uint64

    [<DefaultValue(false)>]
    val mutable internal leftAround: uint64

    [<DefaultValue(false)>]
    val mutable internal leftOutside: uint64

    // How far inside of one step it is. Zero: in front of it.
    [<DefaultValue(false)>]
    val mutable internal inside: int

    // Bytes to pass over, and the text that comes in parts: its length, and how much of it was handed out.
    [<DefaultValue(false)>]
    val mutable internal passing: int64

    [<DefaultValue(false)>]
    val mutable internal isInParts: bool

    [<DefaultValue(false)>]
    val mutable internal textTotal: int64

    [<DefaultValue(false)>]
    val mutable internal textBefore: int64

    // The packed container that is open: where it is, counted from the used bytes unless it is in the scratch memory;
    // how many bytes it takes in the window, with its length in front; and how far it has been read.
    [<DefaultValue(false)>]
    val mutable internal isBlobInScratch: bool

    [<DefaultValue(false)>]
    val mutable internal blobStart: int

    [<DefaultValue(false)>]
    val mutable internal blobLength: int

    [<DefaultValue(false)>]
    val mutable internal blobTakes: int

    [<DefaultValue(false)>]
    val mutable internal cursor: PackedCursor

    // Which element of a pair or triple is next.
    [<DefaultValue(false)>]
    val mutable internal role: int

    // When the field expires, or -1, and what such times are counted from.
    [<DefaultValue(false)>]
    val mutable internal fieldExpiry: int64

    [<DefaultValue(false)>]
    val mutable internal expiryBase: int64

    [<DefaultValue(false)>]
    val mutable internal node: StreamNode

    // What opcodes said of the entry that is next, or of the one that has begun. -1: nothing.
    [<DefaultValue(false)>]
    val mutable internal expiry: int64

    [<DefaultValue(false)>]
    val mutable internal hasExpiry: bool

    [<DefaultValue(false)>]
    val mutable internal idle: int64

    [<DefaultValue(false)>]
    val mutable internal frequency: int

    [<DefaultValue(false)>]
    val mutable internal entryOffset: int64

    [<DefaultValue(false)>]
    val mutable internal valueOffset: int64

    [<DefaultValue(false)>]
    val mutable internal valueType: RdbValueType | null

    [<DefaultValue(false)>]
    val mutable internal encoding: string | null

    /// The version that the head names.
    member this.Version = this.version

    /// How many bytes of the window are used. Those behind them have to be in the window again next time.
    member this.Used = this.used

    /// Where in the RDB the first byte is that is not used.
    member this.Offset = this.origin + int64 this.used

    /// See `RdbStep.NeedsMore` and `RdbStep.NeedsScratch`.
    member this.Wanted = this.wanted

    /// Why it cannot be read further; null as long as it can.
    member this.Trouble = this.trouble

    /// The database that entries are in now.
    member this.Database = this.database

    /// How many entries were read to their end.
    member this.Entries = this.entries

    /// Whether an entry has begun and not ended.
    member this.IsInEntry = this.entryOffset >= 0L && not (isNull this.valueType)

    /// How the value of the entry is stored.
    member this.ValueType = this.valueType

    /// How the value of the entry is stored, in the words of `OBJECT ENCODING`; strings are `int`, `raw`, or `lzf` when
    /// they are compressed.
    member this.Encoding = this.encoding

    /// When the entry expires, in milliseconds since 1970.
    member this.Expiry = if this.hasExpiry then ValueSome this.expiry else ValueNone

    /// For how many seconds nobody had used the entry, if the server kept count (LRU).
    member this.Idle = if this.idle < 0L then ValueNone else ValueSome this.idle

    /// How often the entry is used, from 0 to 255 on a logarithmic scale, if the server kept count (LFU).
    member this.Frequency =
        if this.frequency < 0 then
            ValueNone
        else
            ValueSome this.frequency

    /// Where the entry begins, with what is said of it in front of its type.
    member this.EntryOffset = this.entryOffset

    /// What is known of the whole RDB once it was read to its end.
    member this.Verdict: RdbVerdict =
        if not this.version.HasChecksum then
            RdbVerdict.Unchecked(this.version, ChecksumAbsence.TooOld)
        elif this.stored = 0UL then
            RdbVerdict.Unchecked(this.version, ChecksumAbsence.Disabled)
        elif this.stored = this.checksum then
            RdbVerdict.Verified this.version
        else
            RdbVerdict.ChecksumMismatch(this.version, this.stored, this.checksum)
