namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// Why a snapshot carries no checksum.
[<RequireQualifiedAccess>]
type ChecksumAbsence =
    /// The master was told not to compute one (`rdbchecksum no`): its eight bytes are zero.
    | Disabled
    /// The format is from before there was one.
    | TooOld

/// What can be said of a snapshot without decoding it.
[<RequireQualifiedAccess>]
type RdbVerdict =
    /// It is what was sent: its checksum is right.
    | Verified of version: RdbVersion
    /// It begins and ends as it should, and carries no checksum.
    | Unchecked of version: RdbVersion * absence: ChecksumAbsence
    /// Its bytes do not have the checksum it says.
    | ChecksumMismatch of version: RdbVersion * stored: uint64 * computed: uint64
    /// The byte that ends the data is not where it must be.
    | EndMissing of version: RdbVersion
    /// It does not begin like an RDB.
    | NotRdb
    /// It is too short to be an RDB, so many bytes.
    | TooShort of bytes: int64

module internal RdbLayout =

    /// The end of the data, in front of the checksum if there is one (`RDB_OPCODE_EOF`).
    [<Literal>]
    let EndOfData = 0xFFuy

    /// Bytes of the checksum.
    [<Literal>]
    let TailLength = 8

open RdbLayout

/// A snapshot looked at while it streams by, in chunks cut anywhere: its first nine bytes, its last nine, and the checksum
/// of all but the last eight.
[<Struct>]
type RdbCheck =
    private
        {
            Count: int64
            // The first eight bytes, the first of them highest, and the ninth.
            Head: uint64
            Ninth: byte
            // The last eight bytes, the last of them highest, and the one before these.
            Tail: uint64
            BeforeTail: byte
            // The checksum of everything before the tail.
            Checksum: uint64
        }

    /// Bytes seen so far.
    member this.Bytes = this.Count

    /// A snapshot of which nothing was seen.
    static member empty: RdbCheck =
        {
            Count = 0L
            Head = 0UL
            Ninth = 0uy
            Tail = 0UL
            BeforeTail = 0uy
            Checksum = 0UL
        }

    // The oldest byte of a full tail is behind the checksum's front now.
    static member private push(check: RdbCheck, value: byte) : RdbCheck =
        let pushed =
            { check with
                Count = check.Count + 1L
                Tail = (check.Tail >>> 8) ||| (uint64 value <<< 56)
                Head =
                    if check.Count < 8L then
                        (check.Head <<< 8) ||| uint64 value
                    else
                        check.Head
                Ninth = if check.Count = 8L then value else check.Ninth
            }

        if check.Count < int64 TailLength then
            pushed
        else
            { pushed with
                BeforeTail = byte check.Tail
                Checksum = Crc64Tables.updateByte (check.Checksum, byte check.Tail)
            }

    static member private pushAll(check: RdbCheck, bytes: ReadOnlySpan<byte>) : RdbCheck =
        let mutable check = check

        for value in bytes do
            check <- RdbCheck.push (check, value)

        check

    /// Looks at the next bytes.
    static member advance(check: RdbCheck, bytes: ReadOnlySpan<byte>) : RdbCheck =
        // The first bytes one by one, until the head is known and the tail is full; of the rest, all but the tail at once.
        let first =
            min bytes.Length (max 0 (Limits.RdbHeadLength - int (min check.Count 9L)))

        let check = RdbCheck.pushAll (check, bytes.Slice(0, first))
        let rest = bytes.Slice first

        if rest.Length <= TailLength then
            RdbCheck.pushAll (check, rest)
        else
            let body = rest.Slice(0, rest.Length - TailLength)

            { check with
                Count = check.Count + int64 rest.Length
                Tail = BinaryPrimitives.ReadUInt64LittleEndian(rest.Slice body.Length)
                BeforeTail = body[body.Length - 1]
                Checksum = Crc64.update (Crc64Tables.updateWord (check.Checksum, check.Tail), body)
            }

    static member private versionOf(check: RdbCheck) : RdbVersion voption =
        let head = Span<byte>(Array.zeroCreate Limits.RdbHeadLength)
        BinaryPrimitives.WriteUInt64BigEndian(head, check.Head)
        head[8] <- check.Ninth
        RdbVersion.TryRead(Span.op_Implicit head)

    static member private concludeChecksum(check: RdbCheck, version: RdbVersion) : RdbVerdict =
        if check.Count < int64 (Limits.RdbHeadLength + 1 + TailLength) then
            RdbVerdict.TooShort check.Count
        elif check.BeforeTail <> EndOfData then
            RdbVerdict.EndMissing version
        elif check.Tail = 0UL then
            RdbVerdict.Unchecked(version, ChecksumAbsence.Disabled)
        elif check.Tail = check.Checksum then
            RdbVerdict.Verified version
        else
            RdbVerdict.ChecksumMismatch(version, check.Tail, check.Checksum)

    /// What the bytes seen amount to.
    static member conclude(check: RdbCheck) : RdbVerdict =
        match RdbCheck.versionOf check with
        | _ when check.Count < int64 Limits.RdbHeadLength -> RdbVerdict.TooShort check.Count
        | ValueNone -> RdbVerdict.NotRdb
        | ValueSome version when version.HasChecksum -> RdbCheck.concludeChecksum (check, version)
        | ValueSome version when byte (check.Tail >>> 56) = EndOfData ->
            RdbVerdict.Unchecked(version, ChecksumAbsence.TooOld)
        | ValueSome version -> RdbVerdict.EndMissing version
