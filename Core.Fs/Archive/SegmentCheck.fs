namespace HybridReplica.Core

open System

/// How far a segment was verified against its index, and what was found. The segment is looked at from one entry of the
/// index to the next: bytes, then the entry behind them.
[<NoComparison; NoEquality>]
type SegmentCheck =
    internal
        {
            Segment: ArchiveSegment
            Scan: SegmentScan
            // The CRC-64 of everything in front of where the scan is.
            Crc: uint64
            // Nothing that is behind this can be read, up to the next entry. It was found at that byte.
            Broken: struct (int64 * SegmentDamage) voption
            // The last entry with which all bytes in front of it agree, back to the last that did not.
            Agreed: IndexEntry voption
            // The last entry.
            Last: IndexEntry voption
            // The last one in front of the first damage.
            BeforeDamage: IndexEntry voption
            First: int64 voption
            Found: ArchiveFinding list
        }

    /// A segment of which nothing was seen.
    static member At(segment: ArchiveSegment) : SegmentCheck =
        {
            Segment = segment
            Scan = SegmentScan.At segment.Start
            Crc = 0UL
            Broken = ValueNone
            Agreed = ValueNone
            Last = ValueNone
            BeforeDamage = ValueNone
            First = ValueNone
            Found = []
        }

    /// How many bytes of the file are done with: where the next ones to look at begin.
    member this.Byte = this.Scan.Byte

    /// Whether what is in front of the next entry is to be passed over, because something in it cannot be read.
    member this.IsBroken = this.Broken.IsSome

    /// What was found, in the order of the file.
    member this.Findings: ArchiveFinding list = List.rev this.Found

    /// Where the last entry stands, or the segment begins.
    member private this.LastByte: int64 =
        match this.Last with
        | ValueSome entry -> entry.Byte
        | ValueNone -> 0L

    member private this.LastOffset: Offset =
        match this.Last with
        | ValueSome entry -> entry.Offset
        | ValueNone -> this.Segment.Start.Offset

    // Damage that goes on where that before it ended is one with it.
    member private this.Add
        (byte: int64, damage: SegmentDamage, toByte: int64, toOffset: Offset voption)
        : SegmentCheck =
        let found =
            match this.Found with
            | last :: earlier when last.ToByte = this.LastByte && this.LastByte > 0L ->
                { last with
                    ToByte = toByte
                    ToOffset = toOffset
                }
                :: earlier
            | found ->
                {
                    Fault = ArchiveFault.SegmentDamaged(this.Segment.File, byte, damage)
                    File = this.Segment.File
                    FromByte = this.LastByte
                    ToByte = toByte
                    FromOffset = ValueSome this.LastOffset
                    ToOffset = toOffset
                }
                :: found

        { this with
            Found = found
            BeforeDamage =
                (if this.Found.IsEmpty then
                     this.Agreed
                 else
                     this.BeforeDamage)
        }

    /// <summary>Looks at the next bytes, none of them behind the next entry.</summary>
    /// <param name="check">How far the segment was verified.</param>
    /// <param name="window">What begins with the byte that <c>Byte</c> says. It has to hold more than 1024 bytes to be
    /// sure to get further, if there are as many in front of the next entry.</param>
    static member Advance(check: SegmentCheck, window: ReadOnlySpan<byte>) : SegmentCheck =
        if check.IsBroken then
            check
        else
            let mutable trouble = null
            let scan = SegmentScanner.ScanWindow(check.Scan, window, &trouble)
            let done' = int (scan.Byte - check.Scan.Byte)

            { check with
                Scan = scan
                Crc = Crc64.update (check.Crc, window.Slice(0, done'))
                Broken =
                    match trouble with
                    | null -> ValueNone
                    | trouble -> ValueSome(struct (scan.Byte, SegmentDamage.Malformed trouble))
            }

    // From an entry on, whatever is in front of it.
    member private this.GoOnFrom(entry: IndexEntry) : SegmentCheck =
        { this with
            Scan = SegmentScan.From(this.Segment.Start.Id, entry)
            Crc = entry.Checksum
            Broken = ValueNone
            Last = ValueSome entry
        }

    member private this.AgreesWith(entry: IndexEntry) : bool =
        this.Scan.Byte = entry.Byte
        && this.Scan.SafeByte = entry.Byte
        && this.Scan.Safe.Offset = entry.Offset
        && this.Scan.Safe.Database = ValueSome entry.Database

    /// <summary>Compares what was looked at with the next entry. All bytes in front of it have been looked at, or the
    /// segment is broken there.</summary>
    /// <param name="check">How far the segment was verified.</param>
    /// <param name="entry">The entry, which is what was written.</param>
    static member Meet(check: SegmentCheck, entry: IndexEntry) : SegmentCheck =
        let check =
            if check.First.IsNone then
                { check with
                    First = ValueSome entry.ReceivedAt
                }
            else
                check

        let damaged byte damage =
            check.Add(byte, damage, entry.Byte, ValueSome entry.Offset).GoOnFrom entry

        match check.Broken with
        | ValueSome(byte, damage) -> damaged byte damage
        | ValueNone when check.Scan.Byte = entry.Byte && check.Crc <> entry.Checksum ->
            damaged entry.Byte (SegmentDamage.WrongChecksum check.LastByte)
        | ValueNone when not (check.AgreesWith entry) -> damaged entry.Byte SegmentDamage.Displaced
        | ValueNone ->
            { check with
                Agreed = ValueSome entry
                Last = ValueSome entry
            }

    // What is wrong with the end of a segment to which nothing more is written.
    member private this.WrongEnd(length: int64, expected: Offset) : SegmentDamage voption =
        let isWhole = this.Scan.Byte = length && this.Scan.IsBetween

        if not this.Scan.IsBegun || this.Scan.Offset < expected then
            ValueSome(SegmentDamage.EndsEarly expected)
        elif this.Scan.Safe.Offset > expected then
            ValueSome(SegmentDamage.GoesOn expected)
        elif this.Scan.Safe.Offset < expected then
            ValueSome SegmentDamage.EndsInside
        elif not isWhole then
            ValueSome(SegmentDamage.GoesOn expected)
        else
            ValueNone

    /// <summary>There are no more bytes, and no more entries in front of where they end.</summary>
    /// <param name="check">How far the segment was verified.</param>
    /// <param name="length">The size of the file.</param>
    /// <param name="beyond">The last entry that lies behind the end of the file. None: none does.</param>
    static member Finish(check: SegmentCheck, length: int64, beyond: IndexEntry voption) : SegmentCheck =
        let ended =
            match check.Segment.End, beyond with
            | ValueSome ended, _ -> ValueSome ended
            | ValueNone, ValueSome entry -> ValueSome entry.Offset
            | ValueNone, ValueNone -> ValueNone

        let damage =
            match check.Broken, ended with
            | ValueSome damage, _ -> ValueSome damage
            | ValueNone, ValueSome ended ->
                check.WrongEnd(length, ended)
                |> ValueOption.map (fun damage -> struct (check.Scan.Byte, damage))
            // What is written now may end anywhere.
            | ValueNone, ValueNone -> ValueNone

        match damage with
        | ValueSome(byte, damage) -> check.Add(byte, damage, length, check.Segment.End)
        | ValueNone -> check

    /// Whether the index reaches to the end of what was looked at.
    member this.IsIndexed: bool =
        match this.Last with
        | ValueSome entry -> entry.Offset = this.Scan.Safe.Offset
        | ValueNone -> false

    /// What can be used of it, once it is finished.
    member this.Outcome: SegmentFound =
        let pointOf (entry: IndexEntry voption) : ArchivePoint =
            match entry with
            | ValueSome entry ->
                {
                    Id = this.Segment.Start.Id
                    Offset = entry.Offset
                    Time = ValueSome entry.ReceivedAt
                }
            | ValueNone ->
                {
                    Id = this.Segment.Start.Id
                    Offset = this.Segment.Start.Offset
                    Time = ValueNone
                }

        {
            Segment = this.Segment
            First = this.First
            Good =
                if this.Found.IsEmpty then
                    { pointOf this.Last with
                        Offset = this.Scan.Safe.Offset
                    }
                else
                    pointOf this.BeforeDamage
        }
