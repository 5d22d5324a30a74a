/// Waiting for what will come, and for no longer than that takes.
module HybridReplica.Tests.Real.Waiting

open System
open System.Diagnostics
open System.IO
open System.Threading.Tasks
open Expecto

/// Waits until the condition holds. Fails when that takes more than half a minute.
let until (what: string) (holds: unit -> bool) =
    let clock = Stopwatch.StartNew()

    while not (holds ()) do
        if clock.Elapsed > TimeSpan.FromSeconds 30.0 then
            failtestf "it did not come to this: %s" what

        Task.Delay(10).Wait()

/// The sizes of the temporary files in a folder, in bytes.
let private temporarySizes folder =
    Directory.GetFiles(folder, "temp-*.rdb")
    |> Array.map (fun path -> (FileInfo path).Length)

/// Waits until some of a snapshot is there, but, if its master is slow enough, not all of it.
let untilBytesFlow (folder: string) =
    until "bytes of a snapshot in a temporary file" (fun () ->
        try
            temporarySizes folder |> Array.exists (fun size -> size > 1_000_000L)
        with :? FileNotFoundException ->
            false)
