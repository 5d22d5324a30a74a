namespace HybridReplica.Core

open System

/// The forty characters by which a master names one history of its data. Redis compares them without regard to case,
/// so they are kept in lower case.
[<StructuredFormatDisplay("{Text}")>]
type ReplicationId =
    private
    | ReplicationId of text: string

    /// The forty characters.
    member this.Text =
        let (ReplicationId text) = this
        text

    override this.ToString() = this.Text

    /// The id of a history whose id is not known: forty zeros (`changeReplicationId` is never that, and
    /// `slaveTryPartialResynchronization` of 6.0.16 uses it so).
    static member Unknown = ReplicationId(System.String('0', Limits.ReplicationIdLength))

    /// Reads a replication id: forty characters, none of them a space or a control character.
    static member TryParse(text: string) : ReplicationId voption =
        let isPlain character = character > ' ' && character < '\127'

        if text.Length = Limits.ReplicationIdLength && String.forall isPlain text then
            ValueSome(ReplicationId(text.ToLowerInvariant()))
        else
            ValueNone

/// A count of the bytes replicated since a history began. The next byte wanted is the one numbered `offset + 1`.
[<Struct>]
type Offset =
    | Offset of bytes: int64

    /// The count itself, in bytes.
    member this.Bytes =
        let (Offset bytes) = this
        bytes

    override this.ToString() = string this.Bytes

/// A point in a master's history: what PSYNC asks to resume from.
[<Struct>]
type Position =
    {
        /// The history.
        Id: ReplicationId
        /// How much of it is known.
        Offset: Offset
        /// The database selected at that point. A master sends no SELECT after `+CONTINUE`, so a position without its
        /// database would write to the wrong one. None: not known yet.
        Database: int voption
        /// Whether the point lies between MULTI and EXEC, where nothing may be acknowledged or stored.
        InTransaction: bool
    }

    /// `<replication id>:<offset>`, with `:<database>` when that is known.
    override this.ToString() =
        match this.Database with
        | ValueSome database -> $"{this.Id}:{this.Offset}:{database}"
        | ValueNone -> $"{this.Id}:{this.Offset}"

    /// The position a master names at the start of a full resync. Its database stands in the snapshot.
    static member AtFullResync(id: ReplicationId, offset: Offset) : Position =
        {
            Id = id
            Offset = offset
            Database = ValueNone
            InTransaction = false
        }

    /// Reads what `ToString` writes.
    static member TryParse(text: string) : Position voption =
        let number (digits: string) =
            if
                digits.Length > 0
                && digits.Length <= Limits.NumberDigits
                && String.forall Char.IsAsciiDigit digits
            then
                ValueSome(Int64.Parse(digits, Globalization.CultureInfo.InvariantCulture))
            else
                ValueNone

        let position id offset database =
            match ReplicationId.TryParse id, number offset with
            | ValueSome id, ValueSome offset ->
                ValueSome
                    { Position.AtFullResync(id, Offset offset) with
                        Database = database
                    }
            | _ -> ValueNone

        // The id comes first and has a fixed length, for it may hold a colon itself.
        let length = min Limits.ReplicationIdLength text.Length

        match (text.Substring length).Split ':' with
        | [| ""; offset |] -> position (text.Substring(0, length)) offset ValueNone
        | [| ""; offset; database |] ->
            match number database with
            | ValueSome database when database <= int64 Int32.MaxValue ->
                position (text.Substring(0, length)) offset (ValueSome(int database))
            | _ -> ValueNone
        | _ -> ValueNone
