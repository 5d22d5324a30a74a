/// The most memory that a running process had at any time.
module HybridReplica.Tests.PeakMemory

open System
open System.IO

/// In bytes (`VmHWM`); 0 if the process is gone. The kernel keeps the highest value, so the last look before the end
/// is as good as many.
let ofProcess (id: int) : int64 =
    try
        File.ReadLines $"/proc/{id}/status"
        |> Seq.tryFind (fun line -> line.StartsWith("VmHWM:", StringComparison.Ordinal))
        |> Option.map (fun line -> 1024L * int64 (line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]))
        |> Option.defaultValue 0L
    with :? IOException ->
        0L
