/// What no compiler and no formatter checks.
module HybridReplica.Tests.TidyTests

open System
open System.IO
open Expecto

/// The folder of the solution.
let private root =
    let rec search (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith "The tests do not run inside the repository."
        | found when File.Exists(Path.Combine(found.FullName, "HybridReplica.sln")) -> found.FullName
        | other -> search other.Parent

    search (DirectoryInfo AppContext.BaseDirectory)

/// Tables are as long as what they list: these files may have more than 300 lines.
let private tables: string list = []

/// Written in two parts, for this file is searched too.
let private unfinished =
    [
        "TO" + "DO"
        "FIX" + "ME"
        "HA" + "CK"
        "NotImpl" + "emented"
        "Thread." + "Sleep"
    ]

let private isGenerated (path: string) =
    path.Split '/' |> Array.exists (fun part -> part = "bin" || part = "obj")

/// The paths below the root of all files with one of the extensions, written with slashes.
let private files folders extensions =
    [
        for folder: string in folders do
            for extension: string in extensions do
                let everywhere = SearchOption.AllDirectories

                for path in Directory.EnumerateFiles(Path.Combine(root, folder), "*" + extension, everywhere) do
                    let relative = Path.GetRelativePath(root, path).Replace('\\', '/')

                    if path.EndsWith(extension, StringComparison.Ordinal) && not (isGenerated relative) then
                        relative
    ]

let private sources =
    files [ "Core.Fs"; "Shell.Cs"; "Tests.Fs" ] [ ".fs"; ".fsi"; ".cs" ]

let private read (path: string) =
    File.ReadAllText(Path.Combine(root, path))

let private lines path =
    (read path).TrimEnd('\n').Split '\n' |> Array.indexed

/// What is wrong with each line, as `path:line`.
let private offences isWrong paths =
    [
        for path in paths do
            for index, line in lines path do
                if isWrong line then
                    $"%s{path}:%d{index + 1}"
    ]

/// The F# sources that the project in the folder does not compile.
let private forgotten folder project =
    let compiled = read $"%s{folder}/%s{project}"

    files [ folder ] [ ".fs"; ".fsi" ]
    |> List.filter (fun path ->
        not (compiled.Contains($"\"%s{path.Substring(folder.Length + 1)}\"", StringComparison.Ordinal)))

let tests =
    testList
        "tidy"
        [
            testCase "there are sources to look at" (fun () -> Expect.isNonEmpty sources "sources below the root")
            testCase "a file holds one idea, in at most 300 lines" (fun () ->
                let tooLong =
                    sources
                    |> List.except tables
                    |> List.map (fun path -> path, (lines path).Length)
                    |> List.filter (fun (_, length) -> length > 300)

                Expect.isEmpty tooLong "files that are too long")
            testCase "a line has at most 120 characters" (fun () ->
                Expect.isEmpty (offences (fun line -> line.Length > 120) sources) "lines that are too long")
            testCase "nothing is left for later, and nothing sleeps" (fun () ->
                let isUnfinished (line: string) =
                    unfinished
                    |> List.exists (fun word -> line.Contains(word, StringComparison.Ordinal))

                Expect.isEmpty (offences isUnfinished sources) "lines with such words")
            testCase "lines end with a line feed alone" (fun () ->
                Expect.isEmpty (offences (fun line -> line.EndsWith '\r') sources) "lines with a carriage return")
            testCase "the last line of a file ends too" (fun () ->
                let unended = sources |> List.filter (fun path -> not ((read path).EndsWith '\n'))
                Expect.isEmpty unended "files without a line feed at the end")
            testCase "every F# file is compiled" (fun () ->
                Expect.isEmpty (forgotten "Core.Fs" "HybridReplica.Core.fsproj") "files that the core's project forgot"
                Expect.isEmpty (forgotten "Tests.Fs" "Tests.Fs.fsproj") "files that the tests' project forgot")
        ]
