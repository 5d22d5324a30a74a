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

    /// The head, the end of the data, and the checksum if there is room for one.
    let shortest (version: RdbVersion) : int =
        Limits.RdbHeadLength + 1 + (if version.HasChecksum then TailLength else 0)

open RdbLayout

/// A snapshot looked at while it streams by, in chunks cut anywhere: its version, its last nine bytes, and the checksum
/// of all but the last eight.
[<Struct>]
type RdbCheck =
    private
        {
            Count: int64
            // What the head says; none until it is whole.
            Version: RdbVersion voption
            // The last eight bytes, the last of them highest, and the one before these.
            Tail: uint64
            BeforeTail: byte
            // The checksum of everything before the tail.
            Checksum: uint64
        }

    /// Bytes seen so far.
    member this.Bytes = this.Count

    /// The CRC-64 of all bytes seen but the last eight, where formats since version 5 carry their own checksum.
    member this.BodyChecksum = this.Checksum

    /// A snapshot of which nothing was seen.
    static member empty: RdbCheck =
        {
            Count = 0L
            Version = ValueNone
            Tail = 0UL
            BeforeTail = 0uy
            Checksum = 0UL
        }

    /// The version in the head: the first eight bytes, which are the tail when the ninth arrives, and the ninth.
    static member private versionOf(first: uint64, ninth: byte) : RdbVersion voption =
        let head = Span<byte>(Array.zeroCreate<byte> Limits.RdbHeadLength)
        BinaryPrimitives.WriteUInt64LittleEndian(head, first)
        head[TailLength] <- ninth
        RdbVersion.TryRead(Span.op_Implicit head)

    static member private push(check: RdbCheck, value: byte) : RdbCheck =
        let pushed =
            { check with
                Count = check.Count + 1L
                Tail = (check.Tail >>> 8) ||| (uint64 value <<< 56)
            }

        if check.Count < int64 TailLength then
            pushed
        else
            // The tail was full: its oldest byte leaves it, and is under the checksum from now on.
            { pushed with
                Version =
                    if check.Count = int64 TailLength then
                        RdbCheck.versionOf (check.Tail, value)
                    else
                        check.Version
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
        // One by one until the head is whole, and with it the tail; then all but a new tail at once.
        let missing =
            Limits.RdbHeadLength - int (min check.Count (int64 Limits.RdbHeadLength))

        let first = min bytes.Length missing
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

    static member private isEnded(check: RdbCheck, version: RdbVersion) : bool =
        let last =
            if version.HasChecksum then
                check.BeforeTail
            else
                byte (check.Tail >>> 56)

        last = EndOfData

    /// What the bytes seen amount to.
    static member conclude(check: RdbCheck) : RdbVerdict =
        match check.Version with
        | ValueNone when check.Count < int64 Limits.RdbHeadLength -> RdbVerdict.TooShort check.Count
        | ValueNone -> RdbVerdict.NotRdb
        | ValueSome version when check.Count < int64 (shortest version) -> RdbVerdict.TooShort check.Count
        | ValueSome version when not (RdbCheck.isEnded (check, version)) -> RdbVerdict.EndMissing version
        | ValueSome version when not version.HasChecksum -> RdbVerdict.Unchecked(version, ChecksumAbsence.TooOld)
        | ValueSome version when check.Tail = 0UL -> RdbVerdict.Unchecked(version, ChecksumAbsence.Disabled)
        | ValueSome version when check.Tail = check.Checksum -> RdbVerdict.Verified version
        | ValueSome version -> RdbVerdict.ChecksumMismatch(version, check.Tail, check.Checksum)
