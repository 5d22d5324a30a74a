/// Commands that make an entry of a snapshot anew.
module HybridReplica.Tests.Real.Rebuilding

open System.Globalization
open System.Text
open Expecto
open HybridReplica.Core

let private text (bytes: byte[]) = Encoding.Latin1.GetString bytes

let private texts elements = elements |> Seq.map text |> List.ofSeq

// Every double comes back from that.
let private score (value: float) =
    value.ToString("R", CultureInfo.InvariantCulture)

let private streamDetails key (details: StreamDetails) : string list list =
    let id (id: StreamId voption) =
        id |> ValueOption.map string |> ValueOption.defaultValue "0-0"

    [
        for group in details.Groups do
            [ "XGROUP"; "CREATE"; key; text group.Name; string group.LastId; "MKSTREAM" ]

        [
            "XSETID"
            key
            string details.LastId
            "ENTRIESADDED"
            string (ValueOption.defaultValue details.Length details.EntriesAdded)
            "MAXDELETEDID"
            id details.MaximumDeletedId
        ]
    ]

let private valueCommands (entry: RdbEntry) : string list list =
    let key = text entry.Key

    match entry.Value with
    | RdbValue.String value when entry.Part = 0 -> [ [ "SET"; key; text value ] ]
    | RdbValue.String value -> [ [ "APPEND"; key; text value ] ]
    | RdbValue.List elements -> [ "RPUSH" :: key :: texts elements ]
    | RdbValue.Set members -> [ "SADD" :: key :: texts members ]
    | RdbValue.SortedSet members ->
        [
            [
                "ZADD"
                key
                for scored in members do
                    score scored.Score
                    text scored.Member
            ]
        ]
    | RdbValue.Hash fields ->
        [
            [
                "HSET"
                key
                for field in fields do
                    text field.Field
                    text field.Value
            ]
        ]
    | RdbValue.Stream(entries, details) ->
        [
            for one in entries do
                "XADD" :: key :: string one.Id :: texts one.Fields

            match details with
            | ValueSome details -> yield! streamDetails key details
            | ValueNone -> ()
        ]
    | other -> failtestf "there is no command that makes %A" other

/// The commands for an entry, or for a part of one.
let commandsOf (entry: RdbEntry) : string list list =
    [
        yield! valueCommands entry

        match entry.Expiry with
        | ValueSome expiry when entry.IsLast -> [ "PEXPIREAT"; text entry.Key; string expiry ]
        | _ -> ()
    ]
