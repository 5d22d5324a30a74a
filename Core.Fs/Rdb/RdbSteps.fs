namespace HybridReplica.Core

open System

/// Takes the steps that a value is made of.
[<AbstractClass; Sealed>]
type internal RdbSteps =

    static member private Repeat(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, distance: int) : RdbStep =
        let mutable times = 0UL
        let mutable size = 0
        let step = RdbNumbers.Length(&scan, window, 0, &times, &size)

        if step = RdbNumbers.GoOn then
            scan.used <- scan.used + size
            RdbProgress.Enter(&scan, times, distance)
        else
            step

    static member private Text
        (
            scan: byref<RdbScan>,
            window: ReadOnlySpan<byte>,
            scratch: Span<byte>,
            isWhole: bool,
            kind: RdbTokenKind,
            token: byref<RdbToken>
        ) : RdbStep =
        if scan.look = RdbLook.Typed then
            let step = RdbTexts.Read(&scan, window, scratch, isWhole, kind, &token)

            if step = RdbStep.Token && not scan.isInParts then
                RdbProgress.Taken(&scan, kind, &token)
            else
                step
        else
            let step = RdbTexts.Skip(&scan, window)

            if step = RdbNumbers.GoOn then
                RdbProgress.TakenSilently &scan
            else
                step

    static member private Container
        (
            scan: byref<RdbScan>,
            window: ReadOnlySpan<byte>,
            scratch: Span<byte>,
            container: PackedContainer,
            first: RdbTokenKind,
            arity: int,
            token: byref<RdbToken>
        ) : RdbStep =
        if scan.look <> RdbLook.Typed then
            RdbSteps.Text(&scan, window, scratch, true, first, &token)
        elif scan.inside = 0 then
            let step = RdbContainers.Open(&scan, window, scratch, container)

            if step = RdbNumbers.GoOn then
                scan.inside <- 1

            step
        else
            let step =
                RdbContainers.Next(&scan, window, scratch, container, first, arity, &token)

            if step = RdbStep.Finished then
                RdbProgress.TakenSilently &scan
            else
                step

    static member private ArityOf(first: RdbTokenKind) : int =
        if first = RdbTokenKind.Element then 1 else 2

    // Inside of a node: 1 in front of an element that stands for itself, 2 in front of a listpack, 3 in that.
    static member private ListNode
        (
            scan: byref<RdbScan>,
            window: ReadOnlySpan<byte>,
            scratch: Span<byte>,
            kind: RdbTokenKind,
            token: byref<RdbToken>
        ) : RdbStep =
        match scan.inside with
        | 0 ->
            let mutable form = 0UL
            let mutable size = 0
            let step = RdbNumbers.Length(&scan, window, 0, &form, &size)

            if step <> RdbNumbers.GoOn then
                step
            elif form = 1UL || form = 2UL then
                scan.used <- scan.used + size
                scan.inside <- int form
                step
            else
                RdbNumbers.Fail(&scan, RdbTrouble.Damaged("quicklist", PackedTrouble.UnknownEncoding))
        | 1 -> RdbSteps.Text(&scan, window, scratch, false, kind, &token)
        | 2 when scan.look = RdbLook.Typed ->
            let step = RdbContainers.Open(&scan, window, scratch, PackedContainer.Listpack)

            if step = RdbNumbers.GoOn then
                scan.inside <- 3

            step
        | _ -> RdbSteps.Container(&scan, window, scratch, PackedContainer.Listpack, kind, 1, &token)

    // Inside of a node: 1 in front of its listpack, 2 in that.
    static member private StreamNode
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        match scan.inside with
        | 0 ->
            let step = RdbStreams.Key(&scan, window)

            if step = RdbNumbers.GoOn then
                scan.inside <- 1

            step
        | 1 when scan.look = RdbLook.Typed ->
            let step = RdbStreams.Open(&scan, window, scratch)

            if step = RdbNumbers.GoOn then
                scan.inside <- 2

            step
        | 1 -> RdbSteps.Text(&scan, window, scratch, true, RdbTokenKind.StreamEntry, &token)
        | _ ->
            let step = RdbStreams.Next(&scan, window, scratch, &token)

            if step = RdbStep.Finished then
                RdbProgress.TakenSilently &scan
            else
                step

    static member private ScoreText
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, kind: RdbTokenKind, token: byref<RdbToken>)
        : RdbStep =
        let there = RdbNumbers.Unused(&scan, window)
        let length = if there = 0 then 0 else int window[scan.used]
        let textLength = if length >= 253 then 0 else length

        if there < 1 + textLength then
            RdbNumbers.Ask(&scan, 1L + int64 textLength)
        else
            let step =
                match length with
                | _ when scan.look <> RdbLook.Typed -> RdbStep.Token
                | 253 -> RdbContainers.TakeScore(Double.NaN, &token)
                | 254 -> RdbContainers.TakeScore(Double.PositiveInfinity, &token)
                | 255 -> RdbContainers.TakeScore(Double.NegativeInfinity, &token)
                | _ -> RdbContainers.ReadScore(&scan, window.Slice(scan.used + 1, textLength), &token)

            if step = RdbStep.Token then
                scan.used <- scan.used + 1 + textLength
                RdbProgress.Taken(&scan, kind, &token)
            else
                step

    // When the next field expires. Zero: never.
    static member private ExpiryInFront(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, isCounted: bool) : RdbStep =
        let mutable value = 0UL
        let mutable size = 0
        let step = RdbNumbers.Length(&scan, window, 0, &value, &size)

        let expiry =
            if isCounted then
                int64 value + scan.expiryBase - 1L
            else
                int64 value

        if step <> RdbNumbers.GoOn then
            step
        elif value > uint64 Int64.MaxValue || (value > 0UL && expiry < 0L) then
            RdbNumbers.Fail(&scan, RdbTrouble.ImpossibleLength value)
        else
            scan.used <- scan.used + size
            scan.fieldExpiry <- if value = 0UL then -1L else expiry
            RdbProgress.TakenSilently &scan

    static member private TellExpiry(scan: byref<RdbScan>, token: byref<RdbToken>) : RdbStep =
        if scan.fieldExpiry < 0L then
            RdbProgress.TakenSilently &scan
        else
            token.number <- scan.fieldExpiry
            RdbProgress.Taken(&scan, RdbTokenKind.FieldExpiry, &token)

    static member private ModuleItems
        (
            scan: byref<RdbScan>,
            window: ReadOnlySpan<byte>,
            scratch: Span<byte>,
            ending: RdbTokenKind,
            token: byref<RdbToken>
        ) : RdbStep =
        let step = RdbModules.Next(&scan, window, scratch, &token)

        if step <> RdbStep.Finished then
            step
        elif ending = RdbTokenKind.ModuleEnded then
            RdbProgress.Taken(&scan, ending, &token)
        else
            RdbProgress.TakenSilently &scan

    static member private ArrayElement
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        let step = RdbArrays.Element(&scan, window, &token)

        if step = RdbStep.Finished then
            RdbSteps.Text(&scan, window, scratch, false, RdbTokenKind.ArrayValue, &token)
        else
            step

    // A step that reads numbers, all of them at once.
    static member private Numbers
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, current: ValueStep, token: byref<RdbToken>)
        : RdbStep =
        let step =
            match current.Kind with
            | StepKind.Length
            | StepKind.OptionalLength -> RdbNumbers.Lengths(&scan, window, 1, &token)
            | StepKind.LengthPair -> RdbNumbers.Lengths(&scan, window, 2, &token)
            | StepKind.LengthTriple -> RdbNumbers.Lengths(&scan, window, 3, &token)
            | StepKind.Fixed32 -> RdbNumbers.Fixed(&scan, window, 4, &token)
            | StepKind.RawId -> RdbNumbers.RawId(&scan, window, &token)
            | StepKind.Pending -> RdbNumbers.Pending(&scan, window, &token)
            | StepKind.ModuleAuxiliary -> RdbModules.Auxiliary(&scan, window, &token)
            | _ -> RdbNumbers.Fixed(&scan, window, 8, &token)

        if step <> RdbNumbers.GoOn then
            step
        else
            match current.Kind with
            | StepKind.ExpiryBase ->
                scan.expiryBase <- token.number
                RdbProgress.TakenSilently &scan
            | StepKind.ExpiryBehind when token.number = -1L -> RdbProgress.TakenSilently &scan
            | StepKind.ExpiryBehind when token.number < 0L ->
                scan.used <- scan.used - 8
                RdbNumbers.Fail(&scan, RdbTrouble.ImpossibleLength(uint64 token.number))
            | _ -> RdbProgress.Taken(&scan, current.Token, &token)

    /// Takes the next step, or a part of it. Finished: it was the last.
    static member private Take
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        let current = scan.steps[scan.next]
        let kind = current.Token
        let container = enum<PackedContainer> current.Detail

        match current.Kind with
        | StepKind.Text -> RdbSteps.Text(&scan, window, scratch, false, kind, &token)
        | StepKind.WholeText -> RdbSteps.Text(&scan, window, scratch, true, kind, &token)
        | StepKind.Repeat -> RdbSteps.Repeat(&scan, window, current.Detail)
        | StepKind.Again -> RdbProgress.Again(&scan, current.Detail)
        | StepKind.Container ->
            RdbSteps.Container(&scan, window, scratch, container, kind, RdbSteps.ArityOf kind, &token)
        | StepKind.Triples -> RdbSteps.Container(&scan, window, scratch, container, kind, 3, &token)
        | StepKind.ListNode -> RdbSteps.ListNode(&scan, window, scratch, kind, &token)
        | StepKind.StreamNode -> RdbSteps.StreamNode(&scan, window, scratch, &token)
        | StepKind.ScoreText -> RdbSteps.ScoreText(&scan, window, kind, &token)
        | StepKind.ExpiryAfterBase -> RdbSteps.ExpiryInFront(&scan, window, true)
        | StepKind.ExpiryAt -> RdbSteps.ExpiryInFront(&scan, window, false)
        | StepKind.TellExpiry -> RdbSteps.TellExpiry(&scan, &token)
        | StepKind.ArrayHead -> RdbArrays.Head(&scan, window, current.Detail, &token)
        | StepKind.ArrayElement -> RdbSteps.ArrayElement(&scan, window, scratch, &token)
        | StepKind.ModuleItems -> RdbSteps.ModuleItems(&scan, window, scratch, kind, &token)
        | StepKind.Done -> RdbStep.Finished
        | _ -> RdbSteps.Numbers(&scan, window, current, &token)

    /// Takes steps until something is told, or until they are all taken: Finished.
    static member Run
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        let mutable step = RdbNumbers.GoOn

        while step = RdbNumbers.GoOn do
            step <-
                if scan.passing > 0L then
                    RdbTexts.PassOver(&scan, window)
                else
                    RdbSteps.Take(&scan, window, scratch, &token)

        step
