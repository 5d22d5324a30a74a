module HybridReplica.Tests.JitterTests

open System
open Expecto
open FsCheck.FSharp
open HybridReplica.Core

let private retry first longest =
    {
        Attempts = 9
        FirstPause = first
        LongestPause = longest
        Seed = 0UL
    }

let private pauses retry seed =
    let pause jitter attempt =
        let struct (seconds, jitter) = Jitter.pause retry attempt jitter
        seconds, jitter

    List.mapFold pause seed [ 1..8 ] |> fst

/// The longest pause after an attempt, without any trick.
let private longest (retry: Retry) attempt =
    let doubled = pown 2I (attempt - 1) * bigint retry.FirstPause
    int (min doubled (bigint retry.LongestPause))

let private seeds = Gen.choose64 (Int64.MinValue, Int64.MaxValue) |> Gen.map uint64

let private cases =
    gen {
        let! first = Gen.oneof [ Gen.choose (1, 10); Gen.choose (1, Int32.MaxValue) ]
        let! longest = Gen.oneof [ Gen.choose (1, 60); Gen.choose (1, Int32.MaxValue) ]
        let! attempt = Gen.oneof [ Gen.choose (1, 8); Gen.choose (1, 2000) ]
        let! seed = seeds
        return retry first longest, attempt, seed
    }

let tests =
    testList
        "jitter"
        [
            testProperty
                "a pause lies between half and all of the longest it may be, and is never nothing"
                (Prop.forAll (Arb.fromGen cases) (fun (retry, attempt, seed) ->
                    let struct (seconds, _) = Jitter.pause retry attempt seed
                    let most = longest retry attempt
                    Expect.isTrue (seconds >= 1 && seconds >= most / 2 && seconds <= most) $"%d{seconds} of %d{most}"))
            testProperty
                "the same seed gives the same pauses"
                (Prop.forAll (Arb.fromGen seeds) (fun seed ->
                    Expect.equal (pauses (retry 8 500) seed) (pauses (retry 8 500) seed) "the pauses"))
            testCase "a hundred replicas with seeds of their own do not come back in the same second" (fun () ->
                let seconds = [ for seed in 1UL .. 100UL -> pauses (retry 30 30) seed |> List.head ]

                for second, many in List.countBy id seconds do
                    Expect.isLessThan many 30 $"replicas in second %d{second}"

                Expect.isGreaterThan (seconds |> List.distinct |> List.length) 10 "different pauses")
            testProperty
                "no settings and no attempt stop the reckoning, not even those that break the rules"
                (Prop.forAll
                    (Arb.fromGen (Gen.two (Gen.choose (Int32.MinValue, Int32.MaxValue))))
                    (fun (first, longest) ->
                        for attempt in [ Int32.MinValue; -1; 0; 1; 31; 32; Int32.MaxValue ] do
                            let struct (seconds, _) = Jitter.pause (retry first longest) attempt 0UL
                            let struct (least, _) = Jitter.pause (retry first -2) attempt 0UL
                            Expect.isTrue (seconds >= 1 && least >= 1) "pauses of at least a second"))
        ]
