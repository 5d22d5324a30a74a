namespace HybridReplica.Core

/// Pauses between attempts that grow, and that differ from replica to replica, so that a hundred replicas that lost the
/// same master do not all come back in the same second.
[<RequireQualifiedAccess>]
module internal Jitter =

    // One step of SplitMix64, whose state is a plain counter: any seed will do, zero included.
    let private step (state: uint64) = state + 0x9E3779B97F4A7C15UL

    let private mix (state: uint64) =
        let mixed = (state ^^^ (state >>> 30)) * 0xBF58476D1CE4E5B9UL
        let mixed = (mixed ^^^ (mixed >>> 27)) * 0x94D049BB133111EBUL
        mixed ^^^ (mixed >>> 31)

    // The longest pause after this many attempts: twice the one before, up to the limit, and a second at the least,
    // even for settings that break the rules.
    let private longest (retry: Retry) attempt =
        let doublings = max 0 (min (attempt - 1) 31)
        max 1L (min (int64 retry.LongestPause) (int64 retry.FirstPause <<< doublings))

    /// The pause in seconds after the attempt that failed, between half and all of the longest it may be, and the
    /// state of the jitter after it.
    let pause (retry: Retry) (attempt: int) (jitter: uint64) : struct (int * uint64) =
        let jitter = step jitter
        let most = longest retry attempt
        let spread = uint64 (most / 2L) + 1UL
        struct (int (max 1L (most - int64 (mix jitter % spread))), jitter)
