/// The figures that can be measured: `dotnet run -c Release --project Tests.Fs -- benchmark <which>`.
module HybridReplica.Tests.Benchmarks.Benchmarks

open BenchmarkDotNet.Configs
open BenchmarkDotNet.Jobs
open BenchmarkDotNet.Running
open BenchmarkDotNet.Toolchains.InProcess.Emit

// In this process: a project generated below this one would inherit its settings, and break on them.
let private inProcess =
    DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain InProcessEmitToolchain.Instance)

let private benchmarks: (string * (unit -> unit)) list =
    [
        "backup", (fun () -> BackupBenchmark.backup 1024)
        "start-up", BackupBenchmark.startUp
        "handshake", HandshakeBenchmark.handshake
        "crc64", (fun () -> BenchmarkRunner.Run<Crc64Benchmark> inProcess |> ignore)
        "stream", StreamBenchmark.run
        "follow", (fun () -> FollowBenchmark.replay 2048)
        "large-value", (fun () -> FollowBenchmark.largeValue 512)
        "latency", FollowBenchmark.latency
        "archive",
        (fun () ->
            ArchiveBenchmark.sustained 1024
            ArchiveBenchmark.restore 1024)
        "inspect", InspectBenchmark.mixed
        "inspect-large", InspectBenchmark.large
        "model", (fun () -> BenchmarkRunner.Run<ModelBenchmark> inProcess |> ignore)
    ]

/// Runs the benchmarks named, or all of them, and gives an exit code.
let run (names: string list) : int =
    let known = List.map fst benchmarks
    let chosen = if names.IsEmpty then known else names

    match List.except known chosen with
    | [] ->
        for name in chosen do
            (List.find (fst >> (=) name) benchmarks |> snd) ()

        0
    | unknown ->
        let asked = String.concat ", " unknown
        let there = String.concat ", " known
        eprintfn $"There is no benchmark {asked}; there are {there}."
        2
