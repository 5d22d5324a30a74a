/// A disk that is soon full.
module HybridReplica.Tests.Real.SmallDisk

open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Real.Tool

/// A disk of one MiB that is gone afterwards, where mounting is allowed.
let onSmallDisk (folder: string) (work: unit -> unit) : unit =
    let mounted =
        runAs "mount" [ "-t"; "tmpfs"; "-o"; "size=1m"; "hybrid-replica"; folder ] []

    if mounted.ExitCode <> 0 then
        skiptest "a small disk cannot be mounted here"

    try
        work ()
    finally
        runProgram "umount" [ folder ] [] |> ignore
