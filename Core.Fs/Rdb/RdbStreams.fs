namespace HybridReplica.Core

open System

/// Nodes of streams. A node is a listpack. It begins with a master entry, which names the fields that most entries of
/// the node have; of the entries, the ids are counted from that of the node (`streamAppendItem`, 7.0.15).
[<AbstractClass; Sealed>]
type internal RdbStreams =

    static member private DeletedFlag = 1L
    static member private SameFieldsFlag = 2L

    static member private Bad(scan: byref<RdbScan>, what: string) : RdbStep =
        if scan.cursor.Trouble <> PackedTrouble.None then
            RdbContainers.Damaged(&scan, PackedContainer.Listpack)
        else
            RdbNumbers.Fail(&scan, RdbTrouble.BadStream what)

    // The next element, which has to be a number.
    static member private Number(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, number: byref<int64>) : bool =
        let mutable element = PackedElement()

        if Listpack.Next(blob, &scan.cursor, &element) && element.IsNumber then
            number <- element.Number
            true
        else
            false

    static member private Count(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, count: byref<int64>) : bool =
        RdbStreams.Number(&scan, blob, &count)
        && count >= 0L
        && count <= int64 blob.Length

    static member private PassElements(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, count: int64) : bool =
        let mutable element = PackedElement()
        let mutable left = count

        while left > 0L && Listpack.Next(blob, &scan.cursor, &element) do
            left <- left - 1L

        left = 0L

    // How many entries there are, how many more were deleted, the common fields, and a zero.
    static member private Master(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>) : RdbStep =
        let mutable zero = 0L

        if
            RdbStreams.Count(&scan, blob, &scan.node.Entries)
            && RdbStreams.Count(&scan, blob, &scan.node.Deleted)
            && RdbStreams.Count(&scan, blob, &scan.node.CommonCount)
        then
            scan.node.CommonFields <- scan.cursor

            if
                RdbStreams.PassElements(&scan, blob, scan.node.CommonCount)
                && RdbStreams.Number(&scan, blob, &zero)
                && zero = 0L
            then
                RdbNumbers.GoOn
            else
                RdbStreams.Bad(&scan, "the master entry of a node")
        else
            RdbStreams.Bad(&scan, "the master entry of a node")

    /// The id that the entries of the node are counted from: a string of sixteen bytes.
    static member Key(scan: byref<RdbScan>, window: ReadOnlySpan<byte>) : RdbStep =
        let mutable length = 0UL
        let mutable inFront = 0
        let step = RdbNumbers.Length(&scan, window, 0, &length, &inFront)

        if step <> RdbNumbers.GoOn then
            step
        elif length <> uint64 RdbNumbers.IdSize then
            RdbNumbers.Fail(&scan, RdbTrouble.BadStream "the id of a node")
        elif RdbNumbers.Unused(&scan, window) < inFront + RdbNumbers.IdSize then
            RdbNumbers.Ask(&scan, int64 (inFront + RdbNumbers.IdSize))
        else
            scan.node.Id <- RdbNumbers.Id(window.Slice(scan.used + inFront))
            scan.used <- scan.used + inFront + RdbNumbers.IdSize
            step

    /// The entries of the node.
    static member Open(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>) : RdbStep =
        let step = RdbContainers.Open(&scan, window, scratch, PackedContainer.Listpack)

        if step = RdbNumbers.GoOn then
            RdbStreams.Master(&scan, RdbTexts.Opened(&scan, window, scratch))
        else
            step

    // Flags, the id, and how many fields there are unless they are the common ones.
    static member private EntryHead
        (scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, flags: int64, token: byref<RdbToken>)
        : RdbStep =
        let mutable milliseconds = 0L
        let mutable sequence = 0L
        let isCommon = (flags &&& RdbStreams.SameFieldsFlag <> 0L)
        let mutable fields = scan.node.CommonCount

        if
            RdbStreams.Number(&scan, blob, &milliseconds)
            && RdbStreams.Number(&scan, blob, &sequence)
            && (isCommon || RdbStreams.Count(&scan, blob, &fields))
        then
            scan.node.IsDeleted <- (flags &&& RdbStreams.DeletedFlag <> 0L)
            scan.node.IsCommon <- isCommon
            scan.node.NextCommon <- scan.node.CommonFields
            scan.node.FieldsLeft <- fields
            scan.node.Elements <- if isCommon then fields + 3L else 2L * fields + 4L
            token.kind <- RdbTokenKind.StreamEntry

            token.TakeId
                {
                    Milliseconds = scan.node.Id.Milliseconds + uint64 milliseconds
                    Sequence = scan.node.Id.Sequence + uint64 sequence
                }

            if scan.node.IsDeleted then
                scan.node.Deleted <- scan.node.Deleted - 1L
                RdbNumbers.GoOn
            else
                scan.node.Entries <- scan.node.Entries - 1L
                RdbStep.Token
        else
            RdbStreams.Bad(&scan, "the head of an entry")

    // The end of an entry says how many elements it is made of, for walking backwards.
    static member private EntryEnd(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>) : RdbStep =
        let mutable elements = 0L

        if RdbStreams.Number(&scan, blob, &elements) && elements = scan.node.Elements then
            RdbNumbers.GoOn
        else
            RdbStreams.Bad(&scan, "the end of an entry")

    static member private NodeEnd(scan: byref<RdbScan>) : RdbStep =
        if scan.cursor.Trouble <> PackedTrouble.None then
            RdbContainers.Damaged(&scan, PackedContainer.Listpack)
        elif scan.node.Entries <> 0L || scan.node.Deleted <> 0L then
            RdbNumbers.Fail(&scan, RdbTrouble.BadStream "the number of entries of a node")
        else
            RdbTexts.Close &scan
            RdbStep.Finished

    static member private Field(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, token: byref<RdbToken>) : bool =
        let mutable element = PackedElement()

        let isThere =
            if scan.node.IsCommon then
                Listpack.Next(blob, &scan.node.NextCommon, &element)
            else
                Listpack.Next(blob, &scan.cursor, &element)

        if isThere then
            token.kind <- RdbTokenKind.StreamField
            RdbContainers.Take(&scan, &element, &token)

        isThere

    static member private Value(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, token: byref<RdbToken>) : bool =
        let mutable element = PackedElement()
        let isThere = Listpack.Next(blob, &scan.cursor, &element)

        if isThere then
            token.kind <- RdbTokenKind.StreamValue
            RdbContainers.Take(&scan, &element, &token)
            scan.node.FieldsLeft <- scan.node.FieldsLeft - 1L

        isThere

    // An entry that was deleted is not told, and passed over as a whole.
    static member private PassDeleted(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>) : RdbStep =
        let elements =
            if scan.node.IsCommon then
                scan.node.FieldsLeft
            else
                2L * scan.node.FieldsLeft

        if RdbStreams.PassElements(&scan, blob, elements) then
            RdbStreams.EntryEnd(&scan, blob)
        else
            RdbStreams.Bad(&scan, "an entry that was deleted")

    static member private Entry(scan: byref<RdbScan>, blob: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        let mutable element = PackedElement()

        if not (Listpack.Next(blob, &scan.cursor, &element)) then
            RdbStreams.NodeEnd &scan
        elif not element.IsNumber then
            RdbStreams.Bad(&scan, "the flags of an entry")
        else
            let step = RdbStreams.EntryHead(&scan, blob, element.Number, &token)

            if step = RdbNumbers.GoOn then
                RdbStreams.PassDeleted(&scan, blob)
            else
                step

    /// <summary>Finds the next entry of the node that is open, or the next field or value of the entry.</summary>
    /// <returns><c>Finished</c> at the end of the node; <c>GoOn</c> if there was something that says nothing.</returns>
    static member Next
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        let blob = RdbTexts.Opened(&scan, window, scratch)

        // The role: zero in front of an entry, one in front of a field, two in front of a value.
        match scan.role with
        | 0 ->
            let step = RdbStreams.Entry(&scan, blob, &token)

            if step = RdbStep.Token then
                scan.role <- 1

            step
        | 1 when scan.node.FieldsLeft = 0L ->
            scan.role <- 0
            RdbStreams.EntryEnd(&scan, blob)
        | 1 when RdbStreams.Field(&scan, blob, &token) ->
            scan.role <- 2
            RdbStep.Token
        | 2 when RdbStreams.Value(&scan, blob, &token) ->
            scan.role <- 1
            RdbStep.Token
        | _ -> RdbStreams.Bad(&scan, "the fields of an entry")
