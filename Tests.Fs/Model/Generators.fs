/// Values to try the laws on, and how to make a failing one smaller: what is said on the wire, and settings.
module HybridReplica.Tests.Generators

open System
open FsCheck
open FsCheck.FSharp
open HybridReplica.Core

let private orFail message value =
    match value with
    | ValueSome value -> value
    | ValueNone -> failwith message

/// A replication id, from any forty plain characters.
let replicationIdOf (text: string) =
    ReplicationId.TryParse text |> orFail $"\"%s{text}\" is no replication id."

/// A mark, from at least forty one-byte characters.
let markOf (text: string) =
    EofMark.TryParse text |> orFail $"\"%s{text}\" is no mark."

/// The version that RDBs of Redis 5 to 6.2 have.
let rdbVersion = { Vendor = RdbVendor.Redis; Number = 9 }

let private choose64 low high = Gen.choose64 (low, high)

// Text.

let private character =
    Gen.frequency
        [
            12, Gen.choose (32, 126)
            2, Gen.elements (Seq.map int " \"'\\\r\n\t\000\127+-:$")
            2, Gen.choose (0, 255)
        ]
    |> Gen.map char

let private shrinkText (text: string) =
    seq {
        if text.Length > 1 then
            text.Substring(0, text.Length / 2)
            text.Substring(text.Length / 2)

        for index in 0 .. text.Length - 1 do
            text.Remove(index, 1)

        for index in 0 .. text.Length - 1 do
            if text[index] <> 'a' then
                text.Remove(index, 1).Insert(index, "a")
    }

let private stringOf (characters: char[]) = String characters

let private textOf (character: Gen<char>) =
    Gen.map stringOf (Gen.arrayOf character)

/// Text of which each character stands for one byte, often an awkward one.
let latin1: Arbitrary<string> = Arb.fromGenShrink (textOf character, shrinkText)

/// Text of which each character stands for one byte, without a line feed.
let line: Arbitrary<string> =
    Arb.filter (fun (text: string) -> not (text.Contains '\n')) latin1

/// Text of any characters, emoji cut in half included.
let unicode: Arbitrary<string> =
    let any = Gen.oneof [ character; Gen.map char (Gen.choose (0, 0xFFFF)) ]
    Arb.fromGenShrink (textOf any, shrinkText)

// Positions.

let private hexadecimal = Gen.elements "0123456789abcdef"

let private forty character =
    Gen.arrayOfLength 40 character |> Gen.map stringOf

let replicationId: Gen<ReplicationId> =
    Gen.oneof
        [
            forty hexadecimal
            forty (Gen.elements "ab")
            forty (Gen.map char (Gen.choose (33, 126)))
        ]
    |> Gen.map replicationIdOf

let private count =
    Gen.oneof [ choose64 0L 20L; choose64 0L 99999999L; choose64 0L 999999999999999999L ]

let position: Gen<Position> =
    gen {
        let! id = replicationId
        let! offset = count
        let! database = Gen.elements [ ValueNone; ValueSome 0; ValueSome 15 ]

        return
            { Position.AtFullResync(id, Offset offset) with
                Database = database
            }
    }

/// A mark: as masters make them, and of few different characters, so that it looks like itself when it is shifted.
let mark: Gen<EofMark> =
    Gen.oneof
        [
            forty hexadecimal
            forty (Gen.elements "ab")
            Gen.constant (String('a', 40))
            Gen.constant (String('a', 39) + "b")
            forty (Gen.map char (Gen.choose (0, 255)))
        ]
    |> Gen.map markOf

// Replies.

/// Every error a real master is known to send in the handshake (`processCommand`, `syncCommand`, 7.0.15 and others).
let realErrors =
    [
        "NOAUTH Authentication required."
        "ERR operation not permitted"
        "NOPERM this user has no permissions to run the 'ping' command or its subcommand"
        "WRONGPASS invalid username-password pair or user is disabled."
        "ERR invalid password"
        "ERR Client sent AUTH, but no password is set"
        "ERR AUTH <password> called without any password configured for the default user."
        "LOADING Redis is loading the dataset in memory"
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."
        "MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk."
        "BUSY Redis is busy running a script."
        "NOMASTERLINK Can't SYNC while not connected with my master"
        "ERR Can't SYNC while not connected with my master"
        "ERR max number of clients reached"
        "ERR BGSAVE failed, replication can't continue"
        "ERR unknown command 'REPLCONF'"
        "ERR Unrecognized REPLCONF option: capa"
        "ERR syntax error"
        "DENIED Redis is running in protected mode"
    ]

let private number =
    Gen.frequency
        [
            4, choose64 -2L 20L
            1, choose64 0L 999999999999999999L
            1, choose64 -999999999999999999L 0L
        ]

let private psyncText =
    gen {
        let! id = forty hexadecimal
        let! offset = count

        return!
            Gen.elements
                [
                    $"FULLRESYNC %s{id} %d{offset}"
                    $"FULLRESYNC %s{id}"
                    $"FULLRESYNC %s{id} -%d{offset}"
                    $"FULLRESYNC%s{id} %d{offset}"
                    "FULLRESYNC"
                    $"CONTINUE %s{id}"
                    "CONTINUE"
                    $"CONTINUE %s{id} "
                    $"CONTINUE%s{id}"
                ]
    }

/// Replies as masters give them.
let private wellFormed =
    Gen.frequency
        [
            3, Gen.constant Reply.Blank
            4, Gen.elements [ "OK"; "PONG" ] |> Gen.map Reply.Status
            4, Gen.elements realErrors |> Gen.map Reply.Error
            4, psyncText |> Gen.map Reply.Status
            1, number |> Gen.map Reply.Integer
            2, number |> Gen.map (Remainder.Counted >> Reply.Snapshot)
            2, mark |> Gen.map (Remainder.Until >> Reply.Snapshot)
        ]

/// Lines: those of replies as masters give them, those with one character wrong, and noise.
let replyLine: Arbitrary<string> =
    let nearly =
        gen {
            let! text = wellFormed |> Gen.map string
            let! place = Gen.choose (0, text.Length)
            let! wrong = character
            let kept = text.Substring(0, place)
            let cut = min (place + 1) text.Length
            return! Gen.elements [ kept + string wrong + text.Substring cut; kept; text + string wrong ]
        }

    let withoutEnd (text: string) = text.Replace("\n", "")

    let lines =
        Gen.frequency [ 4, Gen.map string wellFormed; 3, nearly; 2, Arb.toGen line ]

    Arb.fromGenShrink (Gen.map withoutEnd lines, shrinkText)

let private shrinkReply (reply: Reply) =
    seq {
        if reply <> Reply.Blank then
            Reply.Blank

            for shorter in shrinkText (string reply) do
                let smaller = Reply.Read shorter

                if smaller <> reply then
                    smaller
    }

/// Replies, made from lines, for there is no other way to get one.
let reply: Arbitrary<Reply> =
    Arb.fromGenShrink (Gen.map Reply.Read (Arb.toGen replyLine), shrinkReply)

// Bytes and how they come.

let bytes: Arbitrary<byte[]> =
    let shrink (all: byte[]) =
        seq {
            if all.Length > 1 then
                all[.. all.Length / 2 - 1]
                all[all.Length / 2 ..]

            for index in 0 .. all.Length - 1 do
                Array.removeAt index all
        }

    Arb.fromGenShrink (Gen.arrayOf (Gen.map byte character), shrink)

/// How much comes at a time, over and over again.
let chunking: Arbitrary<int list> =
    let sizes =
        Gen.oneof
            [
                Gen.constant [ 1 ]
                Gen.constant [ Int32.MaxValue ]
                Gen.nonEmptyListOf (Gen.choose (1, 60))
            ]

    let shrink sizes =
        match sizes with
        | [ Int32.MaxValue ] -> Seq.empty
        | [ _ ] -> seq { [ Int32.MaxValue ] }
        | _ :: later -> seq { later }
        | [] -> Seq.empty

    Arb.fromGenShrink (sizes, shrink)
