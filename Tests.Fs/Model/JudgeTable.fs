/// The judge table, printed: dialect, step and reply, and what becomes of it.
module HybridReplica.Tests.JudgeTable

open System
open HybridReplica.Core

let private id = "8de1787ba490483314a4d30f1c628bc5025eb761"

/// Replies that stand for all others, line by line: each is judged in its own way by some dialect at some step.
let representatives: Reply list =
    [
        ""
        "+OK"
        "+PONG"
        yield! Generators.realErrors |> List.map (fun text -> "-" + text)
        ":1"
        "$18"
        "*1"
        $"+FULLRESYNC %s{id} 1432"
        $"+FULLRESYNC %s{id}"
        $"+CONTINUE"
        $"+CONTINUE %s{id}"
    ]
    |> List.map Reply.Read

/// The steps of a dialect when everything is set that can be.
let stepsOf (dialect: Dialect) : Step list =
    Handshake.steps
        { Settings.Default with
            Dialect = dialect
            Credentials =
                ValueSome
                    {
                        User = ValueNone
                        Password = Secret.OfText ""
                    }
            AnnouncedAddress = ValueSome ""
            AnnouncedVersion = ValueSome ""
            RdbOnly = true
        }

/// The name of a fault's case.
let faultName (fault: Fault) =
    (($"%A{fault}").Split([| ' '; '\n' |]))[0]

/// A verdict in a few words.
let verdict (verdict: Verdict) : string =
    match verdict with
    | Verdict.Proceed -> "proceed"
    | Verdict.ProceedAnyway -> "proceed, refusal noted"
    | Verdict.Wait -> "wait"
    | Verdict.FullResync position -> $"full resync at %O{position.Offset}"
    | Verdict.Resume ValueNone -> "resume"
    | Verdict.Resume(ValueSome _) -> "resume, id named"
    | Verdict.FallBack -> "fall back to SYNC"
    | Verdict.Refuse fault ->
        let again = if FaultTable.isPassing fault then ", try again" else ""

        $"fault %s{faultName fault}%s{again}"

/// The verdict on the line that should announce a snapshot.
let preamble (reply: Reply) : string =
    match reply with
    | Reply.Blank -> "wait"
    | Reply.Snapshot(Remainder.Counted bytes) when bytes >= int64 Limits.RdbHeadLength -> "take the snapshot"
    | Reply.Snapshot(Remainder.Until _) -> "take the snapshot"
    | other -> verdict (Verdict.Refuse(Handshake.judgePreamble other))

/// A reply, cut to a width that is easy to read.
let shown (reply: Reply) =
    match string reply with
    | "" -> "(newline)"
    | text when text.Length > 60 -> text.Substring(0, 59) + "…"
    | text -> text

/// Every judgement: dialect, step, reply, verdict.
let rows: (string * string * Reply * string) list =
    [
        for dialect in Dialect.All do
            for step in stepsOf dialect do
                for reply in representatives do
                    dialect.Name, string step, reply, verdict (Handshake.judge dialect step reply)
        for reply in representatives do
            "all", "preamble", reply, preamble reply
    ]

/// All judgements in columns.
let asText () =
    rows
    |> Seq.map (fun (dialect, step, reply, verdict) ->
        $"%s{dialect.PadRight 16}%s{step.PadRight 16}%s{(shown reply).PadRight 62}%s{verdict}")
    |> Golden.text
