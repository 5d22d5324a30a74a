/// Snapshots in files, and the tool that inspects them.
module HybridReplica.Tests.Inspect.InspectedFiles

open System
open System.IO
open HybridReplica.Core
open HybridReplica.Tests.Rdb
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool
open HybridReplica.Tests.Inspect.Inspecting

/// Some keys in two databases.
let some: byte[] =
    snapshotWith
        9
        [
            RdbPart.Database 0L
            RdbPart.Entry(text "user:1" "alice")
            RdbPart.Entry(text "user:2" (noise 500))
            RdbPart.Entry(entry "list" 1 (RdbValue.List [| latin1 "a"; latin1 "b" |]))
            RdbPart.Database 3L
            RdbPart.Entry(entry "set" 2 (RdbValue.Set [| latin1 "m" |]))
            RdbPart.Entry(text "user:3" "carol")
        ]

/// A file in a folder of its own, which is gone with it.
type Snapshot(bytes: byte[]) =
    let place = new Place()
    let path = Path.Combine(place.Folder, "some.rdb")
    do File.WriteAllBytes(path, bytes)
    member _.Path = path
    member _.Target = Path.Combine(place.Folder, "out")

    member _.Files =
        Directory.GetFiles place.Folder |> Array.map Path.GetFileName |> Array.sort

    interface IDisposable with
        member _.Dispose() = (place :> IDisposable).Dispose()

/// Inspects these bytes.
let inspect (bytes: byte[]) arguments =
    use snapshot = new Snapshot(bytes)
    run ([ "inspect"; snapshot.Path ] @ arguments)
