namespace HybridReplica.Core

/// Transcripts told anew, and what two transcripts have to have in common to tell the same.
[<RequireQualifiedAccess>]
module Telling =

    let private syncBehind = TranscriptWords.output Command.SyncBehind

    let private outputs turns =
        turns
        |> List.collect (fun turn -> List.map TranscriptWords.output turn.Commands)

    // Neighbouring takes as one, and neighbouring deliveries; and so where a snapshot is taken and delivered by turns.
    let private mergeBytes outputs =
        (outputs, [])
        ||> List.foldBack (fun output later ->
            match output, later with
            | Output.Took bytes, Output.Took more :: later -> Output.Took(bytes + more) :: later
            | Output.Delivered bytes, Output.Delivered more :: later -> Output.Delivered(bytes + more) :: later
            | Output.Delivered bytes, Output.Took taken :: Output.Delivered more :: later ->
                Output.Took taken :: Output.Delivered(bytes + more) :: later
            | _ -> output :: later)

    let private told turns =
        outputs turns |> mergeBytes |> List.map TranscriptLine.Out

    // Each input with what follows it; what follows may depend on the replica before and after the input.
    let private retellWith (follow: State * State * Turn list -> TranscriptLine list) (transcript: Transcript) =
        let conversation, first = Conversation.start transcript.Settings

        let tell (conversation: Conversation) line =
            match line with
            | TranscriptLine.In input ->
                let next, turns = Conversation.next input conversation
                line :: follow (conversation.State, next.State, turns), next
            | TranscriptLine.Out _ -> [], conversation
            | TranscriptLine.Remark _
            | TranscriptLine.Gap -> [ line ], conversation

        let lines, _ = transcript.Lines |> List.mapFold tell conversation

        { transcript with
            Lines =
                follow (State.Initial transcript.Settings, conversation.State, first)
                @ List.concat lines
        }

    /// The same conversation with what the replica decides today, whatever the transcript says it decided.
    [<CompiledName "Retell">]
    let retell (transcript: Transcript) : Transcript =
        transcript |> retellWith (fun (_, _, turns) -> told turns)

    /// The same conversation for people who want to see what Redis calls it: a remark wherever the replica's state
    /// changes, with the `REPL_STATE_…` it changes to.
    [<CompiledName "RetellWithStates">]
    let retellWithStates (transcript: Transcript) : Transcript =
        transcript
        |> retellWith (fun (before, after, turns) ->
            if before.ReplState = after.ReplState then
                told turns
            else
                told turns @ [ TranscriptLine.Remark after.ReplState ])

    /// What is decided after each thing that happens, the master's bytes aside: they may come in one piece or many, and
    /// so the bytes taken are summed up, and it is left out when the file is synced behind them.
    [<CompiledName "Decisions">]
    let decisions (transcript: Transcript) : (Event voption * Output list) list =
        let group (happened, decided) =
            happened, decided |> List.rev |> List.filter ((<>) syncBehind) |> mergeBytes

        let folded, last =
            (([], (ValueNone, [])), transcript.Lines)
            ||> List.fold (fun (groups, (happened, decided)) line ->
                match line with
                | TranscriptLine.In(Input.Report event) -> (happened, decided) :: groups, (ValueSome event, [])
                | TranscriptLine.Out output -> groups, (happened, output :: decided)
                | _ -> groups, (happened, decided))

        last :: folded |> List.rev |> List.map group
