namespace HybridReplica.Tests.Benchmarks

open System
open BenchmarkDotNet.Attributes
open HybridReplica.Core

/// What the model costs while a snapshot streams by: framing and transition for each window of 256 KiB, nothing
/// written. One window in 26 microseconds is 10 GB/s.
[<MemoryDiagnoser>]
type ModelBenchmark() =

    let window = Array.zeroCreate<byte>(256 * 1024)

    let receiving framing =
        let transfer =
            {
                Framing = framing
                Version =
                    {
                        Vendor = RdbVendor.Redis
                        Number = 10
                    }
                Taken = 0L
                Unsynced = 0L
            }

        { State.Initial Settings.Default with
            Phase = Phase.Receiving transfer
            HasTemporary = true
        }

    let counted = receiving (Remainder.Counted Int64.MaxValue)

    let mark =
        EofMark.TryParse "0123456789abcdef0123456789abcdef01234567" |> ValueOption.get

    let marked = receiving (Remainder.Until mark)

    let turn (state: State) =
        match Framing.TryNext(state.Expects, ReadOnlySpan window) with
        | true, NonNull event, _ -> Replica.transition (state, event)
        | _ -> state, []

    /// Fills the window with the same noise every time.
    [<GlobalSetup>]
    member _.Fill() = Random(1).NextBytes window

    /// A snapshot whose size is known.
    [<Benchmark(Baseline = true)>]
    member _.Counted() = turn counted

    /// A snapshot that ends in a mark, which has to be looked for.
    [<Benchmark>]
    member _.Marked() = turn marked
