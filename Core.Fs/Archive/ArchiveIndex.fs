namespace HybridReplica.Core

open System
open System.Buffers.Binary
open System.Runtime.InteropServices

/// One entry of the index beside a segment: a place between two commands outside of transactions.
[<Struct>]
type IndexEntry =
    {
        /// The offset of the place in the master's history.
        Offset: Offset
        /// Where in the file of the segment begins what is behind that offset. Annotations right there are behind it.
        Byte: int64
        /// Everything from the offset on was received at this time or later, in milliseconds of unix time.
        ReceivedAt: int64
        /// The database selected at the offset.
        Database: int
        /// The CRC-64 of all bytes of the file in front of `Byte`.
        Checksum: uint64
    }

module internal IndexHeader =

    /// What every index begins with; the digit is the version of the format.
    let bytes: byte[] = "SEGMENT INDEX 1\n"B

/// What was read of an index.
[<NoComparison; NoEquality>]
type IndexReading =
    {
        /// The entries that are whole, up to the first that is not.
        Entries: IndexEntry[]
        /// The bytes in which they are, with the header. More entries may be written behind that.
        WholeBytes: int
        /// What the next entry has to be written with.
        Check: uint64
        /// How many bytes are behind that, and are of no use.
        Rest: int
    }

    /// Whether the index ends in the middle of its header or of an entry, as it does when writing it was cut short.
    member this.IsTorn =
        this.Rest > 0
        && this.Rest <
            (if this.WholeBytes = 0 then
                 ArchiveIndex.HeaderSize
             else
                 ArchiveIndex.EntrySize)

    /// Whether there is a header or an entry that is not what was written.
    member this.IsDamaged = this.Rest > 0 && not this.IsTorn

/// The index beside a segment. It is a header, and entries of which each has a check over itself and all before it. It
/// holds nothing that could not be found in the segment again, apart from the times.
and [<AbstractClass; Sealed>] ArchiveIndex =

    /// Bytes of the header.
    static member HeaderSize = 16

    /// Bytes of an entry.
    static member EntrySize = 48

    // Bytes of an entry in front of its check.
    static member private CheckedSize = ArchiveIndex.EntrySize - sizeof<uint64>

    /// <summary>Writes the header.</summary>
    /// <param name="target">At least <c>HeaderSize</c> bytes.</param>
    /// <returns>What the first entry has to be written with.</returns>
    static member WriteHeader(target: Span<byte>) : uint64 =
        IndexHeader.bytes.AsSpan().CopyTo target
        Crc64.update (0UL, ReadOnlySpan IndexHeader.bytes)

    /// <summary>Writes an entry, without allocating.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="previous">What writing the one before, or the header, returned.</param>
    /// <param name="target">At least <c>EntrySize</c> bytes.</param>
    /// <returns>What the next entry has to be written with.</returns>
    static member Write(entry: IndexEntry, previous: uint64, target: Span<byte>) : uint64 =
        BinaryPrimitives.WriteInt64LittleEndian(target, entry.Offset.Bytes)
        BinaryPrimitives.WriteInt64LittleEndian(target.Slice 8, entry.Byte)
        BinaryPrimitives.WriteInt64LittleEndian(target.Slice 16, entry.ReceivedAt)
        BinaryPrimitives.WriteInt64LittleEndian(target.Slice 24, int64 entry.Database)
        BinaryPrimitives.WriteUInt64LittleEndian(target.Slice 32, entry.Checksum)

        let check =
            Crc64.update (previous, Span.op_Implicit (target.Slice(0, ArchiveIndex.CheckedSize)))

        BinaryPrimitives.WriteUInt64LittleEndian(target.Slice ArchiveIndex.CheckedSize, check)
        check

    static member private EntryAt(bytes: ReadOnlySpan<byte>) : IndexEntry =
        {
            Offset = Offset(BinaryPrimitives.ReadInt64LittleEndian bytes)
            Byte = BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice 8)
            ReceivedAt = BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice 16)
            Database = int (BinaryPrimitives.ReadInt64LittleEndian(bytes.Slice 24))
            Checksum = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice 32)
        }

    // The check of the entry that begins there, if it is whole.
    static member private CheckOf(bytes: ReadOnlySpan<byte>, previous: uint64) : uint64 voption =
        if bytes.Length < ArchiveIndex.EntrySize then
            ValueNone
        else
            let check = Crc64.update (previous, bytes.Slice(0, ArchiveIndex.CheckedSize))

            // Zeros are what a power failure leaves, and their check would be right behind others like them. No entry
            // stands in front of the SELECT.
            if bytes.Slice(0, ArchiveIndex.EntrySize).IndexOfAnyExcept 0uy < 0 then
                ValueNone
            elif check = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice ArchiveIndex.CheckedSize) then
                ValueSome check
            else
                ValueNone

    /// <summary>Reads the header.</summary>
    /// <param name="bytes">How the index begins.</param>
    /// <param name="check">What the first entry was written with.</param>
    /// <returns>Whether it is one.</returns>
    static member TryReadHeader(bytes: ReadOnlySpan<byte>, [<Out>] check: byref<uint64>) : bool =
        check <- Crc64.update (0UL, ReadOnlySpan IndexHeader.bytes)
        bytes.StartsWith(ReadOnlySpan IndexHeader.bytes)

    /// <summary>Reads one entry.</summary>
    /// <param name="bytes">What begins with it, at least <c>EntrySize</c> bytes.</param>
    /// <param name="check">What it was written with. Afterwards, what the next one was written with, even if this one
    /// is damaged.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>Whether it is what was written.</returns>
    static member TryRead(bytes: ReadOnlySpan<byte>, check: byref<uint64>, [<Out>] entry: byref<IndexEntry>) : bool =
        let isWhole = (ArchiveIndex.CheckOf(bytes, check)).IsSome
        entry <- ArchiveIndex.EntryAt bytes
        check <- BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice ArchiveIndex.CheckedSize)
        isWhole

    /// <summary>Reads an index as far as it is whole.</summary>
    /// <param name="bytes">All bytes of its file.</param>
    static member Read(bytes: ReadOnlySpan<byte>) : IndexReading =
        if not (bytes.StartsWith(ReadOnlySpan IndexHeader.bytes)) then
            {
                Entries = [||]
                WholeBytes = 0
                Check = 0UL
                Rest = bytes.Length
            }
        else
            let entries =
                Array.zeroCreate ((bytes.Length - ArchiveIndex.HeaderSize) / ArchiveIndex.EntrySize)

            let mutable check = Crc64.update (0UL, ReadOnlySpan IndexHeader.bytes)
            let mutable next = ArchiveIndex.CheckOf(bytes.Slice ArchiveIndex.HeaderSize, check)
            let mutable count = 0
            let mutable at = ArchiveIndex.HeaderSize

            while next.IsSome do
                entries[count] <- ArchiveIndex.EntryAt(bytes.Slice at)
                check <- next.Value
                count <- count + 1
                at <- at + ArchiveIndex.EntrySize
                next <- ArchiveIndex.CheckOf(bytes.Slice at, check)

            {
                Entries = Array.truncate count entries
                WholeBytes = at
                Check = check
                Rest = bytes.Length - at
            }

    /// <summary>Reads the last of the entries without those in front of it.</summary>
    /// <param name="previous">The bytes in front of the entry: the one before, which is taken as it is, or the
    /// header.</param>
    /// <param name="entry">The bytes of the entry.</param>
    /// <returns>None: the two are not what was written behind each other.</returns>
    static member ReadLast(previous: ReadOnlySpan<byte>, entry: ReadOnlySpan<byte>) : IndexEntry voption =
        let check =
            if previous.SequenceEqual(ReadOnlySpan IndexHeader.bytes) then
                Crc64.update (0UL, previous)
            else
                BinaryPrimitives.ReadUInt64LittleEndian(previous.Slice ArchiveIndex.CheckedSize)

        match ArchiveIndex.CheckOf(entry, check) with
        | ValueSome _ -> ValueSome(ArchiveIndex.EntryAt entry)
        | ValueNone -> ValueNone

    // How many entries there are in front of the first that is beyond, of entries in their order.
    static member inline private CountUntil
        (entries: ReadOnlySpan<IndexEntry>, [<InlineIfLambda>] isBeyond: IndexEntry -> bool)
        : int =
        let mutable low = 0
        let mutable high = entries.Length

        while low < high do
            let middle = low + (high - low) / 2

            if isBeyond entries[middle] then
                high <- middle
            else
                low <- middle + 1

        low

    /// The index of the last entry that lies at the offset or in front of it, or -1.
    static member LastAtOrBefore(entries: ReadOnlySpan<IndexEntry>, offset: Offset) : int =
        ArchiveIndex.CountUntil(entries, (fun entry -> entry.Offset > offset)) - 1

    /// The index of the first entry whose time, in milliseconds of unix time, is later; the number of entries if none
    /// is. Everything in front of its offset was received up to then, as exactly as it is known.
    static member FirstAfterTime(entries: ReadOnlySpan<IndexEntry>, time: int64) : int =
        ArchiveIndex.CountUntil(entries, (fun entry -> entry.ReceivedAt > time))

/// When something is written beside the stream, at a place between two commands outside of transactions.
[<AbstractClass; Sealed>]
type IndexRules =

    /// Milliseconds that are between two entries at least, if not too much came in between.
    static member EntryMilliseconds = 100L

    /// Bytes of the stream after which there is another entry, as soon as there can be.
    static member EntryBytes = 1048576L

    /// The time of an entry: that of the clock, but never earlier than that of the one before. Both are milliseconds of
    /// unix time.
    static member NotBefore(last: IndexEntry, now: int64) : int64 = max last.ReceivedAt now

    /// <summary>Whether another entry is due in front of what is received now.</summary>
    /// <param name="last">The last entry.</param>
    /// <param name="offset">The offset at which the other one would stand. It may be that of the last: nothing was
    /// received in between, and what comes now is later than that entry says.</param>
    /// <param name="now">Milliseconds of unix time.</param>
    static member IsEntryDue(last: IndexEntry, offset: Offset, now: int64) : bool =
        now - last.ReceivedAt >= IndexRules.EntryMilliseconds
        || offset.Bytes - last.Offset.Bytes >= IndexRules.EntryBytes

    /// <summary>Whether the second has advanced since the last annotation
    /// (<c>genAofTimestampAnnotationIfNeeded</c>, 7.0.15).</summary>
    /// <param name="last">The seconds of the last annotation, if there is one.</param>
    /// <param name="now">Milliseconds of unix time.</param>
    static member IsAnnotationDue(last: int64 voption, now: int64) : bool =
        match last with
        | ValueSome seconds -> now / 1000L > seconds
        | ValueNone -> true
