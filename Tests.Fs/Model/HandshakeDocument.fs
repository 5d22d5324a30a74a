/// docs/handshake.md, written from the walk and the tables.
module HybridReplica.Tests.HandshakeDocument

open System
open HybridReplica.Core
open HybridReplica.Tests.Session

let private kept = "Ended, snapshot kept"

let private resumed = "Ended, resumed"

/// The phases of a walk, each step that is asked a phase of its own.
let private node (state: State) =
    match state.Phase with
    | Phase.Asking(step, _) -> "Asking " + string step
    | Phase.Opening(_, next)
    | Phase.OpeningAgain(_, next) ->
        match next with
        | Next.Ask _ -> "Opening before psync"
        | Next.Sync -> "Opening before SYNC"
        | Next.Preamble -> "Opening before the preamble"
    | Phase.Publishing(PublishStep.Syncing, _) -> "Publishing, syncing"
    | Phase.Publishing(PublishStep.Renaming, _) -> "Publishing, renaming"
    | Phase.Publishing(PublishStep.SyncingFolder, _) -> "Publishing, syncing the folder"
    | Phase.Ended(Outcome.SnapshotKept _) -> kept
    | Phase.Ended(Outcome.Resumed _) -> resumed
    | phase -> phase.Name

/// Where failures and stops lead. All phases lead there, so the diagram shows it once.
let private isAside (state: State) =
    match state.Phase with
    | Phase.Discarding _
    | Phase.Resting _
    | Phase.Ended(Outcome.Failed _)
    | Phase.Ended Outcome.Stopped -> true
    | _ -> false

let private label (move: Move) =
    match move.Event, move.Before.Phase with
    | Event.Replied reply, Phase.Asking(step, _) ->
        match Handshake.judge move.Before.Settings.Dialect step reply with
        | Verdict.Proceed
        | Verdict.ProceedAnyway -> "Replied"
        | Verdict.FullResync _ -> "FULLRESYNC"
        | Verdict.Resume _ -> "CONTINUE"
        | Verdict.FallBack -> "not supported"
        | Verdict.Wait -> "newline"
        | Verdict.Refuse _ -> "refused"
    | event, _ -> event.Name

let private toFile dialect =
    WalkSettings.configurations @ WalkSettings.followers
    |> List.filter (fun settings -> settings.Dialect = dialect && settings.Destination = Destination.File)

/// What the document needs of a move.
type private Step =
    {
        From: string
        Label: string
        To: string
        RedisName: string
        IsAside: bool
    }

let private stepOf (move: Move) =
    {
        From = node move.Before
        Label = label move
        To = node move.After
        RedisName = move.After.ReplState
        IsAside = isAside move.Before || isAside move.After
    }

/// All steps to a file in a dialect, each once, in the order in which the walk comes to them.
let private walked =
    [
        for dialect in Dialect.All do
            dialect,
            lazy
                (toFile dialect
                 |> Seq.collect Walk.edges
                 |> Seq.map stepOf
                 |> Seq.distinct
                 |> List.ofSeq)
    ]
    |> Map.ofList

let private stepsOf dialect = walked[dialect].Value

/// From where, by what, to where.
let private arrows dialect =
    stepsOf dialect
    |> List.filter (fun step -> not step.IsAside && step.From <> step.To)
    |> List.map (fun step -> step.From, step.Label, step.To)
    |> List.distinct

let private alias (name: string) =
    name.Split([| ' '; '-'; ',' |], StringSplitOptions.RemoveEmptyEntries)
    |> Array.map (fun word -> word.Substring(0, 1).ToUpperInvariant() + word.Substring 1)
    |> String.concat ""

/// The names that Redis has for each phase.
let private redisNames dialect =
    ("Idle", (State.Initial (toFile dialect).Head).ReplState)
    :: [ for step in stepsOf dialect -> step.To, step.RedisName ]
    |> List.distinct
    |> List.groupBy fst
    |> List.map (fun (name, all) -> name, all |> List.map snd |> String.concat ", ")

let private diagram dialect =
    let edges = arrows dialect
    let names = redisNames dialect |> Map.ofList

    let places =
        [
            for before, _, after in edges do
                before
                after
        ]
        |> List.distinct
        |> List.except [ "Idle" ]

    let drawn name =
        if name = "Idle" then "[*]" else alias name

    let lines =
        edges
        |> List.groupBy (fun (before, _, after) -> before, after)
        |> List.map (fun ((before, after), all) ->
            let labels =
                all
                |> List.map (fun (_, label, _) -> label)
                |> List.distinct
                |> String.concat ", "

            $"    %s{drawn before} --> %s{drawn after} : %s{labels}")

    [
        "```mermaid"
        "stateDiagram-v2"
        for name in places do
            $"    %s{alias name} : %s{name}<br/>%s{names[name]}"
        yield! lines
        $"    %s{alias kept} --> [*]"
        if List.exists (fun (_, _, after) -> after = resumed) edges then
            $"    %s{alias resumed} --> [*]"
        "```"
    ]

let private phaseTable =
    let columns = [ for dialect in Dialect.All -> redisNames dialect |> Map.ofList ]

    let names =
        [
            for dialect in Dialect.All do
                yield! redisNames dialect |> List.map fst
        ]
        |> List.distinct

    let cell name column =
        Map.tryFind name column
        |> Option.map (fun text -> $"`%s{text}`".Replace(", ", "`, `"))
        |> Option.defaultValue ""

    [
        "| phase | redis6 | redis26 | redis26-lenient |"
        "|---|---|---|---|"
        for name in names do
            let cells = columns |> List.map (cell name) |> String.concat " | "
            $"| %s{name} | %s{cells} |"
    ]

let private inCell (text: string) = text.Replace("|", "\\|")

let private judgeTable dialect =
    let ofStep step reply =
        inCell (JudgeTable.verdict (Handshake.judge dialect step reply))

    let columns = JudgeTable.stepsOf dialect

    [
        let heads = columns |> List.map string |> String.concat " | "
        $"| reply | %s{heads} |"
        "|---|" + String.replicate columns.Length "---|"

        for reply in JudgeTable.representatives do
            let verdicts =
                columns |> List.map (fun step -> ofStep step reply) |> String.concat " | "

            $"| `%s{inCell (JudgeTable.shown reply)}` | %s{verdicts} |"
    ]

let private preambleTable =
    [
        "| line | what becomes of it |"
        "|---|---|"
        for reply in JudgeTable.representatives do
            $"| `%s{inCell (JudgeTable.shown reply)}` | %s{inCell (JudgeTable.preamble reply)} |"
    ]

let private introduction =
    [
        "# The handshake"
        ""
        "Generated from the model by the tests: a walk, breadth first, over every state that a replica can come to,"
        "under every kind of event. Do not edit it; run the tests with `HYBRIDREPLICA_REWRITE=1` instead."
        ""
        "Each box is a phase of the model, with the name that Redis has for it. Each arrow is labelled with the events"
        "that lead along it, a reply with what it was taken for. What the diagrams leave out, because it leads out of"
        "every phase alike:"
        ""
        "- **A fault or a stop** closes the connection and, if there is a temporary file, leads to `Discarding`,"
        "  which removes it. From there a fault that may pass leads to `Resting`, a pause, and back to `Connecting`;"
        "  any other fault, and every stop, leads to `Ended`. A stop while the snapshot is being renamed comes too"
        "  late for those who want nothing else, and changes nothing."
        "- **A temporary file that cannot be created** is tried again a second later, five times in all, before"
        "  that is a fault."
        "- **A pipe**, or nowhere, as the destination leaves out everything about files: `CheckingTarget`, `Opening`,"
        "  `Publishing`."
        ""
        "Those who only want the snapshot end with it, or with `+CONTINUE`. Those who follow the master go on to"
        "`Streaming` instead, and end with a stop or a fault alone. A stream that is lost, or cannot be read, leads"
        "back to `Connecting`: at once if it was alive, and after a pause otherwise. While it is followed, the events"
        "that lead from `Streaming` to itself are `Streamed` (more of it), `Repeated` (what came before the last"
        "connection was lost), `Applied` and `MadeDurable` (what the consumer says), `SpoolFilled` and `SpoolDrained`"
        "(nothing is received in between) and `Ticked`, with which the master hears how much was applied."
    ]

/// The whole document.
let asText () =
    [
        yield! introduction
        ""
        "## redis6"
        ""
        yield! diagram Dialect.Redis6
        ""
        "## redis26 and redis26-lenient"
        ""
        yield! diagram Dialect.Redis26
        ""
        "## The phases and Redis' names for them"
        ""
        "`Asking` is one phase with a step in it, `Opening` one with what comes next in it."
        ""
        yield! phaseTable
        ""
        "## What each reply means"
        ""
        "One table for each dialect: the reply, and what becomes of it at each step."
        ""
        for dialect in Dialect.All do
            $"### %s{dialect.Name}"
            ""
            yield! judgeTable dialect
            ""
        "### The line that announces the snapshot, in every dialect"
        ""
        yield! preambleTable
    ]
    |> Golden.text
