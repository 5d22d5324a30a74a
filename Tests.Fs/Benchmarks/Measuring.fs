/// How programs are measured side by side: alternating, several times, and by their medians.
module HybridReplica.Tests.Benchmarks.Measuring

open System
open System.Diagnostics
open HybridReplica.Tests

/// One run of a program.
type Run =
    {
        Seconds: float
        /// The most memory it had at any time (`VmHWM`).
        PeakBytes: int64
    }

let median (values: float list) =
    let sorted = List.sort values
    let middle = sorted.Length / 2

    if sorted.Length % 2 = 1 then
        sorted[middle]
    else
        (sorted[middle - 1] + sorted[middle]) / 2.0

/// Runs a program to its end and measures it.
let run (program: string) (arguments: string list) : Run =
    let start =
        ProcessStartInfo(program, arguments, RedirectStandardOutput = true, RedirectStandardError = true)

    let clock = Stopwatch.StartNew()

    use running =
        match Process.Start start with
        | null -> failwith $"{program} did not start"
        | started -> started

    let output = running.StandardOutput.ReadToEndAsync()
    let errors = running.StandardError.ReadToEndAsync()
    let mutable peak = 0L
    let exited = running.WaitForExitAsync()

    while not exited.IsCompleted do
        peak <- max peak (PeakMemory.ofProcess running.Id)
        exited.Wait 5 |> ignore

    let seconds = clock.Elapsed.TotalSeconds

    if running.ExitCode <> 0 then
        failwith $"{program} exited with {running.ExitCode}: {output.Result}{errors.Result}"

    { Seconds = seconds; PeakBytes = peak }

/// Runs each contender in turn, as many rounds as asked for, the first of them to warm up and not counted, and prints
/// what came of it: the medians, and how they compare with the first contender's.
let sideBySide (rounds: int) (contenders: (string * (unit -> Run)) list) =
    for _, contend in contenders do
        contend () |> ignore

    let runs =
        [
            for _ in 1..rounds do
                for name, contend in contenders do
                    name, contend ()
        ]

    let medianOf name =
        runs
        |> List.filter (fst >> (=) name)
        |> List.map (fun (_, run) -> run.Seconds)
        |> median

    let yardstick = medianOf (fst contenders.Head)

    for name, _ in contenders do
        let own = runs |> List.filter (fst >> (=) name) |> List.map snd
        let seconds = medianOf name
        let each = own |> List.map (fun run -> $"{run.Seconds:F3}") |> String.concat " "
        let peak = own |> List.map _.PeakBytes |> List.max

        let mebibytes = float peak / 1048576.0
        printf $"%-28s{name} median %8.3f{seconds} s  %5.2f{seconds / yardstick} x  "
        printfn $"peak %6.1f{mebibytes} MiB  ({each})"
