/// What a server would have when it was given commands: as much of it as can be told without one.
module HybridReplica.Tests.Inspect.Rebuilding

open System
open System.Collections.Generic
open System.Globalization
open System.Text
open Expecto
open HybridReplica.Core

/// The value of a key.
[<RequireQualifiedAccess>]
type Rebuilt =
    | String of string
    | List of string list
    | Set of Set<string>
    | SortedSet of Map<string, float>
    | Hash of Map<string, string * int64 voption>

/// A key.
type RebuiltKey =
    {
        Database: int
        Key: string
        Value: Rebuilt
        Expiry: int64 voption
    }

/// The words of commands, each character one byte. Fails unless they are complete, and nothing else.
let commandsOf (written: byte[]) : string list list =
    let text = Encoding.Latin1.GetString written
    let mutable at = 0

    let line (kind: char) =
        let last = text.IndexOf("\r\n", at, StringComparison.Ordinal)
        Expect.equal text[at] kind $"what begins at {at}"
        let number = text.Substring(at + 1, last - at - 1)
        at <- last + 2
        int number

    let word () =
        let length = line '$'
        let word = text.Substring(at, length)
        Expect.equal (text.Substring(at + length, 2)) "\r\n" "the end of a word"
        at <- at + length + 2
        word

    [
        while at < text.Length do
            let words = line '*'
            List.init words (fun _ -> word ())
    ]

let rec private pairs (words: string list) =
    match words with
    | first :: second :: rest -> (first, second) :: pairs rest
    | [] -> []
    | _ -> failtest "words without a pair"

let private number (text: string) =
    Double.Parse(text.Replace("inf", "Infinity"), CultureInfo.InvariantCulture)

let private add (command: string list) (before: Rebuilt option) : Rebuilt =
    match command, before with
    | [ "SET"; _; value ], None -> Rebuilt.String value
    | "RPUSH" :: _ :: elements, None -> Rebuilt.List elements
    | "RPUSH" :: _ :: elements, Some(Rebuilt.List before) -> Rebuilt.List(before @ elements)
    | "SADD" :: _ :: members, None -> Rebuilt.Set(Set.ofList members)
    | "SADD" :: _ :: members, Some(Rebuilt.Set before) -> Rebuilt.Set(Set.union before (Set.ofList members))
    | "ZADD" :: _ :: words, (None | Some(Rebuilt.SortedSet _)) ->
        let before =
            match before with
            | Some(Rebuilt.SortedSet before) -> before
            | _ -> Map.empty

        (before, pairs words)
        ||> List.fold (fun members (score, name) -> Map.add name (number score) members)
        |> Rebuilt.SortedSet
    | "HSET" :: _ :: words, (None | Some(Rebuilt.Hash _)) ->
        let before =
            match before with
            | Some(Rebuilt.Hash before) -> before
            | _ -> Map.empty

        (before, pairs words)
        ||> List.fold (fun fields (name, value) -> Map.add name (value, ValueNone) fields)
        |> Rebuilt.Hash
    | [ "HPEXPIREAT"; _; expiry; "FIELDS"; "1"; field ], Some(Rebuilt.Hash before) ->
        Rebuilt.Hash(Map.add field (fst before[field], ValueSome(int64 expiry)) before)
    | _ -> failtestf "%A has no place behind %A" command before

/// The keys that the commands leave behind.
let rebuilt (commands: string list list) : RebuiltKey list =
    let keys = Dictionary<int * string, RebuiltKey>()
    let mutable database = 0

    for command in commands do
        match command with
        | [ "SELECT"; number ] -> database <- int number
        | [ "PEXPIREAT"; key; expiry ] ->
            keys[(database, key)] <-
                { keys[(database, key)] with
                    Expiry = ValueSome(int64 expiry)
                }
        | _ :: key :: _ ->
            let found, before = keys.TryGetValue((database, key))

            keys[(database, key)] <-
                if found then
                    { before with
                        Value = add command (Some before.Value)
                    }
                else
                    {
                        Database = database
                        Key = key
                        Value = add command None
                        Expiry = ValueNone
                    }
        | _ -> failtestf "there is no command %A" command

    List.ofSeq keys.Values
