/// Where the tests find what they read.
module HybridReplica.Tests.Repository

open System
open System.IO

/// The nearest folder, from that of the tests upwards, that holds what is looked for.
let tryFindAbove (relative: string) : string option =
    let rec search (folder: DirectoryInfo | null) =
        match folder with
        | null -> None
        | found when Path.Exists(Path.Combine(found.FullName, relative)) -> Some(Path.Combine(found.FullName, relative))
        | other -> search other.Parent

    search (DirectoryInfo AppContext.BaseDirectory)

/// The same, where it has to be there.
let findAbove (relative: string) : string =
    match tryFindAbove relative with
    | Some path -> path
    | None -> failwith $"There is no %s{relative} above the tests."
