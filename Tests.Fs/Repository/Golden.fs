/// Files that say what came out when somebody last looked at it, and agreed.
module HybridReplica.Tests.Golden

open System
open System.IO
open Expecto

/// The folder of the solution.
let root = nonNull (Path.GetDirectoryName(Repository.findAbove "HybridReplica.sln"))

let private isRewriting =
    Environment.GetEnvironmentVariable "HYBRIDREPLICA_REWRITE" = "1"

/// The text of a file, its path given from the root; empty when there is no such file.
let read (path: string) =
    let full = Path.Combine(root, path)
    if File.Exists full then File.ReadAllText full else ""

/// Lines that belong into one file.
let text (lines: string seq) =
    String.concat "" (Seq.map (fun line -> line + "\n") lines)

/// Compares with the file at the path from the root. HYBRIDREPLICA_REWRITE=1 writes the file anew; the test still fails
/// if something changed, so that nobody agrees without looking.
let agrees (path: string) (actual: string) =
    let expected = read path

    if isRewriting && actual <> expected then
        File.WriteAllText(Path.Combine(root, path), actual)

    Expect.equal
        (actual.Split '\n' |> List.ofArray)
        (expected.Split '\n' |> List.ofArray)
        $"%s{path} is what comes out. If the change is meant: HYBRIDREPLICA_REWRITE=1 rewrites the file; read the diff"
