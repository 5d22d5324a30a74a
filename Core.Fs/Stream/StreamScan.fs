namespace HybridReplica.Core

open System

/// Where a word of a command is.
[<Struct>]
type ArgumentRange =
    {
        /// Its first byte, counted from the first byte of the command.
        Start: int
        /// Its length in bytes.
        Length: int
    }

/// How far one look at the stream goes.
[<RequireQualifiedAccess>]
type internal Pace =
    /// As far as the window, or to the end of a GETACK.
    | Window = 0
    /// To the end of a command.
    | Command = 1
    /// To the end of a word's length, or of what there is of the word.
    | Word = 2

/// What a look at the stream changes as it goes.
[<Struct>]
type internal ScanFields =
    {
        mutable End: int64
        // Where the command begins that was looked at last.
        mutable First: int64
        mutable SafeEnd: int64
        mutable ChangedEnd: int64
        mutable AskedEnd: int64
        // -1: not known.
        mutable Selected: int
        mutable SafeSelected: int
        // Where the open transaction begins. -1: none is open.
        mutable Multi: int64
        mutable Kind: CommandKind
        // Words announced and words seen; the same between commands.
        mutable Announced: int64
        mutable Seen: int64
        // Bytes left of the word that has begun, its line end included. -1: its length is still to come.
        mutable Left: int64
        mutable Length: int64
    }

/// How far the stream has been looked at. The look can be cut anywhere and goes on with the next bytes, so a value that
/// is larger than any window is no problem. All offsets are those of the master's history.
[<Struct>]
type StreamScan =
    internal
        {
            Fields: ScanFields
        }

    /// The beginning of a stream at a position between two commands.
    static member At(position: Position) : StreamScan =
        let offset = position.Offset.Bytes
        let database = ValueOption.defaultValue -1 position.Database

        {
            Fields =
                {
                    End = offset
                    First = offset
                    SafeEnd = offset
                    ChangedEnd = offset
                    AskedEnd = -1L
                    Selected = database
                    SafeSelected = database
                    Multi = -1L
                    Kind = CommandKind.Unknown
                    Announced = 0L
                    Seen = 0L
                    Left = -1L
                    Length = 0L
                }
        }

    /// The same, but the last change ended there.
    member internal this.WithChanged(changed: Offset) : StreamScan =
        {
            Fields =
                { this.Fields with
                    ChangedEnd = changed.Bytes
                }
        }

    static member private OptionalDatabase(database: int) =
        if database < 0 then ValueNone else ValueSome database

    /// How much has been looked at.
    member this.Offset = Offset this.Fields.End

    /// The end of the last command outside of transactions: what may be acknowledged and stored.
    member this.Safe = Offset this.Fields.SafeEnd

    /// The end of the last command that is no mere SELECT, PING or REPLCONF, or the beginning.
    member this.Changed = Offset this.Fields.ChangedEnd

    /// The database selected now, if it is known.
    member this.Database = StreamScan.OptionalDatabase this.Fields.Selected

    /// Where the transaction that is open now began.
    member this.Transaction =
        if this.Fields.Multi < 0L then
            ValueNone
        else
            ValueSome(Offset this.Fields.Multi)

    /// Whether the look ended with the last byte of a command.
    member this.IsWhole =
        this.Fields.Announced > 0L && this.Fields.Seen = this.Fields.Announced

    /// What the command is that was looked at last.
    member this.Kind = this.Fields.Kind

    /// Whether the look ended with the last byte of `REPLCONF GETACK`.
    member this.IsAsked = this.IsWhole && this.Kind = CommandKind.Getack

    /// The safe end in front of the last `REPLCONF GETACK`.
    member this.Asked = Offset this.Fields.AskedEnd

    /// Whether a command has been begun and not ended.
    member this.IsInCommand = this.Fields.Seen < this.Fields.Announced

    /// How many bytes were looked at since then.
    member this.BytesSince(earlier: StreamScan) = this.Fields.End - earlier.Fields.End

    /// How many bytes were looked at behind the safe end.
    member this.BytesBehindSafe = this.Fields.End - this.Fields.SafeEnd

    /// Where the command begins that was looked at last.
    member this.CommandStart = Offset this.Fields.First

    /// How many words that command has, its name included.
    member this.Words = this.Fields.Announced

    /// How many of them have been looked at to the end.
    member this.WordsSeen = this.Fields.Seen

    /// Whether a word has been begun and not ended.
    member this.IsInWord = this.Fields.Left >= 0L

    /// The length in bytes of the word that was begun last.
    member this.WordLength = this.Fields.Length

    /// How many bytes of that word have not been looked at.
    member this.WordLeft = max 0L (this.Fields.Left - 2L)

    /// The safe position, under the id that the history has now.
    member this.SafePosition(id: ReplicationId) : Position =
        {
            Id = id
            Offset = this.Safe
            Database = StreamScan.OptionalDatabase this.Fields.SafeSelected
            InTransaction = false
        }
