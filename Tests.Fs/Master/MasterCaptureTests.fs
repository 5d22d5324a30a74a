/// The pure master against what real masters said on the wire, byte for byte but for ids, marks and sizes.
module HybridReplica.Tests.MasterCaptureTests

open System
open System.IO
open System.Text
open Expecto
open HybridReplica.Core

/// The captures stand beside the repository, or are not there.
let private folder =
    let rec search (folder: DirectoryInfo | null) =
        match folder with
        | null -> None
        | found when File.Exists(Path.Combine(found.FullName, "HybridReplica.sln")) ->
            Some(Path.GetFullPath(Path.Combine(found.FullName, "..", "shared", "captures")))
        | other -> search other.Parent

    search (DirectoryInfo AppContext.BaseDirectory)
    |> Option.filter Directory.Exists

/// A line of a capture: who spoke, and what.
let private parse (line: string) =
    let quote = line[3]
    line[0], Printable.unescape (line.Substring(4, line.LastIndexOf quote - 4))

let private eraOf (name: string) =
    MasterEra.all
    |> List.find (fun era -> name.Contains($".master-redis-{era.Name}.", StringComparison.Ordinal))

let private guarded = [ MasterUser.Default(ValueSome(Secret.OfText "s3cret")) ]

let private replicator commands =
    [
        MasterUser.Default ValueNone
        {
            Name = "rep"
            Password = ValueSome(Secret.OfText "pw")
            Commands = ValueSome commands
        }
    ]

let private usersOf (scenario: string) =
    match scenario with
    | "auth-ok"
    | "auth-missing"
    | "auth-wrong" -> guarded
    | "acl-ok" -> replicator [ "psync"; "replconf"; "ping" ]
    | "acl-noperm" -> replicator []
    | _ -> [ MasterUser.Default ValueNone ]

/// The history that a real master promised, if it did.
let private historyOf (spoken: string) =
    let promise =
        spoken.Split "\r\n"
        |> Array.tryFind (fun line -> line.StartsWith("+FULLRESYNC", StringComparison.Ordinal))

    match Option.map (fun (line: string) -> PsyncAnswer.Read(line.Substring 1)) promise with
    | Some(PsyncAnswer.FullResync position) -> MasterHistory.Without(position.Id, position.Offset)
    | _ ->
        let id = ReplicationId.TryParse(String.replicate 40 "0") |> ValueOption.get
        MasterHistory.Without(id, Offset 0L)

/// An announcement without its size or mark.
let private withoutDetail (line: string) =
    if line.StartsWith("$EOF:", StringComparison.Ordinal) then
        "$EOF"
    elif line.StartsWith '$' then
        "$"
    else
        line

let private lineOf command =
    match command with
    | MasterCommand.Say line -> Some line
    | MasterCommand.SendSnapshot(MasterFraming.Counted, _) -> Some "$"
    | MasterCommand.SendSnapshot(MasterFraming.Marked, _) -> Some "$EOF"
    | MasterCommand.SendNewline
    | MasterCommand.Deselect
    | MasterCommand.SendStream _
    | MasterCommand.HangUp -> None

let rec private requestsIn (bytes: byte[]) =
    match MasterRequest.TryRead(ReadOnlySpan bytes) with
    | true, MasterRequest.Words words, consumed -> words :: requestsIn bytes[consumed..]
    | _ -> []

/// What our master says to what a real replica said.
let private replay settings (requests: string) =
    ((MasterState.Initial settings, MasterEvent.Accepted), requestsIn (Encoding.Latin1.GetBytes requests))
    ||> List.scan (fun (state, event) words -> fst (Master.transition (state, event)), MasterEvent.Asked words)
    |> List.collect (Master.transition >> snd)
    |> List.choose lineOf

let private check (path: string) =
    let name = FileInfo(path).Name

    let spoken by =
        File.ReadAllLines path
        |> Array.map parse
        |> Array.filter (fun (speaker, _) -> speaker = by)
        |> Array.map snd
        |> String.concat ""

    let real = spoken '<'

    let settings =
        { MasterSettings.Of(eraOf name, historyOf real) with
            Users = usersOf (name.Split('.')[0])
        }

    let expected =
        real.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
        |> Array.map withoutDetail
        |> List.ofArray

    Expect.equal (replay settings (spoken '>')) expected name

let tests =
    testList
        "master captures"
        [
            testCase "a master of each time says what a real one said" (fun () ->
                match folder with
                | None -> skiptest "The captures are not there."
                | Some folder ->
                    let paths = Directory.GetFiles(folder, "*.txt")
                    Expect.isNonEmpty paths "captures"
                    Array.iter check paths)
        ]
