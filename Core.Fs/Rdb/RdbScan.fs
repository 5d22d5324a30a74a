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
    /// Behind the value of an entry.
    | EntryEnd = 4
    /// In front of the checksum.
    | Tail = 5
    | Over = 6
    | Failed = 7

/// How far an RDB has been read. It begins as `RdbScanner.Start` makes it, and only `RdbScanner` changes it. A copy goes
/// on from where it was made, given the same window and the same scratch memory.
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
    member this.IsInEntry =
        this.entryOffset >= 0L && not (isNull this.valueType)

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
