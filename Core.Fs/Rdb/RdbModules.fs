namespace HybridReplica.Core

open System

/// What modules save: items that say what they are, so that they can be read without the module
/// (`rdbLoadCheckModuleValue`, 7.0.15).
[<AbstractClass; Sealed>]
type internal RdbModules =

    static member private EndOfItems = 0UL
    static member private Signed = 1UL
    static member private Unsigned = 2UL
    static member private Float = 3UL
    static member private Double = 4UL
    static member private Text = 5UL

    static member private IsString = 1

    // The number behind the opcode of an item.
    static member private Item
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, opcode: uint64, opcodeSize: int, token: byref<RdbToken>)
        : RdbStep =
        let start = scan.used
        scan.used <- start + opcodeSize

        let step =
            if opcode = RdbModules.Signed then
                token.kind <- RdbTokenKind.ModuleSigned
                RdbNumbers.Lengths(&scan, window, 1, &token)
            elif opcode = RdbModules.Unsigned then
                token.kind <- RdbTokenKind.ModuleUnsigned
                RdbNumbers.Lengths(&scan, window, 1, &token)
            elif opcode = RdbModules.Float then
                token.kind <- RdbTokenKind.ModuleFloat
                RdbNumbers.Fixed(&scan, window, 4, &token)
            elif opcode = RdbModules.Double then
                token.kind <- RdbTokenKind.ModuleDouble
                RdbNumbers.Fixed(&scan, window, 8, &token)
            else
                RdbNumbers.Fail(&scan, RdbTrouble.BadModule opcode)

        // A number that is not there in full will be read again with its opcode, and one that cannot be read begins
        // with it.
        if step = RdbStep.NeedsMore || step = RdbStep.Failed then
            scan.used <- start
            scan.wanted <- scan.wanted + int64 opcodeSize
        elif step = RdbNumbers.GoOn && opcode = RdbModules.Float then
            let single = BitConverter.Int32BitsToSingle(int32 token.number)
            token.number <- BitConverter.DoubleToInt64Bits(double single)

        step

    static member private String
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        let step =
            if scan.look = RdbLook.Typed then
                RdbTexts.Read(&scan, window, scratch, false, RdbTokenKind.ModuleString, &token)
            else
                RdbTexts.Skip(&scan, window)

        if (step = RdbStep.Token && not scan.isInParts) || step = RdbNumbers.GoOn then
            scan.inside <- 0

        step

    /// <summary>Reads the next item.</summary>
    /// <returns><c>Finished</c> behind the last item.</returns>
    static member Next
        (scan: byref<RdbScan>, window: ReadOnlySpan<byte>, scratch: Span<byte>, token: byref<RdbToken>)
        : RdbStep =
        if scan.inside = RdbModules.IsString then
            RdbModules.String(&scan, window, scratch, &token)
        else
            let mutable opcode = 0UL
            let mutable size = 0
            let step = RdbNumbers.Length(&scan, window, 0, &opcode, &size)

            if step <> RdbNumbers.GoOn then
                step
            elif opcode = RdbModules.EndOfItems then
                scan.used <- scan.used + size
                RdbStep.Finished
            elif opcode = RdbModules.Text then
                scan.used <- scan.used + size
                scan.inside <- RdbModules.IsString
                RdbNumbers.GoOn
            else
                let step = RdbModules.Item(&scan, window, opcode, size, &token)

                if step = RdbNumbers.GoOn && scan.look = RdbLook.Typed then
                    RdbStep.Token
                else
                    step

    /// The id of a module that keeps something beside the keys, and when that was saved, told as a number item.
    static member Auxiliary(scan: byref<RdbScan>, window: ReadOnlySpan<byte>, token: byref<RdbToken>) : RdbStep =
        let start = scan.used
        let step = RdbNumbers.Lengths(&scan, window, 3, &token)

        if step = RdbNumbers.GoOn then
            let opcode = uint64 token.second
            token.second <- token.third

            if opcode = RdbModules.Unsigned then
                step
            else
                scan.used <- start
                RdbNumbers.Fail(&scan, RdbTrouble.BadModule opcode)
        else
            step
