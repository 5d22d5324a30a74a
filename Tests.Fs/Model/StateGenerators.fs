/// Any state and any event, whether a replica can come to them or not.
module HybridReplica.Tests.StateGenerators

open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

/// FsCheck builds unions and records by itself, once it knows how to make what is inside.
let private known =
    let secret = Gen.map Secret.OfText (Arb.toGen Generators.unicode)

    ArbMap.defaults
    |> ArbMap.mergeArb Generators.latin1
    |> ArbMap.mergeArb Generators.reply
    |> ArbMap.mergeArb (Arb.fromGen Generators.replicationId)
    |> ArbMap.mergeArb (Arb.fromGen Generators.position)
    |> ArbMap.mergeArb (Arb.fromGen Generators.mark)
    |> ArbMap.mergeArb (Arb.fromGen secret)

/// Seconds: few, many, none, and fewer than none.
let private seconds =
    Gen.oneof [ Gen.choose (-3, 70); Gen.choose (-100000, 100000) ]

let private numbered =
    let int32 =
        Gen.frequency
            [
                6, Gen.choose (-2, 12)
                2, seconds
                1, Gen.elements [ System.Int32.MinValue; System.Int32.MaxValue ]
            ]

    let int64 =
        Gen.oneof
            [
                Gen.choose64 (-2L, 40L)
                Gen.choose64 (System.Int64.MinValue, System.Int64.MaxValue)
            ]

    known
    |> ArbMap.mergeArb (Arb.fromGenShrink (int32, Arb.toShrink (ArbMap.arbitrary<int> ArbMap.defaults)))
    |> ArbMap.mergeArb (Arb.fromGenShrink (int64, Arb.toShrink (ArbMap.arbitrary<int64> ArbMap.defaults)))

// As many seconds as there are numbers would take as many steps.
let private isBrief event =
    match event with
    | Event.Ticked seconds -> abs (int64 seconds) <= 100000L
    | _ -> true

/// Any event at all.
let event: Arbitrary<Event> = ArbMap.arbitrary<Event> numbered |> Arb.filter isBrief

/// Any fault at all.
let fault: Arbitrary<Fault> = ArbMap.arbitrary<Fault> numbered

/// Any log event at all.
let logEvent: Arbitrary<LogEvent> = ArbMap.arbitrary<LogEvent> numbered

/// Any outcome at all.
let outcome: Arbitrary<Outcome> = ArbMap.arbitrary<Outcome> numbered

let private phase = ArbMap.arbitrary<Phase> numbered

/// Any state at all, with settings that keep the rules.
let state: Arbitrary<State> =
    let raw = ArbMap.arbitrary<State> numbered

    let states =
        gen {
            let! state = Arb.toGen raw
            let! settings = Arb.toGen SettingsGenerators.settings
            let! phase = Arb.toGen phase

            return
                { state with
                    Settings = settings
                    Phase = phase
                }
        }

    let shrink (state: State) =
        seq {
            for smaller in Arb.toShrink SettingsGenerators.settings state.Settings do
                { state with Settings = smaller }

            for smaller in Arb.toShrink phase state.Phase do
                { state with Phase = smaller }
        }

    Arb.fromGenShrink (states, shrink)

/// Any state at all, with settings that need not keep any rule.
let lawlessState: Arbitrary<State> = ArbMap.arbitrary<State> numbered
