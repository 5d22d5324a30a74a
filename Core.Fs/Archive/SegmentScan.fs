namespace HybridReplica.Core

/// What a look at a segment ended with.
type SegmentPart =
    /// Nothing, or something that has not ended yet.
    | Nothing = 0
    /// The SELECT that is in front of the stream.
    | Select = 1
    /// An annotation.
    | Annotation = 2
    /// A command of the stream.
    | Command = 3

/// How far a segment has been looked at. The look can be cut anywhere and goes on with the next bytes.
[<Struct>]
type SegmentScan =
    internal
        {
            // The stream, without what is beside it.
            Stream: StreamScan
            Id: ReplicationId
            // The database that the SELECT in front has to name, and whether that was seen.
            First: int
            HasBegun: bool
            Looked: int64
            SafeLooked: int64
            // -1: no annotation said one.
            Seconds: int64
            Ended: SegmentPart
        }

    /// <summary>The beginning of the file of a segment.</summary>
    /// <param name="start">Where its stream begins. The file has to select its database first; if that is not known,
    /// it is the first one.</param>
    static member At(start: Position) : SegmentScan =
        let database = ValueOption.defaultValue 0 start.Database

        {
            Stream =
                StreamScan.At
                    { start with
                        Database = ValueSome database
                    }
            Id = start.Id
            First = database
            HasBegun = false
            Looked = 0L
            SafeLooked = 0L
            Seconds = -1L
            Ended = SegmentPart.Nothing
        }

    /// <summary>A place inside of the file, known from its index.</summary>
    /// <param name="id">The replication id of the segment.</param>
    /// <param name="entry">The place. The next byte to look at is its <c>Byte</c>.</param>
    static member From(id: ReplicationId, entry: IndexEntry) : SegmentScan =
        let position =
            { Position.AtFullResync(id, entry.Offset) with
                Database = ValueSome entry.Database
            }

        { SegmentScan.At position with
            HasBegun = true
            Looked = entry.Byte
            SafeLooked = entry.Byte
        }

    /// How many bytes of the file lie in front of where the look is.
    member this.Byte = this.Looked

    /// The offset there. The SELECT in front of the stream and annotations do not count.
    member this.Offset = this.Stream.Offset

    /// Whether the SELECT in front of the stream has been seen.
    member this.IsBegun = this.HasBegun

    /// The end of the last command outside of transactions, or the beginning: where the file may be cut, and the
    /// database selected there.
    member this.Safe: Position = this.Stream.SafePosition this.Id

    /// Where in the file begins what is behind that. Annotations right there are behind it. Zero as long as the SELECT
    /// in front of the stream has not been seen: without it there is nothing to keep.
    member this.SafeByte = this.SafeLooked

    /// Whether no command has been begun and not ended.
    member this.IsBetween = not this.Stream.IsInCommand

    /// Where the transaction that is open now began.
    member this.Transaction = this.Stream.Transaction

    /// The seconds of unix time in the last annotation of the time.
    member this.Timestamp =
        if this.Seconds < 0L then
            ValueNone
        else
            ValueSome this.Seconds

    /// The database selected where the look is, inside of a transaction too.
    member this.Database = this.Stream.Database

    /// What the look ended with.
    member this.Part = this.Ended

    /// What the command is that was looked at last, or is being looked at.
    member this.Kind = this.Stream.Kind

    /// Where that command begins.
    member this.CommandStart = this.Stream.CommandStart

    /// How many words it has, its name included.
    member this.Words = this.Stream.Words
