namespace HybridReplica.Core

/// The way through the steps of a value.
[<AbstractClass; Sealed>]
type internal RdbProgress =

    /// Begins to take steps.
    static member Begin(scan: byref<RdbScan>, steps: ValueStep[], look: RdbLook) : unit =
        scan.steps <- steps
        scan.next <- 0
        scan.inside <- 0
        scan.look <- look
        scan.fieldExpiry <- -1L
        scan.expiryBase <- 0L
        scan.place <- RdbPlace.Steps

    /// The step is taken: what was read is told, if anybody wants to know.
    static member Taken(scan: byref<RdbScan>, kind: RdbTokenKind, token: byref<RdbToken>) : RdbStep =
        scan.next <- scan.next + 1
        scan.inside <- 0

        if scan.look = RdbLook.Typed then
            token.kind <- kind
            RdbStep.Token
        else
            RdbNumbers.GoOn

    /// The step is taken, and there is nothing to tell.
    static member TakenSilently(scan: byref<RdbScan>) : RdbStep =
        scan.next <- scan.next + 1
        scan.inside <- 0
        RdbNumbers.GoOn

    /// Begins to repeat the steps up to the matching `Again`, which is so many steps away.
    static member Enter(scan: byref<RdbScan>, times: uint64, distance: int) : RdbStep =
        if times = 0UL then
            scan.next <- scan.next + distance + 1
        else
            scan.leftOutside <- scan.leftAround
            scan.leftAround <- scan.left
            scan.left <- times
            scan.next <- scan.next + 1

        RdbNumbers.GoOn

    /// The end of what is repeated.
    static member Again(scan: byref<RdbScan>, distance: int) : RdbStep =
        scan.left <- scan.left - 1UL

        if scan.left > 0UL then
            scan.next <- scan.next - distance + 1
        else
            scan.left <- scan.leftAround
            scan.leftAround <- scan.leftOutside
            scan.next <- scan.next + 1

        RdbNumbers.GoOn
