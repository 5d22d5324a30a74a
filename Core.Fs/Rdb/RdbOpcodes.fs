namespace HybridReplica.Core

open System
open System.Buffers.Binary

/// What stands around the values: the head, the opcodes, the keys, and the checksum (`rdbLoadRio`, 7.0.15).
[<AbstractClass; Sealed>]
type internal RdbOpcodes =

    /// The newest version of Redis that is known.
    static member private NewestRedis = 14

    /// The only version of Valkey that is known.
    static member private OnlyValkey = 80

    static member private IsKnown(version: RdbVersion) : bool =
        match version.Vendor with
        | RdbVendor.Redis -> version.Number <= RdbOpcodes.NewestRedis
        | RdbVendor.Valkey -> version.Number = RdbOpcodes.OnlyValkey

    /// Valkey counts from 80 on, so that no number stands for two formats.
    static member private IsReal(version: RdbVersion) : bool =
        version.Vendor = RdbVendor.Redis || version.Number >= RdbOpcodes.OnlyValkey

    /// The first bytes, which name the version.
    static member Head(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        if RdbNumbers.Unused(&scan, window) < Limits.RdbHeadLength then
            RdbNumbers.Ask(&scan, int64 Limits.RdbHeadLength)
        else
            match RdbVersion.TryRead(window.Slice scan.used) with
            | ValueSome version when RdbOpcodes.IsKnown version ->
                scan.version <- version
                scan.used <- scan.used + Limits.RdbHeadLength
                scan.place <- RdbPlace.Between
                token.kind <- RdbTokenKind.Started
                RdbStep.Token
            | ValueSome version when RdbOpcodes.IsReal version ->
                RdbNumbers.Fail(&scan, RdbTrouble.FutureVersion version)
            | ValueSome version ->
                RdbNumbers.Fail(&scan, RdbTrouble.Refused(version.Number, "a version that Valkey never had"))
            | ValueNone -> RdbNumbers.Fail(&scan, RdbTrouble.NotRdb)

    // What opcodes say of the entry that is next belongs to it.
    static member private BeginEntry(scan: byref<RdbScan>) : unit =
        if scan.entryOffset < 0L then
            scan.entryOffset <- scan.Offset

    // Reads the number behind an opcode, and uses both.
    static member private Operand
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, size: int, number: byref<int64>)
        : RdbStep =
        let start = scan.used
        let mutable token = RdbToken()
        scan.used <- start + 1

        let step =
            if size = 0 then
                RdbNumbers.Lengths(&scan, window, 1, &token)
            else
                RdbNumbers.Fixed(&scan, window, size, &token)

        if step = RdbNumbers.GoOn then
            number <- token.number
        elif step = RdbStep.NeedsMore then
            scan.used <- start
            scan.wanted <- scan.wanted + 1L

        step

    static member private Expiry
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, size: int, milliseconds: int64)
        : RdbStep =
        let mutable number = 0L
        RdbOpcodes.BeginEntry &scan
        let step = RdbOpcodes.Operand(&scan, window, size, &number)

        if step = RdbNumbers.GoOn then
            scan.hasExpiry <- true
            // The seconds are signed.
            scan.expiry <- (if size = 4 then int64 (int32 number) else number) * milliseconds

        step

    static member private Idle(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : RdbStep =
        let start = scan.used
        let mutable number = 0L
        RdbOpcodes.BeginEntry &scan
        let step = RdbOpcodes.Operand(&scan, window, 0, &number)

        if step = RdbNumbers.GoOn && number < 0L then
            scan.used <- start
            RdbNumbers.Fail(&scan, RdbTrouble.ImpossibleLength(uint64 number))
        else
            if step = RdbNumbers.GoOn then
                scan.idle <- number

            step

    static member private Frequency(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : RdbStep =
        RdbOpcodes.BeginEntry &scan

        if RdbNumbers.Unused(&scan, window) < 2 then
            RdbNumbers.Ask(&scan, 2L)
        else
            scan.frequency <- int window[scan.used + 1]
            scan.used <- scan.used + 2
            RdbNumbers.GoOn

    static member private Select(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        let start = scan.used
        let mutable number = 0L
        let step = RdbOpcodes.Operand(&scan, window, 0, &number)

        if step <> RdbNumbers.GoOn then
            step
        elif number < 0L || number > int64 Int32.MaxValue then
            scan.used <- start
            RdbNumbers.Fail(&scan, RdbTrouble.ImpossibleLength(uint64 number))
        else
            scan.database <- int number
            token.kind <- RdbTokenKind.DatabaseSelected
            token.number <- number
            RdbStep.Token

    // The number is no opcode with a place of its own: one that is followed by steps, or the type of an entry.
    static member private Other(scan: byref<RdbScan>, number: int) : RdbStep =
        let vendor = scan.version.Vendor

        match RdbTypes.behind vendor number with
        | null ->
            match RdbTypes.find vendor number with
            | null -> RdbNumbers.Fail(&scan, RdbTypes.refuse vendor number)
            | valueType ->
                RdbOpcodes.BeginEntry &scan
                scan.valueType <- valueType
                scan.encoding <- valueType.Encoding
                scan.used <- scan.used + 1
                scan.place <- RdbPlace.Key
                RdbNumbers.GoOn
        | steps ->
            if number = RdbTypes.KeyMetadata && vendor.IsRedis then
                RdbOpcodes.BeginEntry &scan

            scan.used <- scan.used + 1
            RdbProgress.Begin(&scan, steps, RdbLook.Typed)
            RdbNumbers.GoOn

    /// What is next: an opcode, or the type of an entry.
    static member Between(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        if RdbNumbers.Unused(&scan, window) = 0 then
            RdbNumbers.Ask(&scan, 1L)
        else
            match int window[scan.used] with
            | RdbTypes.End ->
                scan.used <- scan.used + 1
                scan.place <- RdbPlace.Tail
                RdbNumbers.GoOn
            | RdbTypes.SelectDatabase -> RdbOpcodes.Select(&scan, window, &token)
            | RdbTypes.ExpirySeconds -> RdbOpcodes.Expiry(&scan, window, 4, 1000L)
            | RdbTypes.ExpiryMilliseconds -> RdbOpcodes.Expiry(&scan, window, 8, 1L)
            | RdbTypes.Frequency -> RdbOpcodes.Frequency(&scan, window)
            | RdbTypes.Idle -> RdbOpcodes.Idle(&scan, window)
            | number -> RdbOpcodes.Other(&scan, number)

    // Strings say in their first byte how they are stored.
    static member private EncodingOf(first: byte) : string =
        match first with
        | 0xC0uy
        | 0xC1uy
        | 0xC2uy -> "int"
        | 0xC3uy -> "lzf"
        | _ -> "raw"

    /// The key of an entry. There is at least one more byte behind each.
    static member Key
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        let start = scan.used

        let step =
            RdbTexts.Read(&scan, window, scratch, true, RdbTokenKind.EntryStarted, &token)

        if step <> RdbStep.Token then
            step
        elif RdbNumbers.Unused(&scan, window) = 0 then
            let size = scan.used - start
            scan.used <- start
            RdbNumbers.Ask(&scan, int64 size + 1L)
        else
            match scan.valueType with
            | null -> ()
            | valueType when valueType.Kind = RdbKind.String -> scan.encoding <- RdbOpcodes.EncodingOf window[scan.used]
            | _ -> ()

            scan.valueOffset <- scan.Offset
            scan.place <- RdbPlace.Value
            step

    /// The entry is over.
    static member EntryEnd(scan: byref<RdbScan>, token: byref<RdbToken>) : RdbStep =
        scan.entries <- scan.entries + 1L
        scan.place <- RdbPlace.EntryOver
        // What was passed over silently may have left something in it.
        token <- RdbToken()
        token.kind <- RdbTokenKind.EntryEnded
        token.number <- scan.Offset - scan.entryOffset
        token.second <- scan.Offset - scan.valueOffset
        RdbStep.Token

    /// Nothing of the entry is true any more.
    static member Forget(scan: byref<RdbScan>) : unit =
        scan.entryOffset <- -1L
        scan.valueType <- null
        scan.encoding <- null
        scan.hasExpiry <- false
        scan.idle <- -1L
        scan.frequency <- -1
        scan.place <- RdbPlace.Between

    /// Takes what is used of the window under the checksum.
    static member Sum(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : unit =
        scan.checksum <- Crc64.update (scan.checksum, window.Slice(scan.summed, scan.used - scan.summed))
        scan.summed <- scan.used

    /// The checksum, of everything in front of it.
    static member Tail(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        let tail = if scan.version.HasChecksum then RdbLayout.TailLength else 0

        if RdbNumbers.Unused(&scan, window) < tail then
            RdbNumbers.Ask(&scan, int64 tail)
        else
            RdbOpcodes.Sum(&scan, window)

            if tail > 0 then
                scan.stored <- BinaryPrimitives.ReadUInt64LittleEndian(window.Slice scan.used)

            if scan.stored <> 0UL && scan.stored <> scan.checksum then
                RdbNumbers.Fail(&scan, RdbTrouble.WrongChecksum(scan.stored, scan.checksum))
            else
                scan.used <- scan.used + tail
                scan.summed <- scan.used
                scan.place <- RdbPlace.Over
                token.kind <- RdbTokenKind.Ended
                RdbStep.Token
